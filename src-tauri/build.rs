//! Refuses to build a window without a page, and embeds the page, the permissions and the icon.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Path::new("../ui/dist");
    println!("cargo::rerun-if-changed={}", page.display());
    println!("cargo::rerun-if-env-changed=TAURI_CONFIG");
    // TAURI_CONFIG may name another page, and then Tauri itself says if that one is missing.
    if std::env::var_os("TAURI_CONFIG").is_none() && !page.join("index.html").is_file() {
        return Err(
            "the page is not built (ui/dist/index.html is missing): run `cargo xtask run`, which builds the page \
             and then this program, or `npm ci && npm run build` in ui/"
                .into(),
        );
    }
    // The icon's path is relative to this folder, like every other in tauri.conf.json.
    let windows = tauri_build::WindowsAttributes::new()
        .window_icon_path("../icons/icon.ico")
        .app_manifest(include_str!("windows/program.manifest"));
    tauri_build::try_build(tauri_build::Attributes::new().windows_attributes(windows))?;
    Ok(())
}
