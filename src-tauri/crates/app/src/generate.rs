//! A register filled with realistic tasks and edits, for benchmarks and for trying out.
//!
//! The same seed gives the same texts, dates and acts; identities and signatures are drawn anew each time. Everything is
//! written as people's acts are, through the same checks, only many in one transaction.

use crate::api::TaskFilter;
use crate::home::App;
use crate::{AppError, channels};
use chidao_ledger::generate::Generator;
use chidao_ledger::store::LedgerError;

/// Acts written in one transaction.
const BATCH: u32 = 1_000;

/// How much to make.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Tasks.
    pub tasks: u32,
    /// Edits after that: mostly reports of progress.
    pub edits: u32,
    /// Where the drawing starts.
    pub seed: u64,
}

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Generated {
    /// Tasks.
    pub tasks: u32,
    /// Edits.
    pub edits: u32,
    /// Seed.
    pub seed: u64,
}

/// Fills this unit's own register, which must be empty. `progress` hears how many tasks and edits are written.
///
/// # Errors
/// `register_not_empty`; otherwise whatever writing answers. What was written before stays.
pub fn generate(app: &App, amount: Amount, progress: &mut dyn FnMut(u32, u32)) -> Result<Generated, AppError> {
    let open = app.opened()?;
    let channel = open
        .store
        .read(|connection| channels::of_unit(connection, &open, ""))?
        .key;
    if app.do_tasks_count(&TaskFilter::default())?.count > 0 {
        return Err(AppError::new("register_not_empty"));
    }
    let mut generator = Generator::new(amount.seed);
    let mut tasks = Vec::new();
    let mut written = 0;
    while written < amount.tasks {
        let batch = BATCH.min(amount.tasks - written);
        open.store.write(|writer| {
            for _ in 0..batch {
                let done = app.append(&open, writer, channel, "task.create", vec![generator.task()])?;
                tasks.extend(done.made.into_iter().next().flatten());
            }
            Ok::<_, LedgerError>(())
        })?;
        written += batch;
        progress(written, 0);
    }
    let mut edits = 0;
    while edits < amount.edits && !tasks.is_empty() {
        let batch = BATCH.min(amount.edits - edits);
        open.store.write(|writer| {
            for _ in 0..batch {
                let (task, wish) = generator.edit(&tasks);
                let done = app.append(&open, writer, channel, "task.set", vec![wish])?;
                if let Some(report) = done.made.into_iter().next().flatten() {
                    generator.reported(task, report);
                }
            }
            Ok::<_, LedgerError>(())
        })?;
        edits += batch;
        progress(written, edits);
    }
    Ok(Generated {
        tasks: written,
        edits,
        seed: amount.seed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Edges;
    use crate::api::*;
    use crate::home::unpoisoned;
    use chrono::DateTime;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use std::sync::Mutex;

    fn filled(seed: u64) -> (tempfile::TempDir, App) {
        let folder = tempfile::tempdir().unwrap();
        let drawn = Mutex::new(rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        let edges = Edges {
            now: Box::new(|| DateTime::parse_from_rfc3339("2017-06-23T08:00:00+07:00").unwrap()),
            random: Box::new(move |bytes| unpoisoned(&drawn).fill_bytes(bytes)),
            machine: "máy đo".to_owned(),
        };
        let app = App::open(folder.path(), edges).unwrap();
        app.first_start(FirstStart {
            edition: Edition::Unit,
            unit_name: "UBND huyện Yên Thế".into(),
            unit_code: "H02.15".into(),
            person_name: "Hoàng Thị Mai".into(),
            person_title: String::new(),
            device_name: String::new(),
            passphrase: "đồng lúa chín".into(),
            keep_recovery: false,
        })
        .unwrap();
        let mut heard = (0, 0);
        let amount = Amount {
            tasks: 1_200,
            edits: 300,
            seed,
        };
        let made = generate(&app, amount, &mut |tasks, edits| heard = (tasks, edits)).unwrap();
        assert_eq!((made.tasks, made.edits, heard), (1_200, 300, (1_200, 300)));
        (folder, app)
    }

    #[test]
    fn a_register_is_filled_through_the_same_checks_and_by_its_seed() {
        let contents = |app: &App| {
            let page = app
                .tasks_page(TasksPage {
                    limit: 500,
                    ..TasksPage::default()
                })
                .unwrap();
            page.rows.iter().map(|row| row.content.clone()).collect::<Vec<_>>()
        };
        let ((_a, one), (_b, again), (_c, other)) = (filled(7), filled(7), filled(8));
        assert_eq!(contents(&one), contents(&again));
        assert_ne!(contents(&one), contents(&other));
        let session = one.session(Nothing {}).unwrap();
        assert_eq!((session.conflicts, session.quarantined), (0, 0));
        assert!(one.check(Nothing {}).unwrap().ok);
        let more = Amount {
            tasks: 1,
            edits: 0,
            seed: 9,
        };
        assert_eq!(
            generate(&one, more, &mut |_, _| {}).unwrap_err().code,
            "register_not_empty"
        );
    }
}
