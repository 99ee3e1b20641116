//! The register under load: pages of the list, its length, totals, a progress report, beside the peer.

use crate::Failure;
use crate::asks::{self, FILTERS, Words};
use crate::office::{self, AS_OF};
use crate::peer::{Order, Peer};
use crate::timing::Times;
use chidao_app::App;
use std::fmt::Write;

/// How often each question is asked, after once to warm the caches.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// Of us.
    pub ours: usize,
    /// Of the peer, which takes its time.
    pub peer: usize,
    /// Reports written.
    pub reports: u32,
}

/// The orders asked in turn.
const ORDERS: [Order; 3] = [Order::Deadline, Order::Code, Order::Content];

/// Three sides to one question: ours, the peer, the peer encrypted.
#[derive(Debug, Default)]
struct Sides {
    ours: Times,
    peers: [Times; 2],
}

impl Sides {
    fn row(&self, name: &str, table: &mut String) {
        let [plain, encrypted] = &self.peers;
        let _ = writeln!(
            table,
            "| {name} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} |",
            self.ours.percentile(50),
            self.ours.percentile(95),
            self.ours.best(95),
            plain.percentile(50),
            plain.percentile(95),
            encrypted.percentile(50),
            encrypted.percentile(95),
            self.ours.percentile(50) / plain.percentile(50).max(0.001),
        );
    }

    fn extend(&mut self, other: &Sides) {
        self.ours.extend(&other.ours);
        for (mine, theirs) in self.peers.iter_mut().zip(&other.peers) {
            mine.extend(theirs);
        }
    }

    /// Asks one question of every side; the answers must agree.
    fn ask<T: PartialEq + std::fmt::Debug>(
        &mut self,
        (number, round): (usize, usize),
        rounds: Rounds,
        peers: &[Peer],
        ours: impl Fn() -> Result<T, Failure>,
        theirs: impl Fn(&Peer) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut warming = Times::default();
        let times = if round == 0 { &mut warming } else { &mut self.ours };
        let answer = times.take(number, ours)?;
        if round <= rounds.peer {
            for (times, peer) in self.peers.iter_mut().zip(peers) {
                let times = if round == 0 { &mut warming } else { times };
                let same = times.take(number, || theirs(peer))?;
                if answer != same {
                    return Err(format!("question {number}: {answer:?}, but the peer says {same:?}").into());
                }
            }
        }
        Ok(answer)
    }
}

const HEAD: &str = "| | ours median ms | p95 | p95 of best | FTS5 plain median ms | p95 | FTS5 in SQLCipher median ms | p95 | ratio of medians, plain |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
";

/// Asks everything, and answers the table.
pub fn measure(app: &App, peers: &[Peer], tasks: u32, seed: u64, rounds: Rounds) -> Result<String, Failure> {
    let mut table = HEAD.to_owned();
    let pairs = asks::pairs(seed, tasks);
    let mut all = Sides::default();
    for (words, pairs) in &pairs {
        for filtered in [false, true] {
            let sides = searched(app, peers, pairs, filtered, rounds)?;
            let name = format!(
                "two words, {}, {}",
                words.name(),
                if filtered { "two filters" } else { "no filter" }
            );
            sides.row(&name, &mut table);
            all.extend(&sides);
        }
    }
    all.row(
        &format!("**all {} searches**", all.ours.count() / rounds.ours.max(1)),
        &mut table,
    );
    plain_pages(app, peers, tasks, rounds, &mut table)?;
    lengths(app, peers, &pairs, rounds)?.row("length of a searched list", &mut table);
    totals(app, peers, rounds)?.row("totals by lead office", &mut table);
    reports(app, peers, tasks, rounds, &mut table)?;
    Ok(table)
}

/// First pages of a search.
fn searched(app: &App, peers: &[Peer], pairs: &[String], filtered: bool, rounds: Rounds) -> Result<Sides, Failure> {
    let mut sides = Sides::default();
    for round in 0..=rounds.ours {
        for (i, pair) in pairs.iter().enumerate() {
            for (j, order) in ORDERS.into_iter().enumerate() {
                let filters = filtered.then(|| FILTERS[(i + j) % FILTERS.len()]);
                sides.ask(
                    (ORDERS.len() * i + j, round),
                    rounds,
                    peers,
                    || office::page(app, pair, filters, order, 0),
                    |peer| peer.page(pair, filters, order, 0),
                )?;
            }
        }
    }
    Ok(sides)
}

