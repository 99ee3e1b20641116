//! What crosses the seam when something cannot be done.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// `{code, params, retryable}`: the page turns it into a sentence in the user's language that says what happened,
/// what was kept and what to do next. The terminal prints the English sentence beside the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{code}{}", .params.iter().map(|(name, value)| format!(" {name}={value}")).collect::<String>())]
pub struct AppError {
    /// One word for what went wrong.
    pub code: String,
    /// What the sentence needs.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Trying again may help.
    #[serde(default)]
    pub retryable: bool,
}

/// A path as a person knows it. Windows itself puts `\\?\` before one that may be longer than 260 characters, and nobody would know
/// their folder by that.
pub(crate) fn without_prefix(text: String) -> String {
    match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
        (Some(share), _) => format!(r"\\{share}"),
        (None, Some(path)) => path.to_owned(),
        (None, None) => text,
    }
}

impl AppError {
    /// An error of this code.
    pub fn new(code: &str) -> AppError {
        AppError {
            code: code.to_owned(),
            params: BTreeMap::new(),
            retryable: false,
        }
    }

    /// With one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> AppError {
        self.params.insert(name.to_owned(), without_prefix(value.to_string()));
        self
    }

    /// Trying again may help.
    #[must_use]
    pub fn retryable(mut self) -> AppError {
        self.retryable = true;
        self
    }

    /// A file that could not be written: `disk_full` where no room is left, `disk_read_only` where
    /// nothing may be written, otherwise this code with the detail.
    pub fn of_writing(code: &str, error: &std::io::Error) -> AppError {
        use std::io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded => AppError::new("disk_full").retryable(),
            ReadOnlyFilesystem => AppError::new("disk_read_only").retryable(),
            _ => AppError::new(code).with("detail", error),
        }
    }

    /// The request was not of the form that this use case takes.
    pub fn bad_request(name: &str, error: &dyn std::fmt::Display) -> AppError {
        AppError::new("bad_request").with("request", name).with("detail", error)
    }

    /// No such use case.
    pub fn unknown_request(name: &str) -> AppError {
        AppError::new("unknown_request").with("request", name)
    }

    /// Something that should not happen: it is told, not hidden, and nothing is half written.
    pub fn internal(place: &str, error: &dyn std::fmt::Display) -> AppError {
        AppError::new("internal").with("place", place).with("detail", error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_told_as_its_owner_knows_it() {
        let told = |path: &str| AppError::new("home_unusable").with("path", path).params["path"].clone();
        assert_eq!(told(r"\\?\C:\Người dùng\Mai"), r"C:\Người dùng\Mai");
        assert_eq!(told(r"\\?\UNC\may-chu\chung"), r"\\may-chu\chung");
        assert_eq!(told(r"\\may-chu\chung"), r"\\may-chu\chung");
        assert_eq!(told("/home/mai"), "/home/mai");
    }
}
