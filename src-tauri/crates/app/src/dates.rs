//! Dates as they cross the seam: `YYYY-MM-DD`, or as a person types them.

use crate::AppError;
use chrono::NaiveDate;

/// A date that may be absent; empty counts as absent.
pub(crate) fn optional(field: &str, value: Option<&str>) -> Result<Option<NaiveDate>, AppError> {
    match value.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => required(field, text).map(Some),
    }
}

/// A date that must be there.
pub(crate) fn required(field: &str, text: &str) -> Result<NaiveDate, AppError> {
    chidao_domain::dates::parse_date(text).map_err(|error| {
        AppError::new("bad_date")
            .with("field", field)
            .with("value", text)
            .with("detail", error)
    })
}
