//! The built page: files of one folder, and nothing outside it; or files that a program carries in itself.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chidao_app::AppError;
use std::path::{Path, PathBuf};

/// The page's first file; without it a folder is no page.
const FIRST: &str = "index.html";

/// Gives the bytes of a file that a program carries in itself, by its path without a leading slash.
pub type Embedded = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync>;

/// A built page.
pub struct Page(Place);

enum Place {
    /// A folder, by its real name.
    Folder(PathBuf),
    /// The program itself.
    Embedded(Embedded),
}

impl std::fmt::Debug for Page {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Place::Folder(folder) => out.debug_tuple("Folder").field(folder).finish(),
            Place::Embedded(_) => out.write_str("Embedded"),
        }
    }
}

impl Page {
    /// The page that a program carries in itself.
    #[must_use]
    pub fn embedded(files: Embedded) -> Page {
        Page(Place::Embedded(files))
    }

    /// The folder given; else the one beside this program, or `ui/dist` of the workspace in which it was built.
    ///
    /// # Errors
    /// `page_missing`, with the places looked at.
    pub fn find(given: Option<&Path>) -> Result<Page, AppError> {
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
        folder.map(|folder| Page(Place::Folder(folder))).ok_or_else(|| {
            let places: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
            AppError::new("page_missing").with("places", places.join(", "))
        })
    }

    /// Answers with one file of the page.
    pub(super) async fn answer(self: std::sync::Arc<Page>, path: &str) -> Response {
        let Some(path) = plain_path(path) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let kind = media_type(Path::new(path));
        let path = path.to_owned();
        match tokio::task::spawn_blocking(move || self.read(&path)).await {
            // The file names of the page change with their content, but index.html does not: always ask again.
            Ok(Some(bytes)) => (
                [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
                Body::from(bytes),
            )
                .into_response(),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// The bytes of a file: never outside the folder, by whatever links.
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        match &self.0 {
            Place::Embedded(files) => files(path),
            Place::Folder(folder) => {
                let file = folder.join(path).canonicalize().ok()?;
                match file.starts_with(folder) && file.is_file() {
                    true => std::fs::read(file).ok(),
                    false => None,
                }
            }
        }
    }
}

/// The path of a request within the page: plain names only.
fn plain_path(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?;
    let path = if path.is_empty() { FIRST } else { path };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
    };
    path.split('/').all(plain).then_some(path)
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
        let file = |path: &str| page.read(plain_path(path)?);
        assert_eq!(file("/").unwrap(), b"<!doctype html>");
        assert_eq!(file("/assets/app-1a2b.js").unwrap(), b"1");
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
            assert_eq!(file(path), None, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_leads_nowhere() {
        let (folder, page) = page();
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join("dist/link.txt")).unwrap();
        assert_eq!(page.read("link.txt"), None);
    }

    #[test]
    fn a_program_serves_the_page_that_it_carries() {
        let page = Page::embedded(Box::new(|path| {
            (path == "index.html").then(|| b"<!doctype html>".to_vec())
        }));
        assert_eq!(page.read("index.html").unwrap(), b"<!doctype html>");
        assert_eq!(page.read("absent.js"), None);
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
