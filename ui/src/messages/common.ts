export const common = {
  vi: {
    app: 'Sổ Chỉ Đạo', cancel: 'Thôi', save: 'Lưu', close: 'Đóng', open: 'Mở', add: 'Thêm', remove: 'Bỏ', none: 'Chưa có',     yes: 'Có', no: 'Không', loading: 'Đang tải…', retry: 'Thử lại', today: 'hôm nay', print: 'In', choose: 'Chọn tệp…', drop: 'Thả tệp vào đây, hoặc',
    secrecy: 'Không nhập nội dung bí mật nhà nước', saved: 'Đã lưu trên máy', unsent: '{n} bút toán chưa được cấp trên xác nhận', all_sent: 'Cấp trên đã nhận đủ',
    not_enrolled: 'Chưa ghi danh với cấp trên', unverified: 'Chưa đối mã với cấp trên', conflicts: '{n} xung đột', quarantined: '{n} thay đổi bị cách ly', demo: 'Dữ liệu mẫu',
    nav_tasks: 'Nhiệm vụ', nav_totals: 'Tổng hợp', nav_inspections: 'Kiểm tra', nav_recommendations: 'Kiến nghị', nav_bundles: 'Đồng bộ', nav_units: 'Đơn vị', nav_settings: 'Cài đặt', nav_take_in: 'Nhập danh mục',
    search: 'Tìm nhiệm vụ (Ctrl+F)', lock: 'Khoá', by: '{person}, {at}', by_device: '{person} · {device} · {at}', confirmed: 'Bên kia đã nhận', unconfirmed: 'Bên kia chưa xác nhận', clock: 'Đồng hồ máy này lệch nhiều',
    navigation: 'Các mục', dismiss: 'Đóng thông báo', requested: 'Đã gửi yêu cầu ghi danh, chờ cấp trên trả lời', confirmed_until: '{unit} đã nhận đến {at}', skip: 'Đến nội dung chính', keep: 'Lưu ra tệp…', kept: 'Đã lưu: {path}', resize: 'Độ rộng phần chi tiết: kéo, hoặc dùng phím mũi tên', sign_note: 'Chữ ký của gói chỉ bảo đảm việc truyền, không phải chữ ký số theo Luật Giao dịch điện tử',
  },
  en: {
    app: 'Sổ Chỉ Đạo', cancel: 'Cancel', save: 'Save', close: 'Close', open: 'Open', add: 'Add', remove: 'Remove', none: 'None yet',     yes: 'Yes', no: 'No', loading: 'Loading…', retry: 'Try again', today: 'today', print: 'Print', choose: 'Choose files…', drop: 'Drop files here, or',
    secrecy: 'Enter no state secrets', saved: 'Saved on this machine', unsent: '{n} entries not yet confirmed by the parent', all_sent: 'The parent has everything',
    not_enrolled: 'Not enrolled with a parent', unverified: 'The parent’s code is not confirmed', conflicts: '{n} conflicts', quarantined: '{n} quarantined changes', demo: 'Sample data',
    nav_tasks: 'Tasks', nav_totals: 'Totals', nav_inspections: 'Inspections', nav_recommendations: 'Recommendations', nav_bundles: 'Bundles', nav_units: 'Units', nav_settings: 'Settings', nav_take_in: 'Take in a list',
    search: 'Find tasks (Ctrl+F)', lock: 'Lock', by: '{person}, {at}', by_device: '{person} · {device} · {at}', confirmed: 'The other side has it', unconfirmed: 'Not yet confirmed by the other side', clock: 'This machine’s clock was far off',
    navigation: 'Sections', dismiss: 'Dismiss', requested: 'Enrolment requested, waiting for the parent', confirmed_until: '{unit} has everything up to {at}', skip: 'Skip to the content', keep: 'Save as…', kept: 'Saved: {path}', resize: 'Width of the detail: drag, or use the arrow keys', sign_note: 'A bundle’s signature protects its transport only; it is no digital signature under the Law on Electronic Transactions',
  },
} as const satisfies { vi: Record<string, string>; en: Record<string, string> };
