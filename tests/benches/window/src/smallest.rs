//! A window with one page and one command: what Tauri and its web engine cost by themselves.
//!
//! With `--exit-once-painted` it ends as the program does: at the second animation frame after the first with text.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use tauri::{WebviewUrl, WebviewWindowBuilder};

const TELL_WHEN_PAINTED: &str = "
addEventListener('DOMContentLoaded', () => {
  const look = () => requestAnimationFrame(() => {
    if (document.body.innerText.trim() === '') return look();
    requestAnimationFrame(() => window.__TAURI_INTERNALS__.invoke('painted'));
  });
  look();
});";

mod commands {
    #[tauri::command]
    pub(super) fn painted(app: tauri::AppHandle) {
        println!("painted");
        app.exit(0);
    }
}

fn main() {
    let told = std::env::args().any(|word| word == "--exit-once-painted");
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::painted])
        .setup(move |app| {
            let mut window = WebviewWindowBuilder::new(app, "smallest", WebviewUrl::default())
                .inner_size(1366.0, 768.0)
                .incognito(true);
            if told {
                window = window.initialization_script(TELL_WHEN_PAINTED);
            }
            window.build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("a window");
}
