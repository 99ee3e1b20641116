//! What is said without a page: in a box of the system's on Windows, in the terminal elsewhere.

use std::path::Path;

const TITLE: &str = "Sổ Chỉ Đạo";

/// Said at the first start on a machine without WebView2.
pub(crate) const NO_WEBVIEW2: &str = "Máy này chưa có WebView2 của Microsoft, nên Sổ Chỉ Đạo mở trong trình duyệt của máy (Edge, \
    Chrome hoặc Cốc Cốc). Mọi việc vẫn làm được như thường, không cần mạng, và dữ liệu vẫn chỉ nằm trên máy này.\n\nMuốn có \
    cửa sổ riêng: cài \"WebView2 Runtime\" của Microsoft khi có mạng, hoặc chạy lại bộ cài Sổ Chỉ Đạo có kèm WebView2.\n\n\
    Microsoft's WebView2 is not on this machine, so Sổ Chỉ Đạo opens in its browser (Edge, Chrome or Cốc Cốc). Everything \
    works as usual, without a network, and the data stays on this machine.";

/// Said where no browser can be started.
pub(crate) const NO_BROWSER: &str = "Máy này không có WebView2, và không mở được trình duyệt nào. Hãy cài Microsoft Edge hoặc \
    Google Chrome, hoặc cài WebView2. Dữ liệu vẫn còn nguyên.\n\nThis machine has no WebView2, and no browser could be \
    started. Please install Microsoft Edge, Google Chrome or WebView2. The data is untouched.";

/// Asked where the browser does not tell when the page is closed.
const STILL_OPEN: &str = "Sổ Chỉ Đạo đang mở trong trình duyệt.\n\nLàm xong, hãy đóng trang rồi bấm \"Thoát\". Lỡ đóng trang thì bấm \
    \"Mở lại\".\n\nSổ Chỉ Đạo is open in the browser. When done, close the page and press \"Thoát\" (end); to open the page \
    again, press \"Mở lại\".";

/// Says something, and waits until it was read.
pub(crate) fn say(text: &str) {
    #[cfg(windows)]
    rfd::MessageDialog::new()
        .set_title(TITLE)
        .set_description(text)
        .set_level(rfd::MessageLevel::Warning)
        .show();
    #[cfg(not(windows))]
    eprintln!("{TITLE}: {text}");
}

/// Says something the first time that it is needed in a home.
pub(crate) fn tell_once(home: &Path, text: &str) {
    let told = home.join("told-no-webview2");
    if !told.exists() {
        say(text);
        // Told once more is no harm.
        let _ = std::fs::write(told, "");
    }
}

/// Whether the person wants the page opened again; otherwise the program ends.
pub(crate) fn open_again() -> bool {
    #[cfg(windows)]
    {
        let buttons = rfd::MessageButtons::OkCancelCustom("Mở lại".to_owned(), "Thoát".to_owned());
        let answer = rfd::MessageDialog::new()
            .set_title(TITLE)
            .set_description(STILL_OPEN)
            .set_buttons(buttons)
            .show();
        matches!(answer, rfd::MessageDialogResult::Ok)
            || matches!(answer, rfd::MessageDialogResult::Custom(told) if told == "Mở lại")
    }
    #[cfg(not(windows))]
    {
        eprintln!("{TITLE}: {STILL_OPEN}");
        // The terminal ends the program; until then the page is served.
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).is_ok_and(|read| read > 0)
    }
}
