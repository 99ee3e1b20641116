//! Totals of a period as of a date.

use super::tasks;
use crate::arguments::Totals;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{TotalsAnswer, TotalsAsk, TotalsRow, UseCases};
use chidao_app::{App, AppError};

/// Totals, whole and broken down.
pub(super) fn totals(app: &App, asked: &Totals, output: &mut Output) -> Result<(), AppError> {
    let answer = app.totals(TotalsAsk {
        filter: tasks::filter(app, &asked.which)?,
        by: asked.by,
        original_deadline: asked.which.original_deadline,
    })?;
    output.answer(&answer, || text(&answer))
}

fn text(answer: &TotalsAnswer) -> String {
    let all = &answer.all;
    let period = match (&answer.filter.assigned_from, &answer.filter.assigned_to) {
        (None, None) => String::new(),
        (from, to) => format!(
            "giao {}{}",
            from.as_ref()
                .map(|from| format!("từ {} ", words::date(from)))
                .unwrap_or_default(),
            to.as_ref()
                .map(|to| format!("đến {}", words::date(to)))
                .unwrap_or_default()
        ),
    };
    let mut text = pairs(&[
        ("Tính đến ngày", words::date(&answer.as_of)),
        ("Kỳ", period),
        (
            "Tổng số",
            format!(
                "{} ({} trên hệ thống của tỉnh, {} đột xuất)",
                all.total, answer.on_province_system, answer.ad_hoc
            ),
        ),
        (
            "Hoàn thành",
            format!("{}: đúng hạn {}, quá hạn {}", all.done, all.done_on_time, all.done_late),
        ),
        (
            "Chưa hoàn thành",
            format!(
                "{}: trong hạn {} (sắp đến hạn {}), quá hạn {}, không thời hạn {}",
                all.open, all.open_in_time, all.open_due_soon, all.open_overdue, all.open_without_deadline
            ),
        ),
        (
            "Tạm dừng",
            if all.suspended == 0 {
                String::new()
            } else {
                all.suspended.to_string()
            },
        ),
        (
            "Đã gia hạn",
            if all.extended == 0 {
                String::new()
            } else {
                all.extended.to_string()
            },
        ),
        ("Hoàn thành / tổng số", all.rate_done.clone()),
        ("Hoàn thành / đến hạn", all.rate_done_of_due.clone()),
        ("Đúng hạn / hoàn thành", all.rate_on_time_of_done.clone()),
    ]);
    if !answer.groups.is_empty() {
        let mut table = Table::new()
            .text("", 44)
            .number("Tổng")
            .number("Xong")
            .number("đúng hạn")
            .number("quá hạn")
            .number("Chưa xong")
            .number("trong hạn")
            .number("quá hạn")
            .number("không hạn");
        for group in &answer.groups {
            // Only groups by kind are named by a word of the wire.
            table.row(cells(group, words::value("kind", &group.name).to_owned()));
        }
        table.row(cells(all, "Cộng".to_owned()));
        text.push('\n');
        text.push_str(&table.show(""));
    }
    text
}

fn cells(row: &TotalsRow, name: String) -> [String; 9] {
    let counts = [
        row.total,
        row.done,
        row.done_on_time,
        row.done_late,
        row.open,
        row.open_in_time,
        row.open_overdue,
        row.open_without_deadline,
    ];
    let [total, done, on_time, late, open, in_time, overdue, without] = counts.map(|count| count.to_string());
    [name, total, done, on_time, late, open, in_time, overdue, without]
}
