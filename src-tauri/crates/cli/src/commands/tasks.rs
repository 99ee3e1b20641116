//! The register of tasks: list, one task, history, reports, attachments.

use super::unit_ids;
use crate::arguments::{self, Report, TaskCommand, TaskList, Verdict, Which};
use crate::home;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    Assess, AttachmentId, History, ReportAdd, TaskCreate, TaskDetail, TaskFilter, TaskId, TaskRow, TaskSet, TaskStep,
    TasksPage, UseCases,
};
use chidao_app::{App, AppError};
use serde::Serialize;
use std::path::Path;

/// The filter that a person's words ask for.
pub(super) fn filter(app: &App, which: &Which) -> Result<TaskFilter, AppError> {
    Ok(TaskFilter {
        statuses: which.status.clone(),
        classes: which.classes.clone(),
        units: unit_ids(app, &which.unit)?,
        leads: which.lead.clone(),
        kinds: which.kind.clone(),
        assigners: which.assigner.clone(),
        fields: which.field.clone(),
        responsible: which.responsible.clone(),
        on_province_system: which.on_province_system,
        done: which.done,
        extended: which.extended,
        original_deadline: which.original_deadline,
        assigned_from: which.period.assigned_from.clone(),
        assigned_to: which.period.assigned_to.clone(),
        as_of: which.period.as_of.clone(),
        search: which.search.clone(),
        ..TaskFilter::default()
    })
}

/// One window of the list, or how many there are.
pub(super) fn list(app: &App, asked: &TaskList, output: &mut Output) -> Result<(), AppError> {
    let filter = filter(app, &asked.which)?;
    if asked.count {
        let count = app.tasks_count(filter)?;
        return output.answer(&count, || words::number(count.count));
    }
    let page = app.tasks_page(TasksPage {
        filter,
        sort: asked.sort,
        descending: asked.descending,
        offset: asked.offset,
        limit: asked.limit,
        after: asked.after.clone(),
    })?;
    output.answer(&page, || {
        let mut text = rows_text(&page.rows, asked.which.original_deadline);
        if let Some(next) = &page.next {
            text.push_str(&format!("\nCòn nữa: --after {next}\n"));
        }
        text
    })
}

/// Tasks as a table, with the deadline by which they are judged.
fn rows_text(rows: &[TaskRow], original_deadline: bool) -> String {
    let mut table = Table::new()
        .text("Mã", 14)
        .text("Loại", 9)
        .text("Nội dung", 56)
        .text("Chủ trì", 30)
        .text(if original_deadline { "Hạn gốc" } else { "Hạn" }, 10)
        .text("Trạng thái", 14)
        .text("Thời hạn", 15)
        .number("%");
    for row in rows {
        let deadline = if original_deadline {
            &row.original_deadline
        } else {
            &row.deadline
        };
        table.row([
            row.code.clone(),
            words::kind(row.kind).to_owned(),
            row.content.clone(),
            row.lead.clone(),
            words::maybe_date(deadline.as_ref()),
            words::status(row.status).to_owned(),
            words::class(row.class).to_owned(),
            row.percent.to_string(),
        ]);
    }
    table.show("Không có nhiệm vụ nào.")
}

/// What a person does with one task.
pub(super) fn one(app: &App, asked: &TaskCommand, output: &mut Output) -> Result<(), AppError> {
    let detail = match asked {
        TaskCommand::History { task } => {
            let history = app.task_history(TaskId { task: task.clone() })?;
            return output.answer(&history, || history_text(&history));
        }
        TaskCommand::Show { task } => app.task_show(TaskId { task: task.clone() })?,
        TaskCommand::Report(report) => app.report_add(report_request(app, report)?)?,
        TaskCommand::Set { task, field, value } => app.task_set(TaskSet {
            task: task.clone(),
            field: field.clone(),
            value: value.clone(),
        })?,
        TaskCommand::Create {
            unit,
            field,
            not_secret,
        } => app.task_create(TaskCreate {
            unit: unit.clone(),
            fields: field.iter().cloned().collect(),
            not_secret: *not_secret,
        })?,
        TaskCommand::Step { task, to, on, document } => app.task_step(TaskStep {
            task: task.clone(),
            to: *to,
            on: on.clone(),
            document: document.clone(),
        })?,
        TaskCommand::Undo { task } => app.task_undo(TaskId { task: task.clone() })?,
        TaskCommand::Assess { task, verdict, reason } => app.assess(Assess {
            task: task.clone(),
            accepted: *verdict == Verdict::Accepted,
            reason: reason.clone(),
        })?,
    };
    output.answer(&detail, || detail_text(&detail))
}

fn report_request(app: &App, report: &Report) -> Result<ReportAdd, AppError> {
    Ok(ReportAdd {
        task: report.task.clone(),
        percent: report.percent,
        percent_words: report.percent_words.clone(),
        note: report.note.clone(),
        difficulty: report.difficulty.clone(),
        product: report.product.clone(),
        done_on: report.done_on.clone(),
        files: report
            .attach
            .iter()
            .map(|path| home::hand_over(app, path))
            .collect::<Result<_, _>>()?,
    })
}

