//! Long work under way: whoever listens is told how far it is, and it can be stopped between two steps.

use crate::AppError;
use crate::api::{Progress, WorkStep};
use crate::home::{App, unpoisoned};
use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Longest name of a work, in bytes.
const NAME_LIMIT: usize = 64;
/// Names remembered that were stopped before they began.
const EARLY: usize = 64;
/// A step is told at most this often.
const TELLINGS: u64 = 200;

type Hearer = dyn Fn(Progress) + Send + Sync;

/// The long works of one program.
#[derive(Default)]
pub(crate) struct Works {
    under_way: Mutex<HashMap<String, Arc<AtomicBool>>>,
    /// Two calls may overtake each other: a stop can come before what it stops.
    early: Mutex<VecDeque<String>>,
    hearer: Mutex<Option<Arc<Hearer>>>,
}

impl Works {
    /// Begins a work under a name; it ends when the watch is dropped.
    ///
    /// # Errors
    /// `bad_request` for a name that is too long, or under which something else is under way.
    pub(crate) fn begin(&self, name: &str) -> Result<Watch<'_>, AppError> {
        let mut under_way = unpoisoned(&self.under_way);
        if name.len() > NAME_LIMIT || under_way.contains_key(name) {
            return Err(AppError::bad_request("work", &"a name that is too long or in use"));
        }
        let mut early = unpoisoned(&self.early);
        let stopped = early.iter().position(|one| one == name);
        let stop = Arc::new(AtomicBool::new(stopped.and_then(|at| early.remove(at)).is_some()));
        under_way.insert(name.to_owned(), Arc::clone(&stop));
        Ok(Watch(Some(UnderWay {
            works: self,
            name: name.to_owned(),
            stop,
            told: None,
        })))
    }

    /// Stops all that is under way.
    fn stop_all(&self) {
        for stop in unpoisoned(&self.under_way).values() {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// Stops a work, now or as soon as it begins.
    pub(crate) fn stop(&self, name: &str) {
        // Held until the end, so that a work cannot begin between the look and the note.
        let under_way = unpoisoned(&self.under_way);
        match under_way.get(name) {
            Some(stop) => stop.store(true, Ordering::Relaxed),
            None => {
                let mut early = unpoisoned(&self.early);
                early.push_back(name.chars().take(NAME_LIMIT).collect());
                if early.len() > EARLY {
                    early.pop_front();
                }
            }
        }
    }
}

struct UnderWay<'a> {
    works: &'a Works,
    name: String,
    stop: Arc<AtomicBool>,
    told: Option<(WorkStep, u64)>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        unpoisoned(&self.works.under_way).remove(&self.name);
    }
}

/// What long work tells its steps to.
pub(crate) struct Watch<'a>(Option<UnderWay<'a>>);

impl Watch<'_> {
    /// Nobody listens, and nobody stops it.
    pub(crate) fn nobody() -> Watch<'static> {
        Watch(None)
    }

    /// Tells a step; the answer says whether to go on.
    pub(crate) fn step(&mut self, step: WorkStep, done: u64, total: u64) -> ControlFlow<()> {
        let Some(work) = &mut self.0 else {
            return ControlFlow::Continue(());
        };
        let part = done.saturating_mul(TELLINGS).checked_div(total).unwrap_or(0);
        if work.told != Some((step, part)) {
            work.told = Some((step, part));
            let hearer = unpoisoned(&work.works.hearer).clone();
            if let Some(hearer) = hearer {
                hearer(Progress {
                    work: work.name.clone(),
                    step,
                    name: String::new(),
                    done,
                    total,
                });
            }
        }
        // Looked at last: whoever hears of a step may stop the work right there.
        match work.stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

impl App {
    /// Who is told of the progress of long work from now on. It is called from whatever thread works, and must be quick.
    pub fn on_progress(&self, hearer: impl Fn(Progress) + Send + Sync + 'static) {
        *unpoisoned(&self.works.hearer) = Some(Arc::new(hearer));
    }

    /// Stops all long work at its next step: the program is about to end.
    pub fn stop_work(&self) {
        self.works.stop_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(works: &Works) -> Arc<Mutex<Vec<(u64, u64)>>> {
        let told = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&told);
        *unpoisoned(&works.hearer) = Some(Arc::new(move |progress: Progress| {
            unpoisoned(&kept).push((progress.done, progress.total));
        }));
        told
    }

    #[test]
    fn a_step_is_told_no_more_often_than_a_bar_can_show() {
        let works = Works::default();
        let told = heard(&works);
        let mut watch = works.begin("w1").unwrap();
        for done in 0..=1_000_000 {
            assert!(watch.step(WorkStep::Packing, done, 1_000_000).is_continue());
        }
        let told = unpoisoned(&told);
        assert_eq!(
            (told.first(), told.last()),
            (Some(&(0, 1_000_000)), Some(&(1_000_000, 1_000_000)))
        );
        assert_eq!(told.len() as u64, TELLINGS + 1);
    }

    #[test]
    fn a_work_is_stopped_by_its_name_even_before_it_begins() {
        let works = Works::default();
        let (mut one, mut two) = (works.begin("w1").unwrap(), works.begin("w2").unwrap());
        works.stop("w1");
        assert!(one.step(WorkStep::Packing, 0, 1).is_break());
        assert!(two.step(WorkStep::Packing, 0, 1).is_continue());
        assert!(works.begin("w2").is_err(), "a name is one work's");
        drop(one);
        assert!(works.begin("w1").unwrap().step(WorkStep::Packing, 0, 1).is_continue());
        works.stop("w3");
        assert!(works.begin("w3").unwrap().step(WorkStep::Packing, 0, 1).is_break());
        assert!(works.begin("w3").unwrap().step(WorkStep::Packing, 0, 1).is_continue());
    }

    #[test]
    fn the_end_of_the_program_stops_all_long_work() {
        let works = Works::default();
        let (mut one, mut other) = (works.begin("w1").unwrap(), works.begin("w2").unwrap());
        assert!(one.step(WorkStep::Packing, 0, 2).is_continue());
        works.stop_all();
        assert!(one.step(WorkStep::Packing, 1, 2).is_break());
        assert!(other.step(WorkStep::Reading, 0, 2).is_break());
    }
}
