//! The audit: the whole history of one channel in a file of JSON lines, and its proof without any database.
//!
//! `AUDIT.md` beside this file says what stands in the file and how a stranger proves it with stock tools. Start reading at
//! [`line`] (how one line holds to the next), then [`export`] and [`verify`]. It must never need more memory than one line
//! and what a channel has of feeds and machines, whatever the number of entries.

mod export;
mod line;
mod trace;
mod verify;

pub use verify::verify;

use crate::api::*;
use crate::home::App;
use crate::sealed::Sealing;
use crate::staging::Place;
use crate::work::Watch;
use crate::{AppError, channels};
use chidao_ledger::store::cells;
use chidao_ledger::trust::{Checkpoint, Text};
use serde::{Deserialize, Serialize};
use std::io::{BufReader, BufWriter, Cursor, Read, Write};

pub(crate) use line::OPENING;

/// A file that does not begin like one of these is looked at no further than this. Bytes.
const LOOK: u64 = 1 << 20;

/// The exporting machine's word for a whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    /// Version, 1.
    v: u32,
    /// The channel.
    channel: chidao_domain::ids::ChannelId,
    /// Lines before the last.
    lines: u64,
    /// Hash of the line before the last.
    hash: chidao_domain::ids::Hash,
    /// The machine that exported.
    device: chidao_domain::ids::DeviceId,
    /// When.
    at: String,
}

impl Text for Seal {
    const TYPE: &'static str = "chidao audit";
    fn version(&self) -> u32 {
        self.v
    }
}

impl App {
    pub(crate) fn do_audit_export(
        &self,
        request: &AuditExport,
        watch: &mut Watch<'_>,
    ) -> Result<AuditExported, AppError> {
        let open = self.opened()?;
        let channel = open.store.read(|connection| {
            let name = chidao_domain::text::clean(&request.channel);
            let own = match name.is_empty() {
                // Before a parent has answered, its channel has no name but this.
                true => open.profile.upward,
                false => channels::names(&open.profile.party, &name).then_some(open.profile.inner),
            };
            let all = cells::channels(connection).map_err(AppError::from)?;
            if let Some(found) = all.into_iter().find(|channel| Some(channel.key) == own) {
                return Ok(found);
            }
            channels::with_unit(connection, &open, &request.channel).map(|found| found.0)
        })?;
        // What this machine wrote since it last sent anything is vouched for as well.
        self.vouch(&open, &channel)?;
        let path = self
            .staging
            .folder
            .join(format!("{}.sealed", chidao_domain::ids::to_hex(&self.random::<16>())));
        let mut out = BufWriter::with_capacity(1 << 16, Sealing::begin(&path)?);
        let counts = export::write(self, &open, &channel, &mut out, watch)?;
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        out.flush().map_err(failed)?;
        let sealing = out.into_inner().map_err(|error| failed(error.into_error()))?;
        let sealed = sealing.finish().map_err(failed)?;
        let other = channels::other(&channel, open.profile.unit());
        let code = other.map_or(&open.profile.party.code, |(_, party)| &party.code);
        let plain = code.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = format!("kiem-toan_{plain}_{}.jsonl", self.today());
        Ok(AuditExported {
            file: self.keep_staged(&name, sealed.size, Place::Sealed(sealed)),
            lines: counts.lines,
            entries: counts.entries,
            feeds: counts.feeds,
            values: counts.values,
            erased: counts.erased,
            missing: counts.missing,
        })
    }

    pub(crate) fn do_audit_verify(&self, request: &FileRef, watch: &mut Watch<'_>) -> Result<AuditReport, AppError> {
        let staged = self.staged(&request.file)?;
        let size = staged.ready.size;
        let bytes: Box<dyn Read> = match staged.place {
            Place::Sealed(sealed) => Box::new(sealed.open()?),
            // Not one of these files: let the reader say so, without reading all of it.
            _ => Box::new(Cursor::new(self.file_bytes(&request.file, LOOK).unwrap_or_default())),
        };
        verify(BufReader::with_capacity(1 << 16, bytes), &mut |done| {
            watch.step(WorkStep::Reading, done.min(size), size)
        })
    }
}

/// What is kept of a checkpoint once it was verified.
fn stands(checkpoint: &Checkpoint, feed: chidao_domain::ids::FeedId, n: u64, hash: chidao_domain::ids::Hash) -> bool {
    checkpoint.feed == feed && checkpoint.n == n && checkpoint.hash == hash
}
