/** The persons who work at a machine, and taking a machine over. */
export const people = {
  vi: {
    title: 'Người dùng và mật khẩu', lead: 'Mỗi người mở sổ bằng mật khẩu riêng và ghi dưới tên mình.', here: 'đang mở',
    add: 'Thêm người dùng…', name: 'Họ và tên', post: 'Chức vụ', passphrase: 'Mật khẩu của người này', again: 'Nhập lại mật khẩu', differs: 'Hai lần nhập không giống nhau.', least: 'Ít nhất 8 ký tự, do chính người đó gõ.', add_now: 'Thêm', added: 'Đã thêm {name}.',
    change: 'Đổi mật khẩu của tôi…', old: 'Mật khẩu hiện nay', new: 'Mật khẩu mới', change_now: 'Đổi mật khẩu', changed: 'Đã đổi mật khẩu. Các bản sao lưu đã tạo trước đây vẫn mở bằng mật khẩu cũ.',
    remove: 'Gỡ…', remove_title: 'Gỡ {name} khỏi máy này?', remove_lead: 'Dữ liệu được mã hoá lại bằng khoá mới và máy này nhận chứng thư mới; mật khẩu của người bị gỡ không mở được gì mới nữa. Những gì người đó đã ghi vẫn còn nguyên. Các bản sao lưu cũ vẫn mở được bằng mật khẩu cũ: hãy cất riêng hoặc xoá đi.', remove_now: 'Gỡ và đổi khoá', removing: 'Đang mã hoá lại…', removed: 'Đã gỡ {name}. Hãy gửi gói cho cấp trên để bên kia biết chứng thư mới của máy này.',
    no_root: 'Máy này không giữ khoá gốc của đơn vị nên không tự đổi chứng thư được. Muốn gỡ một người: thu hồi máy này từ máy đầu tiên của đơn vị rồi thêm lại.',
    recovered: 'Đang mở bằng khoá khôi phục', recovered_lead: 'Xem và in được mọi thứ, chưa ghi được. Để làm việc tiếp, hãy nhận lại máy: máy có chứng thư mới và mật khẩu mới; mật khẩu cũ của mọi người không mở được nữa. Khoá khôi phục đã in vẫn dùng được: cho vào phong bì và niêm phong lại.', take_over: 'Nhận lại máy này…', take_over_now: 'Nhận lại máy', taken_over: 'Đã nhận lại máy. Hãy gửi gói cho bên kia để nối lại việc trao đổi; nếu máy cũ bị mất, hãy thu hồi máy ấy trong mục Các máy.',
    take_over_no_root: 'Máy này không giữ khoá gốc của đơn vị. Xem và xuất được dữ liệu; để ghi tiếp, hãy thêm một máy mới từ máy đang giữ khoá gốc.',
  },
  en: {
    title: 'Persons and passphrases', lead: 'Each opens the register with a passphrase of their own and writes under their own name.', here: 'here now',
    add: 'Add a person…', name: 'Full name', post: 'Title', passphrase: 'Their passphrase', again: 'The same once more', differs: 'The two are not the same.', least: 'At least 8 characters, typed by that person.', add_now: 'Add', added: '{name} was added.',
    change: 'Change my passphrase…', old: 'Present passphrase', new: 'New passphrase', change_now: 'Change the passphrase', changed: 'The passphrase was changed. Backups that were made before still open with the old one.',
    remove: 'Remove…', remove_title: 'Remove {name} from this machine?', remove_lead: 'The data are encrypted anew under another key, and this machine gets another certificate; the passphrase of who is removed opens nothing newer. What they wrote stays. Old backups still open with the old passphrase: keep them apart or delete them.', remove_now: 'Remove and change the keys', removing: 'Encrypting anew…', removed: '{name} was removed. Send a bundle to the parent, so that it learns this machine’s new certificate.',
    no_root: 'This machine does not hold the unit’s root key and cannot certify itself anew. To remove a person, revoke this machine from the unit’s first one and add it again.',
    recovered: 'Opened with the recovery key', recovered_lead: 'Everything can be read and printed, nothing written. To go on working, take this machine over: it gets another certificate and a new passphrase, and nobody’s old passphrase opens it any more. The printed recovery key stays good: seal it in its envelope again.', take_over: 'Take this machine over…', take_over_now: 'Take it over', taken_over: 'The machine was taken over. Send a bundle to the other side to resume the exchange; if the old machine was lost, revoke it under Machines.',
    take_over_no_root: 'This machine does not hold the unit’s root key. Data can be read and exported; to write, add a new machine from the one that holds the root key.',
  },
} as const;
