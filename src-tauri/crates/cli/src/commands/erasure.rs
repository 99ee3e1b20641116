//! Removing personal data and attachments for ever.

use crate::arguments::EraseAsked;
use crate::print::{Output, pairs, words};
use chidao_app::api::{Erase, UseCases};
use chidao_app::{App, AppError};

/// Erases, and tells what still holds it.
pub(super) fn erase(app: &App, asked: &EraseAsked, output: &mut Output) -> Result<(), AppError> {
    if !asked.for_ever {
        return Err(AppError::new("field_missing").with("field", "--for-ever"));
    }
    let erased = app.erase(Erase {
        record: asked.record.clone(),
        fields: asked.fields.clone(),
    })?;
    output.answer(&erased, || {
        let fields: Vec<&str> = erased.fields.iter().map(|field| words::field(field)).collect();
        let kept = match erased.kept {
            0 => String::new(),
            kept => format!("{} nội dung do bên kia lập; chỉ bên kia xoá được", words::number(kept)),
        };
        pairs(&[
            ("Đã xoá", format!("{} nội dung", words::number(erased.values))),
            ("Trường", fields.join(", ")),
            ("Tệp đính kèm", words::number(erased.attachments)),
            ("Còn lại", kept),
            (
                "Lưu ý",
                "Các máy khác xoá khi nhận gói tiếp theo. Bản sao lưu cũ và gói đã gửi mà chưa nhận còn giữ nội dung này cho đến khi được thay."
                    .to_owned(),
            ),
        ])
    })
}
