//! Asking a person for a file or a place. The page never sees a path to read: it gets tokens of what the person chose. A place
//! is told by its path, since that is what a person would type otherwise.

use chidao_app::api::Language;
use serde::Deserialize;
use std::path::PathBuf;
use tauri::AppHandle;
use tauri_plugin_dialog::DialogExt;

/// What kind of file is looked for; decides the title, the endings shown, and whether several may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PickKind {
    /// A bundle, or a request to be enrolled: one file.
    Bundle,
    /// A list of tasks: one spreadsheet.
    TaskList,
    /// Photos, scans and documents: several.
    Attachments,
    /// A backup: one file.
    Backup,
}

impl PickKind {
    /// Whether several files may be chosen at once.
    pub(crate) fn several(self) -> bool {
        self == PickKind::Attachments
    }

    fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (PickKind::Bundle, Language::Vi) => "Chọn gói đồng bộ",
            (PickKind::Bundle, Language::En) => "Choose a bundle",
            (PickKind::TaskList, Language::Vi) => "Chọn danh sách nhiệm vụ",
            (PickKind::TaskList, Language::En) => "Choose a list of tasks",
            (PickKind::Attachments, Language::Vi) => "Chọn tệp đính kèm",
            (PickKind::Attachments, Language::En) => "Choose attachments",
            (PickKind::Backup, Language::Vi) => "Chọn bản sao lưu",
            (PickKind::Backup, Language::En) => "Choose a backup",
        }
    }

    /// The name of the usual endings and the endings; none where any file will do.
    fn endings(self, language: Language) -> Option<(&'static str, &'static [&'static str])> {
        match (self, language) {
            (PickKind::Bundle, Language::Vi) => Some(("Gói đồng bộ", &["chidao"])),
            (PickKind::Bundle, Language::En) => Some(("Bundles", &["chidao"])),
            (PickKind::TaskList, Language::Vi) => Some(("Bảng tính", &["xlsx", "xls", "ods", "csv", "tsv"])),
            (PickKind::TaskList, Language::En) => Some(("Spreadsheets", &["xlsx", "xls", "ods", "csv", "tsv"])),
            (PickKind::Attachments, _) => None,
            (PickKind::Backup, Language::Vi) => Some(("Bản sao lưu", &["chidao-backup"])),
            (PickKind::Backup, Language::En) => Some(("Backups", &["chidao-backup"])),
        }
    }
}

/// What kind of place is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PlaceKind {
    /// A folder: of a mailbox, of backups.
    Folder,
    /// A file with the certificates of an office's own authority, which stays where it is.
    Certificates,
}

impl PlaceKind {
    fn title(self, language: Language) -> &'static str {
        match (self, language) {
            (PlaceKind::Folder, Language::Vi) => "Chọn thư mục",
            (PlaceKind::Folder, Language::En) => "Choose a folder",
            (PlaceKind::Certificates, Language::Vi) => "Chọn tệp chứng thư gốc",
            (PlaceKind::Certificates, Language::En) => "Choose the file of root certificates",
        }
    }
}

/// The name for files of every kind.
fn all_files(language: Language) -> &'static str {
    match language {
        Language::Vi => "Tất cả tệp",
        Language::En => "All files",
    }
}

/// Someone to ask. The answer may take as long as the person does: never on the window's thread.
pub(crate) trait Dialogs: Send + Sync {
    /// The files that the person chose; none if they thought better of it.
    fn pick(&self, kind: PickKind, language: Language) -> Vec<PathBuf>;
    /// Where to save a file that has this name; nothing if they thought better of it. Whether an existing file may be
    /// replaced has been asked.
    fn place_to_save(&self, name: &str, language: Language) -> Option<PathBuf>;
    /// A place that is there; nothing if they thought better of it.
    fn place(&self, kind: PlaceKind, language: Language) -> Option<PathBuf>;
}

/// The system's own dialogs.
pub(crate) struct SystemDialogs(pub(crate) AppHandle);

impl Dialogs for SystemDialogs {
    fn pick(&self, kind: PickKind, language: Language) -> Vec<PathBuf> {
        let mut dialog = self.0.dialog().file().set_title(kind.title(language));
        if let Some((name, endings)) = kind.endings(language) {
            dialog = dialog.add_filter(name, endings).add_filter(all_files(language), &["*"]);
        }
        let chosen = match kind.several() {
            true => dialog.blocking_pick_files().unwrap_or_default(),
            false => dialog.blocking_pick_file().into_iter().collect(),
        };
        chosen.into_iter().filter_map(|file| file.into_path().ok()).collect()
    }

