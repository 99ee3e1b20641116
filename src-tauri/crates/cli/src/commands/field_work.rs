//! Inspections, findings, recommendations.

use crate::arguments::{DayPartWord, FindingGiven, Inspect, Inspection, Recommend};
use crate::home;
use crate::print::{Output, Table, pairs, words};
use chidao_app::api::{
    DayPart, FindingAdd, InspectionDetail, InspectionId, InspectionSave, Nothing, Recommendation, RecommendationAdd,
    RecommendationAnswer, RecommendationFilter, UseCases,
};
use chidao_app::{App, AppError};

/// What a person does with inspections.
pub(super) fn inspect(app: &App, asked: &Inspect, output: &mut Output) -> Result<(), AppError> {
    let detail = match asked {
        Inspect::List => {
            let list = app.inspections(Nothing {})?;
            return output.answer(&list, || {
                let mut table = Table::new()
                    .text("Mã", 10)
                    .text("Ngày", 10)
                    .text("Buổi", 11)
                    .text("Tên đợt", 50)
                    .text("Trưởng đoàn", 30)
                    .number("Nhiệm vụ")
                    .number("Đã ghi")
                    .number("Sai sót")
                    .text("Kết thúc", 8);
                for row in &list.rows {
                    table.row([
                        row.code.clone(),
                        words::date(&row.held_on),
                        words::day_part(row.day_part).to_owned(),
                        row.title.clone(),
                        row.head.name.clone(),
                        row.tasks.to_string(),
                        row.found.to_string(),
                        row.negative.to_string(),
                        words::yes(row.closed),
                    ]);
                }
                table.show("Chưa có đợt kiểm tra nào.")
            });
        }
        Inspect::New(given) => app.inspection_save(over(InspectionSave::default(), given))?,
        Inspect::Edit { inspection, given } => {
            let before = app.inspection_show(InspectionId {
                inspection: inspection.clone(),
            })?;
            app.inspection_save(over(as_it_stands(&before), given))?
        }
        Inspect::Finding(given) => app.finding_add(finding(app, given)?)?,
        Inspect::Show { inspection } => app.inspection_show(InspectionId {
            inspection: inspection.clone(),
        })?,
        Inspect::Close { inspection } => app.inspection_close(InspectionId {
            inspection: inspection.clone(),
        })?,
    };
    output.answer(&detail, || detail_text(&detail))
}

/// The head data of an inspection as it stands, so that an edit changes only what is given.
fn as_it_stands(detail: &InspectionDetail) -> InspectionSave {
    InspectionSave {
        inspection: detail.row.id.clone(),
        unit: detail.row.unit.id.clone(),
        title: detail.row.title.clone(),
        held_on: detail.row.held_on.clone(),
        day_part: detail.row.day_part,
        place: detail.row.place.clone(),
        sending_body: detail.sending_body.clone(),
        head: detail.row.head.clone(),
        members: detail.members.clone(),
        local_side: detail.local_side.clone(),
        period_from: detail.period_from.clone(),
        period_to: detail.period_to.clone(),
        tasks: detail.lines.iter().map(|line| line.task.id.clone()).collect(),
        evaluation: detail.evaluation.clone(),
    }
}

/// What is given, over what stands.
fn over(stands: InspectionSave, given: &Inspection) -> InspectionSave {
    let text = |given: &Option<String>, stands: String| given.clone().unwrap_or(stands);
    let list = |given: &[_], stands: Vec<_>| if given.is_empty() { stands } else { given.to_vec() };
    InspectionSave {
        unit: text(&given.unit, stands.unit),
        title: text(&given.title, stands.title),
        held_on: text(&given.held_on, stands.held_on),
        day_part: given.day_part.map_or(stands.day_part, |part| match part {
            DayPartWord::Day => DayPart::Day,
            DayPartWord::Morning => DayPart::Morning,
            DayPartWord::Afternoon => DayPart::Afternoon,
        }),
        place: text(&given.place, stands.place),
        sending_body: text(&given.sending_body, stands.sending_body),
        head: given.head.clone().unwrap_or(stands.head),
        members: list(&given.member, stands.members),
        local_side: list(&given.local, stands.local_side),
        period_from: given.period_from.clone().or(stands.period_from),
        period_to: given.period_to.clone().or(stands.period_to),
        tasks: if given.task.is_empty() {
            stands.tasks
        } else {
            given.task.clone()
        },
        evaluation: text(&given.evaluation, stands.evaluation),
        inspection: stands.inspection,
    }
}

