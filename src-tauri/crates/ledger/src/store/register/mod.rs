//! The task list: each task's row, projected from its cells, its reports and assessments; found, filtered, counted.

mod count;
mod list;
mod project;

pub use count::{Column, Group, GroupBy, choices, grouped, leads};
pub use list::{Filter, Page, Row, Sort, by_code, count, identities, next_number, page, row};
pub(super) use project::project;

/// Run when a store is made.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What `check` compares: each row without the numbers of this database.
pub(super) const DERIVED: &[(&str, &str)] = &[(
    "tasks",
    "SELECT hex(f.key) || '.' || r.n || '.' || r.k || ' ' || code || ' ' || t.kind || ' ' || content || ' ' || fold || ' ' ||
       assigner || ' ' || document_number || ' ' || lead || ' ' || responsible || ' ' || field_of_work || ' ' ||
       coalesce(assigned_on, '') || ' ' || coalesce(original_deadline, '') || ' ' || coalesce(deadline, '') || ' ' ||
       status || ' ' || coalesce(completed_on, '') || ' ' || percent || ' ' || percent_words || ' ' ||
       coalesce(reported, '') || ' ' || updated || ' ' || on_province_system || ' ' || attachments || ' ' ||
       conflicts || ' ' || several_reports || ' ' || deleted
     FROM register t JOIN record r ON r.id = t.record JOIN feed f ON f.id = r.feed ORDER BY f.key, r.n, r.k",
)];

/// A day as a number: days from 0001-01-01.
pub fn day_number(date: chrono::NaiveDate) -> i64 {
    i64::from(chrono::Datelike::num_days_from_ce(&date))
}

/// The day of a number.
pub fn day_of(number: i64) -> Option<chrono::NaiveDate> {
    chrono::NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).ok()?)
}

/// A code so that NV2 comes before NV10: runs of digits compare by value.
pub fn code_key(code: &str) -> Vec<u8> {
    chidao_domain::text::collation_key(code)
}