    fn place_to_save(&self, name: &str, language: Language) -> Option<PathBuf> {
        let title = match language {
            Language::Vi => "Lưu tệp",
            Language::En => "Save the file",
        };
        let dialog = self.0.dialog().file().set_title(title).set_file_name(name);
        dialog.blocking_save_file().and_then(|file| file.into_path().ok())
    }

    fn place(&self, kind: PlaceKind, language: Language) -> Option<PathBuf> {
        let dialog = self.0.dialog().file().set_title(kind.title(language));
        let chosen = match kind {
            PlaceKind::Folder => dialog.blocking_pick_folder(),
            PlaceKind::Certificates => dialog
                .add_filter("PEM", &["pem", "crt", "cer"])
                .add_filter(all_files(language), &["*"])
                .blocking_pick_file(),
        };
        chosen.and_then(|place| place.into_path().ok())
    }
}

/// Answers in a person's place, for tests that drive the real window: whatever lies in `pick/` is chosen, in the order
/// of names, everything is saved in `save/`, and a place is what lies in `place/` and is of its kind. Exists in development builds only.
#[cfg(debug_assertions)]
pub(crate) struct FolderDialogs(PathBuf);

#[cfg(debug_assertions)]
impl FolderDialogs {
    /// The environment variable that names the folder.
    pub(crate) const VARIABLE: &str = "CHIDAO_TEST_DIALOG_DIR";

    /// Answers from this folder.
    pub(crate) fn new(folder: PathBuf) -> FolderDialogs {
        FolderDialogs(folder)
    }
}

#[cfg(debug_assertions)]
impl Dialogs for FolderDialogs {
    fn pick(&self, kind: PickKind, _language: Language) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("pick")).into_iter().flatten();
        let mut files: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        files.truncate(if kind.several() { usize::MAX } else { 1 });
        files
    }

    fn place_to_save(&self, name: &str, _language: Language) -> Option<PathBuf> {
        let folder = self.0.join("save");
        folder.is_dir().then(|| folder.join(name))
    }

    fn place(&self, kind: PlaceKind, _language: Language) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("place")).into_iter().flatten();
        let mut places = entries.flatten().map(|entry| entry.path());
        places.find(|path| path.is_dir() == (kind == PlaceKind::Folder))
    }
}

/// The dialogs of this process.
pub(crate) fn of(app: &AppHandle) -> Box<dyn Dialogs> {
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os(FolderDialogs::VARIABLE) {
        return Box::new(FolderDialogs::new(folder.into()));
    }
    Box::new(SystemDialogs(app.clone()))
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_answers_for_a_person() {
        let folder = tempfile::tempdir().unwrap();
        let dialogs = FolderDialogs::new(folder.path().to_owned());
        assert_eq!(dialogs.pick(PickKind::Bundle, Language::Vi), Vec::<PathBuf>::new());
        assert_eq!(dialogs.place_to_save("a.chidao", Language::Vi), None);

        for name in ["save", "pick"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let files = ["1 ảnh.jpg", "2 ảnh.jpg"].map(|name| folder.path().join("pick").join(name));
        files.iter().for_each(|file| std::fs::write(file, "x").unwrap());
        assert_eq!(dialogs.pick(PickKind::Attachments, Language::Vi), files);
        assert_eq!(dialogs.pick(PickKind::TaskList, Language::En), files[..1]);
        assert_eq!(
            dialogs.place_to_save("a.chidao", Language::Vi),
            Some(folder.path().join("save/a.chidao"))
        );

        assert_eq!(dialogs.place(PlaceKind::Folder, Language::Vi), None);
        let place = folder.path().join("place");
        std::fs::create_dir_all(place.join("Hộp thư")).unwrap();
        assert_eq!(dialogs.place(PlaceKind::Certificates, Language::Vi), None);
        std::fs::write(place.join("goc.pem"), "x").unwrap();
        let chosen = [PlaceKind::Folder, PlaceKind::Certificates].map(|kind| dialogs.place(kind, Language::En));
        assert_eq!(chosen, [Some(place.join("Hộp thư")), Some(place.join("goc.pem"))]);
    }
}