fn finding(app: &App, given: &FindingGiven) -> Result<FindingAdd, AppError> {
    Ok(FindingAdd {
        inspection: given.inspection.clone(),
        task: given.task.clone(),
        reported_percent: given.reported,
        found_percent: given.found,
        note: given.note.clone(),
        agreed: given.agreed,
        objection: given.objection.clone(),
        negative: given.negative,
        nature: given.nature.clone(),
        degree: given.degree.clone(),
        cause: given.cause.clone(),
        responsibility: given.responsibility.clone(),
        files: given
            .photo
            .iter()
            .map(|path| home::hand_over(app, path))
            .collect::<Result<_, _>>()?,
        keep: given.keep.clone(),
    })
}

fn detail_text(detail: &InspectionDetail) -> String {
    let row = &detail.row;
    let mut text = pairs(&[
        ("Mã", row.code.clone()),
        ("Tên đợt", row.title.clone()),
        (
            "Ngày",
            format!("{}, {}", words::date(&row.held_on), words::day_part(row.day_part)),
        ),
        ("Đơn vị", words::unit(&row.unit)),
        ("Địa điểm", row.place.clone()),
        ("Cơ quan cử đoàn", detail.sending_body.clone()),
        ("Trưởng đoàn", words::person(&row.head)),
        ("Thành viên", words::persons(&detail.members)),
        ("Phía đơn vị", words::persons(&detail.local_side)),
        ("Đánh giá chung", detail.evaluation.clone()),
        ("Đã kết thúc", words::yes_or_no(row.closed).to_owned()),
    ]);
    let mut table = Table::new()
        .text("Nhiệm vụ", 12)
        .text("Nội dung", 50)
        .text("Báo cáo", 7)
        .text("Thực tế", 7)
        .text("Thống nhất", 10)
        .text("Sai sót", 7)
        .number("Ảnh")
        .text("Ghi nhận", 50);
    for line in &detail.lines {
        let found = line.finding.as_ref();
        table.row([
            line.task.code.clone(),
            line.task.content.clone(),
            words::percent(found.and_then(|finding| finding.reported_percent)),
            words::percent(found.and_then(|finding| finding.found_percent)),
            found
                .map(|finding| words::yes_or_no(finding.agreed).to_owned())
                .unwrap_or_default(),
            found.map(|finding| words::yes(finding.negative)).unwrap_or_default(),
            found
                .map(|finding| finding.attachments.len().to_string())
                .unwrap_or_default(),
            found.map(|finding| finding.note.clone()).unwrap_or_default(),
        ]);
    }
    text.push('\n');
    text.push_str(&table.show("Chưa chọn nhiệm vụ nào."));
    if !detail.recommendations.is_empty() {
        text.push('\n');
        text.push_str(&recommendations_text(&detail.recommendations));
    }
    text
}

fn recommendations_text(rows: &[Recommendation]) -> String {
    let mut table = Table::new()
        .text("Mã", 10)
        .text("Nội dung", 60)
        .text("Nơi nhận", 24)
        .text("Nhiệm vụ", 20)
        .text("Tình trạng", 12)
        .text("Trả lời", 40);
    for row in rows {
        let tasks: Vec<&str> = row.tasks.iter().map(|task| task.code.as_str()).collect();
        table.row([
            row.code.clone(),
            row.content.clone(),
            row.addressee.clone(),
            tasks.join(", "),
            words::recommendation(row.state).to_owned(),
            row.answer.clone(),
        ]);
    }
    table.show("Chưa có kiến nghị nào.")
}

/// What a person does with recommendations.
pub(super) fn recommend(app: &App, asked: &Recommend, output: &mut Output) -> Result<(), AppError> {
    let one = match asked {
        Recommend::List {
            unit,
            inspection,
            task,
            unanswered,
        } => {
            let list = app.recommendations(RecommendationFilter {
                unit: unit.clone(),
                inspection: inspection.clone(),
                task: task.clone(),
                unanswered: *unanswered,
            })?;
            return output.answer(&list, || recommendations_text(&list.rows));
        }
        Recommend::Add {
            content,
            addressee,
            task,
            inspection,
        } => app.recommendation_add(RecommendationAdd {
            content: content.clone(),
            addressee: addressee.clone(),
            tasks: task.clone(),
            inspection: inspection.clone(),
        })?,
        Recommend::Answer {
            recommendation,
            answer,
            document,
            on,
        } => app.recommendation_answer(RecommendationAnswer {
            recommendation: recommendation.clone(),
            answer: answer.clone(),
            document: document.clone(),
            on: on.clone(),
        })?,
    };
    output.answer(&one, || recommendations_text(std::slice::from_ref(&one)))
}
