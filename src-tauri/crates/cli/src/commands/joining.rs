//! A further machine for a unit that has others.

use crate::arguments::{Answered, Join};
use crate::edges::{self, Clock};
use crate::home;
use crate::print::{Output, pairs, words};
use chidao_app::api::{JoinAccept, JoinRequest, UseCases};
use chidao_app::{App, AppError};
use std::path::Path;

/// Asks, or accepts the answer. Before that there is nothing here to be opened.
pub(super) fn join(
    home: &Path,
    clock: Clock,
    asked: &Join,
    passphrase_file: Option<&Path>,
    output: &mut Output,
) -> Result<(), AppError> {
    let app = App::open(home, clock.edges())?;
    let passphrase = edges::passphrase(passphrase_file)?;
    match asked {
        Join::Request {
            person,
            title,
            device,
            out,
        } => {
            let request = JoinRequest {
                person_name: person.clone(),
                person_title: title.clone(),
                device_name: device.clone(),
                passphrase,
            };
            let ready = app.join_request(request)?;
            app.save_file(&ready.file, out)?;
            output.answer(&serde_json::json!({ "path": out, "size": ready.size }), || {
                format!(
                    "Đã ghi đề nghị vào {}.\nHãy mang tệp này sang máy đầu tiên của đơn vị và chạy ở đó: chidao devices approve TỆP --out THƯ-MỤC\n",
                    out.display()
                )
            })
        }
        Join::Accept(Answered { file, code }) => {
            let session = app.join_accept(JoinAccept {
                file: home::hand_over(&app, file)?,
                passphrase,
                code: code.clone(),
            })?;
            output.answer(&session, || {
                pairs(&[
                    ("Đơn vị", session.unit.as_ref().map(words::unit).unwrap_or_default()),
                    ("Máy", session.device.clone().unwrap_or_default()),
                    (
                        "Người làm việc",
                        session.person.as_ref().map(words::person).unwrap_or_default(),
                    ),
                ])
            })
        }
    }
}
