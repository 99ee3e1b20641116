//! Mailboxes: adding, listing, synchronising, removing.

use super::Outcome;
use crate::arguments::{Mailbox, MailboxAdd, MailboxSyncAsked};
use crate::print::{Output, Table, sentences, words};
use chidao_app::api::{
    MailboxPlace, MailboxRemove, MailboxSave, MailboxSync, MailboxSynced, MailboxTrouble, Mailboxes, Nothing, UseCases,
};
use chidao_app::{App, AppError};
use std::path::Path;

/// What a person does with mailboxes.
pub(super) fn mailbox(app: &App, asked: &Mailbox, output: &mut Output) -> Result<Outcome, AppError> {
    match asked {
        Mailbox::Add(add) => listed(&app.mailbox_save(new(add)?)?, output),
        Mailbox::List => listed(&app.mailboxes(Nothing {})?, output),
        Mailbox::Sync(which) => sync(app, which, output),
        Mailbox::Remove { mailbox, clear } => {
            let remove = MailboxRemove {
                mailbox: mailbox.clone(),
                clear: *clear,
            };
            listed(&app.mailbox_remove(remove)?, output)
        }
    }
}

fn new(add: &MailboxAdd) -> Result<MailboxSave, AppError> {
    Ok(MailboxSave {
        id: None,
        name: add.name.clone(),
        place: asked(add)?,
        units: add.units.clone(),
        by_itself: add.by_itself,
    })
}

fn asked(add: &MailboxAdd) -> Result<MailboxPlace, AppError> {
    let secret = match &add.password_file {
        None => String::new(),
        Some(file) => first_line(file)?,
    };
    let ca_file = add.ca.as_ref().map(|file| file.display().to_string());
    let (ca_file, unencrypted) = (ca_file.unwrap_or_default(), add.unencrypted);
    if let Some(address) = &add.webdav {
        return Ok(MailboxPlace::Webdav {
            address: address.clone(),
            user: add.user.clone().unwrap_or_default(),
            password: secret,
            unencrypted,
            ca_file,
        });
    }
    if let Some(address) = &add.s3 {
        return Ok(MailboxPlace::S3 {
            address: address.clone(),
            region: add.region.clone().unwrap_or_default(),
            bucket: add.bucket.clone().unwrap_or_default(),
            prefix: add.prefix.clone().unwrap_or_default(),
            key_id: add.key_id.clone().unwrap_or_default(),
            secret,
            unencrypted,
            ca_file,
        });
    }
    let folder = add.folder.clone().unwrap_or_default();
    let folder = std::path::absolute(&folder).map_err(|error| {
        AppError::new("mailbox_not_there")
            .with("mailbox", &add.name)
            .with("path", folder.display())
            .with("detail", error)
    })?;
    Ok(MailboxPlace::Folder {
        path: folder.display().to_string(),
    })
}

/// The first line of a file that holds a secret.
fn first_line(file: &Path) -> Result<String, AppError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        AppError::new("mailbox_io")
            .with("mailbox", file.display())
            .with("detail", error.kind())
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn sync(app: &App, which: &MailboxSyncAsked, output: &mut Output) -> Result<Outcome, AppError> {
    let done = app.mailbox_sync(MailboxSync {
        mailboxes: which.mailboxes.clone(),
        again: which.again,
    })?;
    output.answer(&done, || synced_text(&done))?;
    let whole = |row: &chidao_app::api::MailboxSyncedRow| {
        row.trouble.is_none() && row.received.iter().all(|one| one.trouble.is_none())
    };
    Ok(match done.rows.iter().all(whole) {
        true => Outcome::Done,
        false => Outcome::Disagrees,
    })
}

fn listed(mailboxes: &Mailboxes, output: &mut Output) -> Result<Outcome, AppError> {
    output.answer(mailboxes, || {
        let mut table = Table::new()
            .text("Tên", 24)
            .text("Nơi", 50)
            .text("Có đó", 6)
            .text("Đồng bộ xong lúc", 16)
            .number("Chờ xác nhận")
            .text("Trục trặc", 70);
        for row in &mailboxes.rows {
            table.row([
                row.name.clone(),
                place(&row.place),
                row.there.map(words::yes_or_no).unwrap_or_default().to_owned(),
                words::maybe_date(row.synced_at.as_ref()),
                words::number(row.waiting),
                row.trouble.as_ref().map(told).unwrap_or_default(),
            ]);
        }
        table.show("Chưa có nơi để gói nào.")
    })?;
    Ok(Outcome::Done)
}

fn place(place: &MailboxPlace) -> String {
    match place {
        MailboxPlace::Folder { path } => path.clone(),
        MailboxPlace::Webdav { address, .. } => address.clone(),
        MailboxPlace::S3 { address, bucket, .. } => format!("{address} ({bucket})"),
    }
}

fn told(trouble: &MailboxTrouble) -> String {
    sentences::sentence(&AppError {
        code: trouble.code.clone(),
        params: trouble.params.clone(),
        retryable: trouble.retryable,
    })
}

fn synced_text(done: &MailboxSynced) -> String {
    let mut lines = Vec::new();
    for row in &done.rows {
        lines.push(format!("{}:", row.name));
        for one in &row.received {
            let what = match (&one.report, &one.trouble, one.unfinished) {
                (Some(report), ..) => format!("nhận {} bút toán mới", words::number(report.new_entries)),
                (None, Some(trouble), _) => told(trouble),
                (None, None, _) => "đang được ghi, lần sau nhận".to_owned(),
            };
            lines.push(format!("  ← {}: {what}", words::unit(&one.from)));
        }
        for one in &row.sent {
            let what = format!(
                "{} bút toán, {} tệp, {} byte",
                words::number(one.entries),
                words::number(one.blobs),
                words::number(one.size)
            );
            lines.push(format!("  → {}: {what}", words::unit(&one.to)));
        }
        lines.push(format!(
            "  Còn chờ bên kia xác nhận: {} gói.",
            words::number(row.waiting)
        ));
        for stray in &row.strays {
            lines.push(format!(
                "  Có người chép vào đây {stray}: hãy nhận bằng chidao bundle import."
            ));
        }
        lines.extend(row.trouble.as_ref().map(|trouble| format!("  {}", told(trouble))));
    }
    match lines.is_empty() {
        true => "Không có nơi để gói nào tới được.".to_owned(),
        false => lines.join("\n"),
    }
}
