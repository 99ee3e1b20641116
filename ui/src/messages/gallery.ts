/** The page that shows every component in every state, for whoever builds screens. */
export const gallery = {
  vi: {
    title: 'Bộ thành phần', intro: 'Mỗi thành phần trong từng trạng thái, sáng và tối cạnh nhau.', light: 'Sáng', dark: 'Tối',
    buttons: 'Nút', fields: 'Ô nhập', marks: 'Trạng thái, thời hạn, tiến độ', tags: 'Nhãn', notices: 'Lời nhắn', choosing: 'Chọn, mở', files: 'Tệp', working: 'Việc lâu', table: 'Bảng', entries: 'Người ghi', empty: 'Trống, đang đọc',
    plain: 'Nút thường', main: 'Việc chính', off: 'Không bấm được', quiet: 'Nút nhẹ', big: 'Nút lớn', menu: 'Danh sách việc', bad_act: 'Việc cần cân nhắc', long: 'Văn phòng Hội đồng nhân dân và Uỷ ban nhân dân huyện Yên Thế, tỉnh Bắc Giang', wrong: 'Ô này có lỗi', sentence: 'Xảy ra việc này; dữ liệu đã lưu vẫn nguyên; hãy làm bước tiếp theo.', panel: 'Nội dung mở ra',
  },
  en: {
    title: 'Components', intro: 'Every component in every state, light and dark side by side.', light: 'Light', dark: 'Dark',
    buttons: 'Buttons', fields: 'Fields', marks: 'Status, deadline, progress', tags: 'Tags', notices: 'Notices', choosing: 'Choosing, opening', files: 'Files', working: 'Long work', table: 'Table', entries: 'Who wrote it', empty: 'Empty, reading',
    plain: 'Plain button', main: 'Main act', off: 'Cannot be pressed', quiet: 'Quiet button', big: 'Large button', menu: 'Menu of acts', bad_act: 'An act to think over', long: 'Office of the People’s Council and People’s Committee of Yên Thế district, Bắc Giang province', wrong: 'This field has an error', sentence: 'This happened; what was saved is intact; take the next step.', panel: 'What was opened',
  },
} as const satisfies { vi: Record<string, string>; en: Record<string, string> };
