//! The persons who work at a machine, and taking a machine over.

use crate::arguments::{Answered, PersonsCommand};
use crate::print::{Output, Table, words};
use crate::{edges, home};
use chidao_app::api::{
    Nothing, PassphraseChange, People, PersonAdd, PersonRef, Remember, Remembered, RenewalAccept, TakeOver, UseCases,
};
use chidao_app::{App, AppError};
use std::path::Path;

/// Lists, adds, removes; changes a passphrase; takes over.
pub(super) fn persons(
    app: &App,
    asked: Option<&PersonsCommand>,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<(), AppError> {
    let told: People = match asked {
        None => app.people(Nothing {})?,
        Some(PersonsCommand::Add {
            name,
            title,
            new_passphrase_file,
        }) => app.person_add(PersonAdd {
            name: name.clone(),
            title: title.clone(),
            passphrase: edges::passphrase(Some(new_passphrase_file))?,
        })?,
        Some(PersonsCommand::Remove { person }) => {
            let rows = app.people(Nothing {})?.rows.into_iter();
            let mut found = rows.filter(|row| row.person == *person || row.name.name == *person);
            let person = match (found.next(), found.next()) {
                (Some(only), None) => only.person,
                (None, _) => return Err(AppError::new("not_found").with("what", person)),
                (Some(_), Some(_)) => return Err(AppError::new("person_ambiguous").with("name", person)),
            };
            app.person_remove(PersonRef { person })?
        }
        Some(PersonsCommand::Passphrase { new_passphrase_file }) => app.passphrase_change(PassphraseChange {
            old: edges::passphrase(passphrase_file)?,
            new: edges::passphrase(Some(new_passphrase_file))?,
        })?,
        Some(PersonsCommand::Remember) => {
            app.remember(Remember {
                passphrase: edges::passphrase(passphrase_file)?,
            })?;
            app.people(Nothing {})?
        }
        Some(PersonsCommand::Forget) => {
            app.forget_remembered(Nothing {})?;
            app.people(Nothing {})?
        }
        Some(PersonsCommand::TakeOver {
            name,
            title,
            new_passphrase_file,
        }) => {
            app.take_over(TakeOver {
                person_name: name.clone(),
                person_title: title.clone(),
                passphrase: edges::passphrase(Some(new_passphrase_file))?,
            })?;
            app.people(Nothing {})?
        }
        Some(PersonsCommand::Request { out }) => {
            let ready = app.renewal_request(Nothing {})?;
            app.save_file(&ready.file, out)?;
            let written = serde_json::json!({ "path": out, "size": ready.size });
            return output.answer(&written, || {
                format!(
                    "Đã ghi đề nghị vào {}.\nHãy mang tệp này sang máy giữ khoá gốc của đơn vị và chạy ở đó: chidao devices approve TỆP --out THƯ-MỤC\n",
                    out.display()
                )
            });
        }
        Some(PersonsCommand::Accept(Answered { file, code })) => {
            app.renewal_accept(RenewalAccept {
                file: home::hand_over(app, file)?,
                code: code.clone(),
            })?;
            app.people(Nothing {})?
        }
    };
    let session = app.session(Nothing {})?;
    output.answer(&told, || {
        let mut table = Table::new()
            .text("Người dùng máy này", 40)
            .text("Định danh", 18)
            .text("", 12);
        for row in &told.rows {
            let here = if row.here { "đang mở" } else { "" };
            table.row([words::person(&row.name), row.person.clone(), here.to_owned()]);
        }
        let mut list = table.show("Chưa có ai.");
        if session.remembered == Remembered::Yes {
            list.push_str("Tài khoản Windows này mở sổ không cần mật khẩu. Để thôi: chidao persons forget\n");
        }
        match session.awaiting {
            true => format!(
                "{list}\nMáy này chờ chứng thư: xem được mọi thứ, chưa ghi được. Hãy chạy: chidao persons request --out TỆP\n"
            ),
            false => list,
        }
    })
}
