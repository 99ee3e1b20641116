//! One function for each command: asks the application, and says what it answered.

mod audit;
mod bundles;
mod demo;
mod erasure;
mod field_work;
mod generate;
mod joining;
mod mailbox;
mod persons;
mod review;
mod safekeeping;
mod simulate;
mod start;
mod taking_in;
mod tasks;
mod totals;
mod update;
mod upkeep;

use crate::arguments::{Arguments, Audit, BackupAsked, Command, Update};
use crate::edges::{self, Clock};
use crate::print::Output;
use crate::{home, serve};
use chidao_app::api::{Nothing, UseCases};
use chidao_app::{App, AppError};

/// How a command that was not refused ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As asked.
    Done,
    /// It answered, and the answer is that something does not agree.
    Disagrees,
}

/// Does what was asked.
///
/// # Errors
/// Every refusal of the application, and those of this program: see [`crate::print::sentences`].
pub(crate) fn run(arguments: &Arguments, clock: Clock, output: &mut Output) -> Result<Outcome, AppError> {
    let passphrase_file = arguments.passphrase_file.as_deref();
    match &arguments.command {
        Command::Demo => return demo::make(arguments.home.as_deref(), clock, output).map(done),
        Command::Serve(asked) if asked.demo => return demo::serve(asked, clock).map(done),
        // Whoever proves a file may have no data and no passphrase.
        Command::Audit(Audit::Verify { file }) => return audit::verify(file, output).map(done),
        Command::Simulate { what } => return simulate::simulate(what),
        Command::Update(asked) if update::unopened(asked, arguments.home.as_deref(), clock, output)? => {
            return Ok(Outcome::Done);
        }
        _ => {}
    }
    let home = home::chosen(arguments.home.as_deref())?;
    match &arguments.command {
        Command::Init(init) => return start::init(&home, clock, init, passphrase_file, output).map(done),
        Command::Join(asked) => return joining::join(&home, clock, asked, passphrase_file, output).map(done),
        Command::Restore(asked) => {
            return safekeeping::restore(&home, clock, asked, passphrase_file, output).map(done);
        }
        Command::Backup(BackupAsked { verify: Some(file), .. }) => {
            return safekeeping::verify(&home, clock, file, passphrase_file, output);
        }
        Command::Serve(asked) => {
            let app = App::open(&home, clock.edges())?.with_installation(edges::installation());
            return serve::run(app, asked, passphrase_file).map(done);
        }
        _ => {}
    }
    let app = home::open(&home, clock.edges(), passphrase_file)?;
    if let Command::Update(Update::Install { update }) = &arguments.command {
        return update::install(app, &home, update, passphrase_file, output);
    }
    let app = &app;
    if !matches!(arguments.command, Command::Backup(_)) {
        safekeeping::daily(app, output);
    }
    match &arguments.command {
        Command::Check => return upkeep::check(app, output),
        Command::Init(_)
        | Command::Join(_)
        | Command::Serve(_)
        | Command::Demo
        | Command::Restore(_)
        | Command::Simulate { .. } => {}
        Command::Session => start::session(app, output)?,
        Command::Settings(change) => start::settings(app, change, output)?,
        Command::Keys { command } => start::keys(app, command.as_ref(), output)?,
        Command::Enrol(asked) => start::enrol(app, asked, output)?,
        Command::Units => start::units(app, output)?,
        Command::Import(asked) => taking_in::import(app, asked, output)?,
        Command::Tasks(asked) => tasks::list(app, asked, output)?,
        Command::Task(asked) => tasks::one(app, asked, output)?,
        Command::Totals(asked) => totals::totals(app, asked, output)?,
        Command::Inspect(asked) => field_work::inspect(app, asked, output)?,
        Command::Recommend(asked) => field_work::recommend(app, asked, output)?,
        Command::Attachment(asked) => tasks::attachment(app, asked, output)?,
        Command::Bundle(asked) => bundles::bundle(app, asked, output)?,
        Command::Bundles => bundles::journal(app, output)?,
        Command::Mailbox(asked) => return mailbox::mailbox(app, asked, output),
        Command::Conflicts { command } => review::conflicts(app, command.as_ref(), output)?,
        Command::Quarantine(asked) => review::quarantine(app, asked, output)?,
        Command::Erase(asked) => erasure::erase(app, asked, output)?,
        Command::Audit(asked) => audit::export(app, asked, output)?,
        Command::Incidents => review::incidents(app, output)?,
        Command::Persons { command } => persons::persons(app, command.as_ref(), passphrase_file, output)?,
        Command::Devices { command } => review::devices(app, command.as_ref(), output)?,
        Command::Backup(asked) => safekeeping::backup(app, asked, output)?,
        Command::Update(asked) => update::update(app, asked, output)?,
        Command::Digest { channel } => upkeep::digest(app, channel, output)?,
        Command::Generate(asked) => generate::generate(app, asked, output)?,
    }
    Ok(Outcome::Done)
}

fn done((): ()) -> Outcome {
    Outcome::Done
}

/// Filters name units by id; a person may name them by code.
fn unit_ids(app: &App, named: &[String]) -> Result<Vec<String>, AppError> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let known = app.units(Nothing {})?.rows;
    named
        .iter()
        .map(|name| {
            let name = name.trim();
            let mut found = known
                .iter()
                .filter(|row| row.id == name || row.code.eq_ignore_ascii_case(name));
            match (found.next(), found.next()) {
                (Some(one), None) => Ok(one.id.clone()),
                (Some(_), Some(_)) => Err(AppError::new("unit_ambiguous").with("unit", name)),
                (None, _) => Err(AppError::new("unit_unknown").with("unit", name)),
            }
        })
        .collect()
}
