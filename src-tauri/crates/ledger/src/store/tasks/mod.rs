//! The register of tasks, derived from their cells: what the list, the search and the totals read.
//!
//! The same tasks in three forms, each with one purpose:
//!
//! - the table `task` holds a row for every task, whole, to be shown;
//! - [`columns`] holds the facts by which tasks are filtered, sorted and counted, packed by column, so that a question
//!   about a million tasks reads some hundreds of pages whatever it asks;
//! - [`index`] holds, for every word, the tasks in which it stands.
//!
//! A question is answered by [`select`] with one bit for each task, so common words, rare ones and words that never meet
//! cost nearly the same. [`list`] sorts what was selected, [`totals`] counts it. [`row`] says what a row is, [`project`]
//! makes it, [`order`] keeps the places of texts in the Vietnamese order.

mod columns;
mod index;
mod labels;
mod list;
mod order;
mod project;
mod row;
mod select;
mod totals;
mod verify;

#[cfg(test)]
mod tests;

pub use list::{Ask, Page, Sort, by_code, code_key, count, identities, next_number, page, row, window};
pub(super) use project::Projector;
pub use row::{Kind, Made, Row};
pub use select::Filter;
pub use totals::{Column, Group, GroupBy, choices, deleted, grouped, leads};
pub(super) use verify::verify;

/// The tables of the register.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What `check` compares with a store rebuilt from the entries; [`verify`] compares the packed forms with the rows.
pub(super) const DERIVED: &[(&str, &str)] = &[(
    "tasks",
    "SELECT hex(f.key) || '.' || r.n || '.' || r.k || ' ' || json_array(hex(c.key), t.code, t.kind, t.content, t.product,
       t.assigner, t.document_number, t.lead, t.responsible, t.field_of_work, t.assigned_on, t.original_deadline, t.deadline,
       t.child, t.standing, t.completed_on, t.percent, t.percent_words, t.reported, t.updated, t.on_province_system,
       t.attachments, t.conflicts, t.several_reports, t.deleted, t.province_code, t.status)
     FROM task t JOIN record r ON r.id = t.record JOIN feed f ON f.id = r.feed JOIN channel c ON c.id = t.channel
     WHERE EXISTS (SELECT 1 FROM change h WHERE h.record = t.record AND h.state = 0)
     ORDER BY f.key, r.n, r.k",
)];
