export const start = {
  vi: {
    welcome: 'Bắt đầu dùng Sổ Chỉ Đạo', intro: 'Sổ theo dõi nhiệm vụ nằm ngay trên máy này, luôn dùng được khi không có mạng.',
    edition: 'Máy này dùng ở đâu?', unit: 'Đơn vị nhận nhiệm vụ', unit_about: 'Huyện, xã, phường, sở, ngành: nhận, thực hiện, báo cáo.', province: 'Cấp tỉnh giao nhiệm vụ', province_about: 'Giao việc, nhận gói của các đơn vị, đánh giá, trả lời.',
    unit_name: 'Tên đơn vị', unit_code: 'Mã định danh', person_name: 'Họ và tên người dùng', person_title: 'Chức vụ', device_name: 'Tên máy (có thể để trống)', passphrase: 'Mật khẩu mở sổ (ít nhất 8 ký tự)', again: 'Nhập lại mật khẩu', differ: 'Hai lần nhập mật khẩu khác nhau.',
    begin: 'Tạo sổ', code_hint: 'Ví dụ H02 hoặc 000.00.15.H02', key_title: 'Khoá khôi phục của cơ quan', key_about: 'Khoá này chỉ hiện một lần. Hãy in ra, cất trong phong bì niêm phong tại văn thư. Khi quên mật khẩu hoặc hỏng máy, đây là cách duy nhất để mở lại dữ liệu.', printed: 'Tôi đã in và cất khoá', go_on: 'Vào sổ',
    unlock: 'Mở sổ', unlock_passphrase: 'Mật khẩu', key_for: 'Đơn vị: {unit}', wrong: 'Mật khẩu không đúng.',
    next_title: 'Bước tiếp theo', next_take_in: 'Nhập danh mục nhiệm vụ từ Excel', next_enrol: 'Ghi danh với cấp trên để trao đổi gói',
  },
  en: {
    welcome: 'Start using Sổ Chỉ Đạo', intro: 'The register of tasks lies on this machine and always works without a network.',
    edition: 'Where is this machine used?', unit: 'A unit that receives tasks', unit_about: 'District, commune, department: receives, does, reports.', province: 'A province that assigns tasks', province_about: 'Assigns, receives the units’ bundles, judges, answers.',
    unit_name: 'Name of the unit', unit_code: 'Identifier', person_name: 'Your full name', person_title: 'Title', device_name: 'Name of this machine (may be empty)', passphrase: 'Passphrase (at least 8 characters)', again: 'Passphrase again', differ: 'The two passphrases differ.',
    begin: 'Make the register', code_hint: 'For example H02 or 000.00.15.H02', key_title: 'The office’s recovery key', key_about: 'This key is shown only once. Print it and keep it in a sealed envelope. When the passphrase is forgotten or the machine fails, it is the only way to open the data again.', printed: 'I have printed the key and put it away', go_on: 'Open the register',
    unlock: 'Open the register', unlock_passphrase: 'Passphrase', key_for: 'Unit: {unit}', wrong: 'The passphrase is wrong.',
    next_title: 'What next', next_take_in: 'Take in a list of tasks from Excel', next_enrol: 'Enrol with the parent to exchange bundles',
  },
} as const satisfies { vi: Record<string, string>; en: Record<string, string> };
