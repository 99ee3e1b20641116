//! The built page: files of one folder, and nothing outside it.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chidao_app::AppError;
use std::path::{Path, PathBuf};

/// The page's first file; without it a folder is no page.
const FIRST: &str = "index.html";

/// A folder with a built page.
#[derive(Debug)]
pub(super) struct Page {
    folder: PathBuf,
}

impl Page {
    /// The folder given; else the one beside this program, or `ui/dist` of the workspace in which it was built.
    ///
    /// # Errors
    /// `page_missing`, with the places looked at.
    pub(super) fn find(given: Option<&Path>) -> Result<Page, AppError> {
        let places = match given {
            Some(folder) => vec![folder.to_owned()],
            None => std::env::current_exe()
                .map(|program| beside(&program))
                .unwrap_or_default(),
        };
        Page::first_of(&places)
    }

    fn first_of(places: &[PathBuf]) -> Result<Page, AppError> {
        let built = |place: &&PathBuf| place.join(FIRST).is_file();
        let folder = places.iter().find(built).and_then(|place| place.canonicalize().ok());
        folder.map(|folder| Page { folder }).ok_or_else(|| {
            let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
            AppError::new("page_missing").with("places", places.join(", "))
        })
    }

    /// Answers with one file of the page.
    pub(super) async fn answer(&self, path: &str) -> Response {
        let Some(file) = self.file(path) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let kind = media_type(&file);
        match tokio::task::spawn_blocking(move || std::fs::read(file)).await {
            // The file names of the page change with their content, but index.html does not: always ask again.
            Ok(Ok(bytes)) => (
                [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
                Body::from(bytes),
            )
                .into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// The file of a request's path: plain names only, and never outside the folder, by whatever links.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let path = path.strip_prefix('/')?;
        let path = if path.is_empty() { FIRST } else { path };
        let plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
        };
        if !path.split('/').all(plain) {
            return None;
        }
        let file = self.folder.join(path).canonicalize().ok()?;
        (file.starts_with(&self.folder) && file.is_file()).then_some(file)
    }
}

/// Where the page of a program may lie: `ui` or `ui/dist` next to it, and `ui/dist` in the folders above it, as long as
/// they are those of a build (`target/debug/chidao`).
fn beside(program: &Path) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let Some(folder) = program.parent() else { return places };
    places.extend([folder.join("ui"), folder.join("ui/dist")]);
    let above = folder.ancestors().skip(1).take(4);
    places.extend(
        above
            .filter(|folder| folder.join("Cargo.toml").is_file())
            .map(|folder| folder.join("ui/dist")),
    );
    places
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> (tempfile::TempDir, Page) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("dist/assets")).unwrap();
        std::fs::write(folder.path().join("dist/index.html"), "<!doctype html>").unwrap();
        std::fs::write(folder.path().join("dist/assets/app-1a2b.js"), "1").unwrap();
        std::fs::write(folder.path().join("secret.txt"), "x").unwrap();
        let page = Page::find(Some(&folder.path().join("dist"))).unwrap();
        (folder, page)
    }

    #[test]
    fn only_files_of_the_page_are_found() {
        let (_folder, page) = page();
        assert!(page.file("/").unwrap().ends_with("index.html"));
        assert!(page.file("/assets/app-1a2b.js").is_some());
        for path in [
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/%2e%2e/secret.txt",
            "//etc/passwd",
            "/assets",
            "/.env",
            "/a\\b",
            "",
            "/absent.js",
        ] {
            assert_eq!(page.file(path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_leads_nowhere() {
        let (folder, page) = page();
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join("dist/link.txt")).unwrap();
        assert_eq!(page.file("/link.txt"), None);
    }

    #[test]
    fn the_page_is_found_where_it_was_built() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
        std::fs::create_dir_all(folder.path().join("ui/dist")).unwrap();
        let places = beside(&folder.path().join("target/debug/chidao"));
        let missing = Page::first_of(&places).unwrap_err();
        assert_eq!(missing.code, "page_missing");
        assert!(missing.params["places"].contains("ui/dist"));
        std::fs::write(folder.path().join("ui/dist/index.html"), "").unwrap();
        assert!(Page::first_of(&places).is_ok());
    }
}
