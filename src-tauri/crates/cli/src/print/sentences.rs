//! A sentence for each refusal: what happened, what was kept, what to do next.

use chidao_app::AppError;

/// Each code with its sentence; `{name}` stands for a parameter. Sorted by code.
const SENTENCES: &[(&str, &str)] = &[
    (
        "account_refused",
        "Windows không nhận giữ khoá cho tài khoản này. Vẫn hỏi mật khẩu như trước.",
    ),
    (
        "already_enrolled",
        "{unit} đã được ghi danh với đơn vị này. Không có gì thay đổi; nếu đơn vị làm lại từ đầu, hãy thu hồi máy cũ trước.",
    ),
    (
        "already_started",
        "Thư mục dữ liệu này đã được khởi tạo. Hãy dùng --home với một thư mục khác nếu muốn tạo nơi làm việc mới.",
    ),
    (
        "attachment_not_here",
        "Tệp đính kèm còn đang trên đường, chưa tới máy này. Tệp sẽ đến cùng gói của bên kia.",
    ),
    (
        "audit_chain_broken",
        "Dòng {line} của tệp kiểm toán không khớp chuỗi băm của dòng nhật ký. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_cut_short",
        "Tệp kiểm toán bị cắt cụt: từ dòng {line} trở đi không còn. Hãy chép lại hoặc lập lại tệp.",
    ),
    (
        "audit_line_added",
        "Dòng {line} của tệp kiểm toán là dòng bị thêm vào. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_line_changed",
        "Dòng {line} của tệp kiểm toán đã bị sửa. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_line_missing",
        "Tệp kiểm toán mất dòng {line}. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_line_moved",
        "Dòng {line} của tệp kiểm toán đã bị chuyển chỗ. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    ("audit_not_one", "Tệp này không phải tệp kiểm toán của Sổ Chỉ Đạo."),
    (
        "audit_signature_wrong",
        "Chữ ký ở dòng {line} của tệp kiểm toán không đúng. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_too_new",
        "Tệp kiểm toán do phiên bản mới hơn làm ra (bản {version}). Hãy cập nhật chương trình rồi kiểm tra lại.",
    ),
    (
        "audit_untrue",
        "Dòng {line} của tệp kiểm toán nói khác với những gì đã được ký. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "audit_value_wrong",
        "Giá trị ở dòng {line} của tệp kiểm toán không khớp mã băm trong bút toán. Tệp không chứng minh được; đừng dùng tệp này.",
    ),
    (
        "awaiting_answer",
        "Máy này đã gửi đề nghị gia nhập và đang chờ trả lời của đơn vị. Khi có tệp trả lời, hãy chạy: chidao join accept TỆP --code MÃ.",
    ),
    (
        "awaiting_certificate",
        "Máy này đã đổi khoá và đang chờ chứng thư: xem được mọi thứ nhưng chưa ghi được. Hãy gửi đề nghị cho máy giữ khoá gốc của đơn vị (chidao persons request).",
    ),
    (
        "backup_damaged",
        "Bản sao lưu bị hỏng hoặc bị cắt cụt ({detail}). Sổ vẫn như trước; hãy dùng bản khác.",
    ),
    (
        "backup_folder_lost",
        "Không tới được thư mục sao lưu {folder}. Hãy cắm ổ đĩa hoặc chọn thư mục khác.",
    ),
    (
        "backup_no_room",
        "Không đủ chỗ để sao lưu ở {folder}: cần {needed} MB, còn {free} MB. Hãy dọn bớt hoặc chọn thư mục khác; sổ vẫn như trước.",
    ),
    (
        "backup_not_written",
        "Không ghi được bản sao lưu vào {folder}: {detail}. Sổ vẫn như trước.",
    ),
    (
        "backup_too_new",
        "Bản sao lưu do chương trình mới hơn tạo. Sổ vẫn như trước; hãy nâng cấp chương trình.",
    ),
    ("backup_unknown", "Không có bản sao lưu {name}."),
    (
        "backup_unreadable",
        "Không đọc được bản sao lưu: {detail}. Sổ vẫn như trước.",
    ),
    (
        "bad_cursor",
        "Giá trị --after không phải của trang trước. Hãy lấy lại danh sách từ đầu.",
    ),
    (
        "bad_date",
        "Ngày ở trường \"{field}\" không hợp lệ: {value}. Hãy ghi theo dạng 23/6/2017 hoặc 2017-06-23.",
    ),
    (
        "bad_entry",
        "Một bút toán không đúng khuôn dạng ({detail}). Sổ vẫn như trước.",
    ),
    (
        "bad_range",
        "Đoạn nhật ký không khớp chuỗi ({detail}). Sổ vẫn như trước.",
    ),
    ("bad_request", "Yêu cầu \"{request}\" không đúng khuôn dạng: {detail}."),
    ("bad_signature", "Chữ ký không đúng: {detail}. Sổ vẫn như trước."),
    (
        "bad_unit_code",
        "Mã định danh \"{code}\" không đúng dạng (ví dụ: H02.15).",
    ),
    ("bad_value", "Giá trị của trường \"{field}\" không hợp lệ: {value}."),
    (
        "bundle_cut_short",
        "Gói bị cắt cụt: tệp chưa chép xong hoặc bị mất phần cuối. Sổ vẫn như trước; hãy chép lại hoặc xin gửi lại.",
    ),
    (
        "bundle_damaged",
        "Gói bị hỏng: nội dung đã bị thay đổi trên đường đi. Sổ vẫn như trước; hãy chép lại hoặc xin gửi lại.",
    ),
    (
        "bundle_device_revoked",
        "Gói do máy \"{device}\" của {unit} ký, nhưng máy ấy đã bị thu hồi. Sổ vẫn như trước.",
    ),
    (
        "bundle_foreign_channel",
        "Gói mang dữ liệu của kênh mà đơn vị này không tham gia. Sổ vẫn như trước.",
    ),
    (
        "bundle_malformed",
        "Gói không đúng khuôn dạng: {detail}. Sổ vẫn như trước; hãy báo cho bên gửi.",
    ),
    (
        "bundle_not_for_us",
        "Gói này gửi cho đơn vị khác, không mở được ở đây. Sổ vẫn như trước.",
    ),
    ("bundle_not_one", "Tệp này không phải gói đồng bộ của Sổ Chỉ Đạo."),
    (
        "bundle_own",
        "Gói này do chính máy này làm để gửi {unit}: chỉ bên nhận mở được. Sổ vẫn như trước.",
    ),
    ("bundle_refused", "Gói bị từ chối: {detail}. Sổ vẫn như trước."),
    (
        "bundle_signature_wrong",
        "Chữ ký của gói không đúng: không phải do máy ghi trong gói làm ra. Sổ vẫn như trước; đừng nhận gói này.",
    ),
    (
        "bundle_stranger",
        "Gói do một máy lạ ký, chưa được ghi danh với đơn vị này. Sổ vẫn như trước; đừng nhận gói này nếu chưa rõ nguồn.",
    ),
    ("bundle_too_big", "Gói vượt giới hạn {limit}. Sổ vẫn như trước."),
    (
        "bundle_too_new",
        "Gói do phiên bản mới hơn làm ra (cần trình đọc {reader}). Sổ vẫn như trước; hãy cập nhật chương trình rồi nhận lại.",
    ),
    (
        "bundle_volume_foreign",
        "Tập này không thuộc bộ đang nhận: số tập hoặc mã bộ không khớp. Sổ vẫn như trước; hãy kiểm tra lại tệp.",
    ),
    ("cancelled", "Đã dừng theo yêu cầu. Không có gì được ghi."),
    (
        "check_disagrees",
        "Kiểm tra sổ thấy chỗ không khớp với bút toán. Không gì bị xoá; hãy giữ bản sao lưu và báo nơi hỗ trợ.",
    ),
    (
        "code_taken",
        "Mã \"{code}\" đã dùng cho nhiệm vụ khác. Mã không bao giờ cấp lại; hãy chọn mã khác.",
    ),
    (
        "column_unknown",
        "Trang tính không có cột {column}. Chưa nhận gì; hãy xem các cột: chidao import tasks TỆP --preview.",
    ),
    (
        "conflict_changed",
        "Ô \"{field}\" không còn xung đột như lúc xem. Không có gì thay đổi; hãy xem lại danh sách.",
    ),
    ("date_ahead", "Ngày ở trường \"{field}\" nằm trong tương lai: {value}."),
    (
        "device_ambiguous",
        "Có nhiều máy tên \"{device}\". Hãy dùng định danh của máy.",
    ),
    (
        "device_unknown",
        "Không biết máy \"{device}\". Hãy xem danh sách: chidao devices.",
    ),
    (
        "disk_full",
        "Ổ đĩa đã đầy. Không có gì ghi dở dang và mọi thứ đã ghi vẫn nguyên vẹn; hãy giải phóng chỗ rồi thử lại.",
    ),
    (
        "disk_read_only",
        "Ổ đĩa hoặc USB chỉ cho đọc: hãy gạt khoá ghi hoặc dùng ổ khác. Không có gì được ghi.",
    ),
    ("draft_too_long", "Bản nháp quá dài (nhiều nhất {limit} byte)."),
    ("field_missing", "Còn thiếu \"{field}\". Chưa ghi gì."),
    (
        "field_too_long",
        "Trường \"{field}\" quá dài (nhiều nhất {limit} ký tự). Chưa ghi gì.",
    ),
    (
        "field_unknown",
        "Không có trường \"{field}\". Chưa nhận gì; hãy xem tên các trường: chidao import tasks TỆP --preview --json.",
    ),
    (
        "file_exists",
        "Đã có tệp {path}. Tệp đó được giữ nguyên; hãy chọn tên hoặc thư mục khác.",
    ),
    ("file_gone", "Tệp chờ không còn nữa. Hãy chọn lại tệp."),
    (
        "file_not_written",
        "Không ghi được {path}: {detail}. Không để lại tệp dở dang.",
    ),
    (
        "file_reads_back_wrong",
        "Đọc lại {path} thấy khác với dữ liệu đã ghi: thẻ nhớ hoặc ổ đĩa có thể hỏng. Hãy ghi ra nơi khác.",
    ),
    ("file_too_big", "Tệp {name} quá lớn (nhiều nhất {limit} byte)."),
    ("file_unreadable", "Không đọc được tệp {name}: {detail}."),
    (
        "finding_incomplete",
        "Nhiệm vụ {task} có sai sót nhưng còn thiếu: {missing}. Phải đủ tính chất, mức độ, nguyên nhân, trách nhiệm mới kết thúc được.",
    ),
    (
        "home_in_use",
        "Sổ này đang mở ở một cửa sổ hoặc chương trình khác. Hãy đóng nơi ấy rồi thử lại; sổ vẫn như trước.",
    ),
    (
        "home_unknown",
        "Không biết thư mục dữ liệu ở đâu. Hãy chỉ rõ bằng --home.",
    ),
    ("home_unusable", "Không dùng được thư mục dữ liệu {path}: {detail}."),
    ("inspection_closed", "Đợt kiểm tra đã kết thúc; không ghi thêm được."),
    (
        "internal",
        "Có lỗi bên trong chương trình ({place}: {detail}). Không có gì ghi dở dang.",
    ),
    (
        "list_damaged",
        "Tệp {name} bị hỏng: {detail}. Hãy mở và lưu lại bằng Excel.",
    ),
    ("list_empty", "Tệp {name} rỗng."),
    (
        "list_has_errors",
        "Danh sách có {count} lỗi nên chưa nhận dòng nào. Hãy xem bằng --preview, sửa tệp rồi nhận lại.",
    ),
    (
        "list_not_a_spreadsheet",
        "Tệp {name} không phải bảng tính (.xlsx, .xls, .ods, .csv).",
    ),
    (
        "list_protected",
        "Tệp {name} đặt mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu rồi lưu lại.",
    ),
    (
        "list_too_large",
        "Tệp {name} quá lớn: {detail}. Hãy chia thành nhiều tệp.",
    ),
    ("locked", "Két khoá đang đóng. Hãy mở bằng mật khẩu."),
    ("mailbox_bad_address", "Địa chỉ của \"{mailbox}\" không đúng: {detail}."),
    (
        "mailbox_broken",
        "\"{mailbox}\": đường truyền bị ngắt ({detail}). Không có gì dở dang được coi là đủ. Hãy thử lại.",
    ),
    (
        "mailbox_busy",
        "Đang đồng bộ qua nơi này rồi. Hãy đợi xong rồi thử lại.",
    ),
    (
        "mailbox_cut_short",
        "Tệp {name} ở \"{mailbox}\" chưa ghi xong. Lần sau sẽ nhận lại.",
    ),
    (
        "mailbox_denied",
        "\"{mailbox}\" không cho phép: hãy kiểm tra quyền ghi, tên và mật khẩu.",
    ),
    ("mailbox_failed", "\"{mailbox}\" trục trặc: {detail}. Hãy thử lại."),
    (
        "mailbox_full",
        "\"{mailbox}\" hết chỗ. Không có gì dở dang được để lại.",
    ),
    ("mailbox_gone", "Tệp {name} không còn ở \"{mailbox}\"."),
    (
        "mailbox_insecure",
        "Đường truyền tới \"{mailbox}\" không an toàn: {detail}. Không gửi gì.",
    ),
    ("mailbox_io", "Không đọc hoặc ghi được ở \"{mailbox}\": {detail}."),
    (
        "mailbox_name_taken",
        "Đã có nơi để gói mang tên này. Hãy chọn tên khác.",
    ),
    (
        "mailbox_no_such_place",
        "Không có nơi ấy: thư mục của \"{mailbox}\" chưa được tạo.",
    ),
    (
        "mailbox_not_there",
        "Không thấy nơi để gói \"{mailbox}\": USB chưa cắm, hoặc ổ mạng chưa nối. Không có gì thay đổi.",
    ),
    (
        "mailbox_place_taken",
        "Nơi này đã có trong danh sách, mang tên \"{mailbox}\". Không thêm lần nữa; hãy dùng nơi ấy.",
    ),
    (
        "mailbox_read_only",
        "\"{mailbox}\" chỉ cho đọc: hãy gạt khoá ghi của USB hoặc xin quyền ghi.",
    ),
    (
        "mailbox_reads_back_wrong",
        "Tệp {name} ghi vào \"{mailbox}\" đọc lại không khớp: thiết bị có thể hỏng. Hãy dùng nơi khác.",
    ),
    (
        "mailbox_refused",
        "\"{mailbox}\" không nhận việc này: {detail}. Hãy hỏi người quản lý máy chủ.",
    ),
    ("mailbox_taken", "Ở \"{mailbox}\" đã có tệp {name}."),
    ("mailbox_too_big", "Tệp ở \"{mailbox}\" lớn quá giới hạn {limit} byte."),
    (
        "mailbox_too_many",
        "Đã có quá nhiều nơi để gói. Hãy bỏ bớt nơi không dùng nữa.",
    ),
    (
        "mailbox_unencrypted",
        "Địa chỉ của \"{mailbox}\" không mã hoá đường truyền. Hãy dùng https.",
    ),
    ("mailbox_unknown", "Không biết nơi để gói này. Hãy xem lại danh sách."),
    (
        "mailbox_unreachable",
        "Không tới được \"{mailbox}\": {detail}. Hãy thử lại khi có mạng.",
    ),
    ("no_checkpoint", "Đoạn nhật ký không có chữ ký chốt. Sổ vẫn như trước."),
    ("no_parent_possible", "Bản dùng cho tỉnh không ghi danh với cấp trên."),
    (
        "no_recipients",
        "Chưa biết khoá của {unit} nên không thể mã hoá gói cho đơn vị đó. Hãy ghi danh trước.",
    ),
    (
        "no_root_key",
        "Máy này không giữ khoá gốc của đơn vị nên không thể chứng nhận máy khác.",
    ),
    (
        "no_siblings",
        "Đơn vị chưa có máy nào khác để gửi. Hãy thêm máy trước: chidao join request trên máy mới, chidao devices approve trên máy này.",
    ),
    ("no_team_head", "Chưa có trưởng đoàn. Chưa ghi gì."),
    ("not_a_backup", "Tệp này không phải bản sao lưu của Sổ Chỉ Đạo."),
    ("not_a_request", "Tệp này không phải phiếu đề nghị ghi danh hợp lệ."),
    (
        "not_an_answer",
        "Tệp này không phải trả lời cho đề nghị của máy này ({detail}). Không có gì thay đổi.",
    ),
    (
        "not_completed",
        "Nhiệm vụ chưa được báo hoàn thành nên chưa đánh giá được.",
    ),
    (
        "not_enrolled",
        "Đơn vị chưa được ghi danh. Dữ liệu đã ghi vẫn giữ nguyên và sẽ đi cùng gói đầu tiên sau khi ghi danh.",
    ),
    (
        "not_erasable",
        "Trường \"{field}\" không xoá hẳn được: chỉ nội dung tự do, dữ liệu cá nhân và tệp mới xoá được. Không có gì thay đổi.",
    ),
    ("not_found", "Không tìm thấy {what}."),
    ("not_joining", "Máy này không chờ trả lời nào. Không có gì thay đổi."),
    (
        "not_recovered",
        "Máy này đang mở bằng mật khẩu bình thường, không cần nhận lại.",
    ),
    (
        "not_remembered",
        "Tài khoản này không mở được sổ nếu không có mật khẩu. Hãy đưa mật khẩu.",
    ),
    ("not_revoked", "Máy \"{device}\" không bị đơn vị này thu hồi."),
    ("not_started", "Thư mục này chưa được khởi tạo. Hãy chạy: chidao init …"),
    (
        "not_your_device",
        "Máy \"{device}\" thuộc quyền của đơn vị khác, không thu hồi từ đây được.",
    ),
    (
        "not_your_unit_to_inspect",
        "Chỉ kiểm tra được đơn vị này hoặc đơn vị cấp dưới.",
    ),
    ("nothing_to_erase", "Ở \"{name}\" không còn gì để xoá hẳn."),
    (
        "nothing_to_undo",
        "Không có thay đổi nào của bạn trên máy này để lấy lại.",
    ),
    (
        "own_device",
        "Không thu hồi chính máy đang dùng; hãy làm việc này từ một máy khác của đơn vị hoặc từ cấp trên.",
    ),
    (
        "own_person",
        "Không thể tự gỡ chính mình. Hãy nhờ người khác của máy này gỡ.",
    ),
    (
        "own_request",
        "Đây là phiếu của chính đơn vị này. Phiếu phải do cấp trên chấp nhận.",
    ),
    (
        "page_missing",
        "Chưa có trang giao diện đã dựng (tìm ở: {places}). Hãy chạy: cargo xtask run, hoặc chỉ thư mục bằng --ui.",
    ),
    (
        "passphrase_missing",
        "Cần mật khẩu. Hãy đặt biến CHIDAO_PASSPHRASE hoặc dùng --passphrase-file.",
    ),
    ("passphrase_too_short", "Mật khẩu quá ngắn (ít nhất {least} ký tự)."),
    (
        "passphrase_unfit",
        "Không dùng được mật khẩu này. Hãy chọn một mật khẩu khác.",
    ),
    ("period_reversed", "Ngày đầu kỳ sau ngày cuối kỳ."),
    (
        "person_ambiguous",
        "Có nhiều người tên {name}. Hãy dùng định danh (chidao persons).",
    ),
    (
        "person_not_seen",
        "{name} chưa mở khoá lần nào kể từ khi cập nhật chương trình, nên chưa đổi khoá được. Hãy để người đó mở khoá một lần rồi làm lại. Chưa có gì thay đổi.",
    ),
    (
        "port_unusable",
        "Không mở được cổng {port} trên 127.0.0.1: {detail}. Hãy chọn cổng khác bằng --port.",
    ),
    (
        "record_ambiguous",
        "Có nhiều bản ghi cùng mã \"{name}\". Hãy dùng định danh thay cho mã.",
    ),
    ("record_unknown", "Không có \"{name}\"."),
    (
        "recovered_read_only",
        "Máy đang mở bằng khoá khôi phục: xem được mọi thứ nhưng chưa ghi được. Hãy nhận lại máy này trước (chidao persons take-over).",
    ),
    (
        "recovery_key_gone",
        "Khoá khôi phục đã được xác nhận là in ra giấy nên không còn giữ trên máy.",
    ),
    ("refused", "Không được ghi \"{field}\": {reason}. Không có gì thay đổi."),
    (
        "register_not_empty",
        "Sổ đã có nhiệm vụ. Chỉ sinh dữ liệu vào sổ còn trống; hãy dùng một thư mục dữ liệu mới.",
    ),
    (
        "remembered_for_one",
        "Máy này có nhiều người dùng: phải có mật khẩu mới biết ai đang ghi. Vẫn hỏi mật khẩu như trước.",
    ),
    (
        "report_empty",
        "Báo cáo chưa có gì: cần ít nhất phần trăm, nội dung hoặc tệp đính kèm.",
    ),
    (
        "secrecy_undeclared",
        "Chưa khẳng định văn bản không mật (--not-secret). Tài liệu mật không được đưa vào máy này; chưa ghi gì.",
    ),
    (
        "secret",
        "Nội dung có dấu mật. Tài liệu mật không được soạn thảo, lưu giữ trên máy có hoặc đã từng nối mạng; chưa ghi gì, kể cả số văn bản.",
    ),
    ("sheet_unknown", "Tệp không có trang tính \"{sheet}\"."),
    (
        "simulation_missing",
        "Bộ mô phỏng không có cạnh chương trình này ({path}: {detail}). Nó chỉ có trong mã nguồn: cargo build --package simulation.",
    ),
    (
        "stick_file_too_big",
        "Tệp {name} lớn quá 4 GB, USB \"{stick}\" định dạng FAT không chứa được. Không có gì được ghi; hãy chia thành nhiều tập.",
    ),
    (
        "stick_full",
        "USB \"{stick}\" không đủ chỗ: cần {needed} MB, còn {free} MB. Không để lại tệp dở dang; hãy dọn bớt hoặc dùng USB khác.",
    ),
    (
        "stick_gone",
        "Không thấy USB \"{stick}\" nữa: đã rút ra giữa chừng. Hãy cắm lại và lưu lần nữa; sổ vẫn nguyên.",
    ),
    (
        "store_failed",
        "Kho dữ liệu không làm được việc vừa rồi: {detail}. Không có gì ghi dở dang; hãy thử lại.",
    ),
    (
        "store_inconsistent",
        "Kho dữ liệu không nhất quán: {detail}. Hãy chạy chidao check và khôi phục từ bản sao lưu.",
    ),
    (
        "store_too_new",
        "Kho dữ liệu do phiên bản mới hơn ghi ({version}). Hãy cập nhật chương trình.",
    ),
    (
        "store_wrong_key",
        "Khoá không mở được kho dữ liệu: két khoá và kho không cùng một nơi làm việc.",
    ),
    (
        "task_ambiguous",
        "Có {count} nhiệm vụ cùng mã \"{task}\". Hãy dùng định danh thay cho mã.",
    ),
    ("task_unknown", "Không có nhiệm vụ \"{task}\"."),
    ("too_many_files", "Quá nhiều tệp trong một lần (nhiều nhất {limit})."),
    ("too_many_tasks", "Quá nhiều nhiệm vụ (nhiều nhất {limit})."),
    (
        "unit_ambiguous",
        "Có nhiều đơn vị cùng mã \"{unit}\". Hãy dùng định danh thay cho mã.",
    ),
    ("unit_needed", "Hãy chỉ rõ đơn vị bằng --unit."),
    ("unit_unknown", "Không biết đơn vị \"{unit}\". Xem: chidao units."),
    ("unknown_channel", "Không có kênh này ở đây."),
    ("unknown_field", "Không có trường \"{field}\"."),
    ("unknown_request", "Chương trình không biết yêu cầu \"{request}\"."),
    (
        "update_between",
        "Bản {version} cần một bản ở giữa: chương trình {own} ở máy này quá cũ để nâng thẳng lên. Hãy cài bản ở giữa trước; sổ vẫn như trước.",
    ),
    (
        "update_cut_short",
        "Tệp cập nhật bị cắt cụt: thiếu phần cuối. Hãy chép lại tệp; chương trình vẫn như trước.",
    ),
    (
        "update_damaged",
        "Tệp cập nhật bị hỏng: gói cài đặt bên trong không phải gói đã được ký. Hãy chép lại tệp; chương trình vẫn như trước.",
    ),
    (
        "update_failed_before",
        "Bản {version} đã cài một lần ở máy này, không mở được dữ liệu và đã được gỡ ra. Hãy chờ bản sau.",
    ),
    (
        "update_goes_back",
        "Bản {version} không mở được dữ liệu ({reason}). Hãy đóng chương trình rồi mở lại: bản {former} và dữ liệu lúc trước khi nâng cấp sẽ được đặt lại như cũ.",
    ),
    (
        "update_key_unusable",
        "Tệp khoá không phải khoá bí mật minisign không mật khẩu. Chưa ký gì cả.",
    ),
    (
        "update_malformed",
        "Tệp cập nhật không đúng khuôn dạng: {detail}. Chương trình vẫn như trước.",
    ),
    (
        "update_no_key",
        "Chương trình này được dựng không kèm khoá của nơi phát hành, nên không nhận bản cập nhật.",
    ),
    (
        "update_not_installed_so",
        "Không biết chương trình này được cài cách nào (không phải bộ cài, bản mang theo hay gói .deb), nên không tự thay được. Bản {version} vẫn giữ được để chuyển tiếp.",
    ),
    (
        "update_not_newer",
        "Bản {version} không mới hơn bản {own} đang dùng. Không quay về bản cũ bằng tệp cập nhật.",
    ),
    ("update_not_one", "Tệp này không phải tệp cập nhật của Sổ Chỉ Đạo."),
    (
        "update_other_kind",
        "Bản {version} này dành cho kiểu cài khác ({kind}), không phải kiểu của máy này.",
    ),
    (
        "update_other_platform",
        "Bản {version} này dành cho loại máy khác ({platform}), không phải máy này.",
    ),
    (
        "update_program_unwritable",
        "Không ghi được vào thư mục chương trình {folder}: {detail}. Chương trình vẫn như trước; hãy nhờ người quản trị máy cài.",
    ),
    (
        "update_signature_wrong",
        "Chữ ký của tệp cập nhật không phải của nơi phát hành chương trình. Đừng dùng tệp này; chương trình vẫn như trước.",
    ),
    (
        "update_too_big",
        "Tệp cập nhật quá lớn: {what} chỉ được tới {allowed} byte.",
    ),
    (
        "update_too_new",
        "Tệp cập nhật có khuôn dạng mới hơn chương trình này đọc được ({reader}). Hãy cài một bản ở giữa trước.",
    ),
    (
        "update_under_way",
        "Bản {version} đang được đặt vào hoặc gỡ ra. Hãy đóng chương trình rồi mở lại; sổ vẫn còn nguyên.",
    ),
    ("update_unknown", "Không có bản cập nhật {update} ở máy này."),
    (
        "value_not_here",
        "Giá trị ấy của trường \"{field}\" không còn hoặc chưa tới máy này. Hãy chọn giá trị khác.",
    ),
    (
        "vault_unreadable",
        "Không đọc được két khoá. Dữ liệu vẫn còn nguyên; hãy khôi phục két từ bản sao hoặc dùng khoá khôi phục.",
    ),
    (
        "volume_too_small",
        "Cỡ tập quá nhỏ: ít nhất phải là {least} byte. Không có gì được ghi.",
    ),
    (
        "wrong_code",
        "Mã không khớp với lần ghi danh nào đang chờ. Hãy đọc lại từng nhóm số với bên kia; nếu vẫn khác, đừng xác nhận.",
    ),
    ("wrong_passphrase", "Mật khẩu không đúng."),
    (
        "wrong_recovery_key",
        "Khoá khôi phục không mở được dữ liệu này. Hãy kiểm tra lại từng nhóm chữ trên bản in.",
    ),
];

/// The sentence for a refusal, with its parameters in place. A code without a sentence of its own is told with all it
/// carries, so that nothing is hidden.
pub(crate) fn sentence(refusal: &AppError) -> String {
    let known = SENTENCES.binary_search_by_key(&refusal.code.as_str(), |(code, _)| code);
    match known {
        Ok(place) => filled(SENTENCES[place].1, refusal),
        Err(_) => {
            let all: Vec<String> = refusal
                .params
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            let all = if all.is_empty() {
                String::new()
            } else {
                format!(" ({})", all.join("; "))
            };
            format!("Không làm được: {}{all}. Không có gì thay đổi.", refusal.code)
        }
    }
}

fn filled(sentence: &str, refusal: &AppError) -> String {
    let mut text = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        let value = refusal.params.get(name).map(String::as_str).unwrap_or("?");
        match name {
            "field" => text.push_str(super::words::field(value)),
            "reason" => text.push_str(super::words::reason(value)),
            "missing" => text.push_str(
                &value
                    .split(", ")
                    .map(super::words::field)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            _ => text.push_str(value),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_table_is_sorted() {
        assert!(SENTENCES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn parameters_stand_in_their_places() {
        let refusal = AppError::new("task_ambiguous").with("task", "NV01").with("count", 2);
        assert_eq!(
            sentence(&refusal),
            "Có 2 nhiệm vụ cùng mã \"NV01\". Hãy dùng định danh thay cho mã."
        );
        let refusal = AppError::new("refused")
            .with("field", "deadline")
            .with("reason", "not_yours");
        assert_eq!(
            sentence(&refusal),
            "Không được ghi \"Hạn hiện tại\": không thuộc quyền của bên ghi. Không có gì thay đổi."
        );
    }

    #[test]
    fn an_unknown_code_hides_nothing() {
        let refusal = AppError::new("brand_new").with("what", "x");
        assert_eq!(
            sentence(&refusal),
            "Không làm được: brand_new (what: x). Không có gì thay đổi."
        );
    }

    /// Every code that the application or this program can answer with, read from the sources.
    fn codes(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources are here").flatten() {
            let path = entry.path();
            if path.is_dir() {
                codes(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source is text");
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.extend(
                    text.split("AppError::new(\"")
                        .skip(1)
                        .filter_map(|rest| rest.split_once('"'))
                        .map(|(code, _)| code.to_owned()),
                );
            }
        }
    }

    #[test]
    fn every_refusal_has_its_sentence() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        codes(&here.join("src"), &mut found);
        codes(&here.join("../app/src"), &mut found);
        assert!(found.len() > 20, "the sources name their codes");
        let silent: Vec<&String> = found
            .iter()
            .filter(|code| !SENTENCES.iter().any(|(known, _)| known == code))
            .collect();
        assert!(silent.is_empty(), "without a sentence: {silent:?}");
    }
}
