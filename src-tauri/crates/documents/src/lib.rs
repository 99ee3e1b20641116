//! Spreadsheets in: sheets, headings, rows, and the trouble in each.
//!
//! Pure functions of a file's bytes: no database, no clock, no network, no temporary file. Start at [`Sheets::read`],
//! which tells what a file is by its content, holds it against [`limits`], and gives a [`Book`] of typed cells; then
//! [`Mapping::guess`] finds the headings and which column feeds which field; [`preview`] reads the rows as tasks and
//! names every trouble by row and column. Nothing here decides what happens to the tasks.
//!
//! Secrecy (DOMAIN 5.4): a row that bears a mark is refused by its number alone; nothing of it is repeated.

mod book;
mod compound;
mod days;
mod delimited;
mod error;
mod fields;
mod headings;
pub mod limits;
mod listed;
mod mapping;
mod meanings;
mod packed;
mod preview;
mod rows;
mod secrecy;
mod sheets;
mod trouble;
mod values;
mod vocabulary;
mod words;
mod workbook;

pub use book::{Book, Cell, Format, Merge, Row, Sheet, column_letters};
pub use delimited::{Separator, TextEncoding};
pub use error::{Looks, ReadError};
pub use fields::TaskField;
pub use listed::{LeftOut, LeftOutReason, ListedDeadline, Preview, PreviewOptions, TaskRow};
pub use mapping::{Evidence, MappedColumn, Mapping, UnmappedColumn, UnmappedRole};
pub use preview::preview;
pub use sheets::{ReadOptions, Sheets};
pub use trouble::{Severity, Trouble, TroubleKind};
pub use values::ListedKind;

#[cfg(test)]
mod tests {
    use super::*;
    use ts_rs::TS;

    #[test]
    fn the_page_sees_a_trouble_as_code_and_params() {
        let declared = Trouble::decl(&ts_rs::Config::default());
        assert!(
            declared.contains("\"duplicate_code\"") && declared.contains("row: number | null"),
            "{declared}"
        );
        let what = TroubleKind::DuplicateCode { first_row: 2 };
        let trouble = Trouble {
            row: Some(5),
            column: None,
            heading: None,
            severity: what.severity(),
            what,
        };
        let sent = serde_json::to_value(&trouble).unwrap();
        assert_eq!(
            (&sent["code"], &sent["params"]["first_row"]),
            (&"duplicate_code".into(), &2.into())
        );
        assert_eq!(serde_json::from_value::<Trouble>(sent).unwrap(), trouble);
    }
}