/// Pages without words: first, filtered, following, far down, and right after a write.
fn plain_pages(app: &App, peers: &[Peer], tasks: u32, rounds: Rounds, table: &mut String) -> Result<(), Failure> {
    let (mut first, mut filtered, mut far, mut next) = <(Sides, Sides, Sides, Sides)>::default();
    for round in 0..=rounds.ours {
        for (i, order) in ORDERS.into_iter().enumerate() {
            let both = |offset, filters| {
                (
                    move || office::page(app, "", filters, order, offset),
                    move |peer: &Peer| peer.page("", filters, order, offset),
                )
            };
            let (ours, theirs) = both(0, None);
            first.ask((i, round), rounds, peers, ours, theirs)?;
            let (ours, theirs) = both(tasks / 2, None);
            far.ask((i, round), rounds, peers, ours, theirs)?;
            for (j, filters) in FILTERS.into_iter().enumerate() {
                let (ours, theirs) = both(0, Some(filters));
                filtered.ask((FILTERS.len() * i + j, round), rounds, peers, ours, theirs)?;
            }
        }
        let (_, mut last, mut cursor) = office::page_after(app, None)?;
        for page in 0..10 {
            let (Some(after), code) = (cursor.clone(), last.clone()) else {
                break;
            };
            let following = || office::page_after(app, Some(after.clone()));
            next.ask(
                (page, round),
                rounds,
                peers,
                || following().map(|(rows, ..)| rows),
                |peer| peer.page_after(&code),
            )?;
            (_, last, cursor) = following()?;
        }
    }
    first.row("first page, no words, no filter", table);
    filtered.row("first page, no words, two filters", table);
    next.row("next page, by cursor", table);
    far.row("jump to the middle", table);
    Ok(())
}

fn lengths(app: &App, peers: &[Peer], pairs: &[(Words, Vec<String>)], rounds: Rounds) -> Result<Sides, Failure> {
    let mut sides = Sides::default();
    for round in 0..=rounds.peer {
        for (number, pair) in pairs.iter().flat_map(|(_, pairs)| pairs).enumerate() {
            sides.ask(
                (number, round),
                rounds,
                peers,
                || office::count(app, pair),
                |peer| peer.count(pair),
            )?;
        }
    }
    Ok(sides)
}

fn totals(app: &App, peers: &[Peer], rounds: Rounds) -> Result<Sides, Failure> {
    let mut sides = Sides::default();
    for round in 0..=2 * rounds.ours {
        let rounds = Rounds {
            peer: 2 * rounds.peer,
            ..rounds
        };
        sides.ask(
            (0, round),
            rounds,
            peers,
            || office::totals(app),
            |peer| peer.totals(AS_OF),
        )?;
    }
    Ok(sides)
}

/// Reports, each committed, and the page that the person who reported sees next.
fn reports(app: &App, peers: &[Peer], tasks: u32, rounds: Rounds, table: &mut String) -> Result<(), Failure> {
    let (mut sides, mut after) = (Sides::default(), Times::default());
    for i in 0..rounds.reports {
        let task = (1 + i * (tasks / rounds.reports.max(1)).max(1)).min(tasks);
        let (number, percent) = (i as usize, (i % 101) as u8);
        sides.ours.take(number, || office::report(app, task, percent))?;
        for (times, peer) in sides.peers.iter_mut().zip(peers) {
            times.take(number, || peer.report(task, percent, office::NOTE))?;
        }
        if i.is_multiple_of(10) {
            let order = ORDERS[(i / 10) as usize % ORDERS.len()];
            after.take(number, || office::page(app, "", None, order, 0))?;
        }
    }
    sides.row("one progress report, committed", table);
    let _ = writeln!(
        table,
        "\nOne progress report, p99: {:.2} ms; FTS5 plain {:.2} ms; in SQLCipher {:.2} ms.",
        sides.ours.percentile(99),
        sides.peers[0].percentile(99),
        sides.peers[1].percentile(99)
    );
    let _ = writeln!(
        table,
        "First page right after a report, caches cold: median {:.2} ms, p95 {:.2} ms.",
        after.percentile(50),
        after.percentile(95)
    );
    Ok(())
}