fn detail_text(detail: &TaskDetail) -> String {
    let row = &detail.row;
    let mut text = pairs(&[
        ("Mã", row.code.clone()),
        ("Định danh", row.id.clone()),
        ("Loại", words::kind(row.kind).to_owned()),
        ("Nội dung", row.content.clone()),
        ("Đơn vị", row.unit_name.clone()),
        ("Người giao", row.assigner.clone()),
        ("Số, ký hiệu", row.document_number.clone()),
        ("Ngày giao", words::maybe_date(row.assigned_on.as_ref())),
        ("Chủ trì", row.lead.clone()),
        ("Người chịu trách nhiệm", row.responsible.clone()),
        ("Hạn gốc", words::maybe_date(row.original_deadline.as_ref())),
        ("Hạn hiện tại", words::maybe_date(row.deadline.as_ref())),
        ("Trạng thái", words::status(row.status).to_owned()),
        ("Thời hạn", words::class(row.class).to_owned()),
        (
            "Tiến độ",
            format!(
                "{}%{}{}",
                row.percent,
                if row.percent_words.is_empty() { "" } else { ", " },
                row.percent_words
            ),
        ),
        ("Hoàn thành ngày", words::maybe_date(row.completed_on.as_ref())),
        ("Cấp kia đã xác nhận", words::yes_or_no(row.confirmed).to_owned()),
    ]);
    for cell in detail.cells.iter().filter(|cell| !cell.conflict.is_empty()) {
        let values: Vec<String> = cell
            .conflict
            .iter()
            .map(|value| format!("{} ({})", value.text, words::origin(&value.origin)))
            .collect();
        text.push_str(&format!(
            "\nXung đột ở \"{}\":\n  {}\n",
            words::field(&cell.field),
            values.join("\n  ")
        ));
    }
    if !detail.reports.is_empty() {
        text.push_str("\nCập nhật tiến độ\n");
        let mut table = Table::new()
            .text("Lúc", 16)
            .number("%")
            .text("Nội dung", 60)
            .number("Tệp")
            .text("Người", 30);
        for report in &detail.reports {
            table.row([
                words::date(&report.origin.at),
                report.percent.map(|percent| percent.to_string()).unwrap_or_default(),
                report.note.clone(),
                report.attachments.len().to_string(),
                report.origin.person.name.clone(),
            ]);
        }
        text.push_str(&table.show(""));
    }
    if !detail.findings.is_empty() {
        text.push_str("\nKết quả kiểm tra\n");
        for finding in &detail.findings {
            text.push_str(&format!(
                "  {}: báo cáo {}, thực tế {}; {}\n",
                finding.inspection_title,
                words::percent(finding.reported_percent),
                words::percent(finding.found_percent),
                if finding.agreed {
                    "thống nhất"
                } else {
                    "chưa thống nhất"
                }
            ));
        }
    }
    if !detail.recommendations.is_empty() {
        text.push_str("\nKiến nghị\n");
        for recommendation in &detail.recommendations {
            text.push_str(&format!(
                "  {} [{}] {}\n",
                recommendation.code,
                words::recommendation(recommendation.state),
                recommendation.content
            ));
        }
    }
    text
}

fn history_text(history: &History) -> String {
    let mut table = Table::new()
        .text("Lúc", 16)
        .text("Trường", 24)
        .text("Cũ", 30)
        .text("Mới", 40)
        .text("Ai, ở đâu", 60)
        .text("", 40);
    for line in &history.lines {
        let not_applied = line
            .quarantined
            .as_ref()
            .map(|reason| format!("không áp dụng: {}", words::reason(reason)));
        table.row([
            words::date(&line.origin.at),
            words::field(&line.field).to_owned(),
            words::told(&line.field, &line.old_value, line.old.as_deref().unwrap_or_default()),
            words::told(&line.field, &line.new_value, line.new.as_deref().unwrap_or_default()),
            format!(
                "{}, {}, máy {}",
                line.origin.person.name, line.origin.unit, line.origin.device
            ),
            match (not_applied, line.side_by_side) {
                (Some(told), _) => told,
                (None, true) => "song song".to_owned(),
                (None, false) => String::new(),
            },
        ]);
    }
    table.show("Chưa có gì được ghi.")
}

/// An attachment that was saved.
#[derive(Serialize)]
struct SavedAttachment<'a> {
    path: &'a Path,
    name: &'a str,
    size: u64,
    media_type: &'a str,
}

/// Saves an attachment outside the register: under the path given, or under its own name in a folder.
pub(super) fn attachment(app: &App, asked: &arguments::Attachment, output: &mut Output) -> Result<(), AppError> {
    let arguments::Attachment::Save { id, out } = asked;
    let ready = app.attachment_open(AttachmentId { attachment: id.clone() })?;
    let path = if out.is_dir() {
        out.join(&ready.name)
    } else {
        out.clone()
    };
    app.save_file(&ready.file, &path)?;
    let saved = SavedAttachment {
        path: &path,
        name: &ready.name,
        size: ready.size,
        media_type: &ready.media_type,
    };
    output.answer(&saved, || {
        format!("Đã lưu {} ({} byte).", path.display(), words::number(ready.size))
    })
}
