//! Dividing what goes out into volumes: data before photos, cut between lines, each as large as asked for and no larger.

use crate::AppError;
use chidao_bundle::{Cost, Limits};
use chidao_domain::ids::DeviceId;
use chidao_ledger::store::attachments::Blob;
use chidao_ledger::store::exchange::{self, Outgoing};
use chidao_ledger::store::{Connection, LedgerError, cutting};
use chidao_ledger::trust::{Signed, Signer};

/// Most bytes of lines that one volume carries: what is packed at once lies in memory.
const DATA_LIMIT: u64 = 256 << 20;
/// Lines are measured in blocks of about this many bytes; a small volume needs smaller ones.
const BLOCK: u64 = 64 << 10;

/// What one volume carries.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub ranges: Vec<Outgoing>,
    pub blobs: Vec<Blob>,
    /// Bytes that its members take at most.
    pub weight: u64,
    /// It cannot be as small as was asked for.
    pub is_larger: bool,
}

impl Piece {
    fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.blobs.is_empty()
    }
}

/// What all volumes of a set have in common.
pub(super) struct Set<'a> {
    /// Largest file asked for, in bytes.
    pub size: u64,
    /// What the first volume has before anything is put in, and every further one.
    pub first: Cost,
    pub further: Cost,
    /// How many age recipients.
    pub recipients: u64,
    /// This device, which can vouch for its own feeds at any line.
    pub own: DeviceId,
    pub signer: &'a Signer,
}

/// Lines up to one that ends a block, and what they take.
struct Block {
    last: u64,
    cost: Cost,
    /// Whether the range can be cut after it.
    is_place: bool,
}

struct Volume {
    piece: Piece,
    cost: Cost,
}

impl Set<'_> {
    /// Divides ranges and contents into volumes. One that holds a single line, attachment or piece that cannot be cut may
    /// be larger than was asked for.
    pub(super) fn divide(
        &self,
        connection: &Connection,
        ranges: Vec<Outgoing>,
        blobs: Vec<Blob>,
    ) -> Result<Vec<Piece>, AppError> {
        let least = self.first.file_size(self.recipients) + 4 * self.block_size();
        if least > self.size {
            // What is packed together may shrink less than was reckoned; then it is divided anew, a little smaller.
            return Err(AppError::new("volume_too_small").with("least", least + least / 4));
        }
        let mut volumes = vec![Volume {
            piece: Piece::default(),
            cost: self.first,
        }];
        for range in ranges {
            self.place_range(connection, range, &mut volumes)?;
        }
        for blob in blobs {
            let cost = Cost::member(blob.size);
            let fits = |volume: &&mut Volume| self.fits(volume.cost, cost);
            match volumes.iter_mut().find(fits) {
                Some(volume) => {
                    volume.cost += cost;
                    volume.piece.blobs.push(blob);
                }
                None => {
                    let mut cost = cost;
                    cost += self.further;
                    volumes.push(Volume {
                        piece: Piece {
                            blobs: vec![blob],
                            ..Piece::default()
                        },
                        cost,
                    });
                }
            }
        }
        let most = Limits::default().volumes;
        if volumes.len() as u64 > most {
            let least = self.size.saturating_mul(volumes.len() as u64) / most;
            return Err(AppError::new("volume_too_small").with("least", least));
        }
        let finished = |volume: Volume| Piece {
            weight: volume.cost.unpacked,
            is_larger: !self.fits(volume.cost, Cost::default()),
            ..volume.piece
        };
        Ok(volumes.into_iter().map(finished).collect())
    }

    fn block_size(&self) -> u64 {
        BLOCK.min(self.size / 16).max(1 << 10)
    }

    fn fits(&self, mut cost: Cost, more: Cost) -> bool {
        cost += more;
        cost.fits(self.recipients, self.size, &Limits::default())
    }

    /// Puts a range into the last volume, cut where it is full, and goes on in further ones.
    fn place_range(&self, connection: &Connection, range: Outgoing, volumes: &mut Vec<Volume>) -> Result<(), AppError> {
        let heard = match self.is_own(&range) {
            true => Vec::new(),
            false => cutting::vouched(connection, &range)?,
        };
        let blocks = self.blocks(connection, &range, &heard)?;
        let opening = match &range.checkpoint {
            Some(signed) => Cost::range(signed.text.len() as u64, signed.sig.len() as u64),
            None => Cost::range(512, 512),
        };
        let mut rest = range;
        let mut next = 0;
        while next < blocks.len() {
            let Some(volume) = volumes.last_mut() else { break };
            // As many blocks as fit, but only up to one after which the range can be cut.
            let mut cost = opening;
            let mut taken = None;
            for (i, block) in blocks.iter().enumerate().skip(next) {
                cost += block.cost;
                if !self.fits(volume.cost, cost) || cost.unpacked > DATA_LIMIT {
                    break;
                }
                if block.is_place {
                    taken = Some((i, cost));
                }
            }
            if taken.is_none() && volume.piece.is_empty() {
                // Nothing fits, not even alone: the least that can go by itself.
                let mut cost = opening;
                let least = blocks.iter().enumerate().skip(next).find(|(_, block)| {
                    cost += block.cost;
                    block.is_place
                });
                taken = least.map(|(i, _)| (i, cost));
            }
            let Some((i, cost)) = taken else {
                volumes.push(self.empty());
                continue;
            };
            volume.cost += cost;
            next = i + 1;
            if next == blocks.len() {
                volume.piece.ranges.push(rest);
                return Ok(());
            }
            let (head, tail) = self.cut(connection, &rest, blocks[i].last, &heard)?;
            volume.piece.ranges.push(head);
            volumes.push(self.empty());
            rest = tail;
        }
        Ok(())
    }

    fn empty(&self) -> Volume {
        Volume {
            piece: Piece::default(),
            cost: self.further,
        }
    }

    fn is_own(&self, range: &Outgoing) -> bool {
        range.tip.device == self.own && range.tip.here
    }

    fn cut(
        &self,
        connection: &Connection,
        range: &Outgoing,
        at: u64,
        heard: &[(u64, Signed)],
    ) -> Result<(Outgoing, Outgoing), AppError> {
        let vouched = match heard.iter().find(|(n, _)| *n == at) {
            Some((_, signed)) => signed.clone(),
            None => {
                let checkpoint = cutting::checkpoint_at(connection, range, at)?;
                self.signer.sign(checkpoint).map_err(LedgerError::from)?
            }
        };
        Ok(cutting::cut(connection, range, at, vouched)?)
    }

    /// Measures the lines of a range with their values, block by block. The last block ends where the range ends.
    fn blocks(
        &self,
        connection: &Connection,
        range: &Outgoing,
        heard: &[(u64, Signed)],
    ) -> Result<Vec<Block>, AppError> {
        let own = self.is_own(range);
        let is_place = |n: u64| own || n == range.last || heard.iter().any(|(at, _)| *at == n);
        let mut ends = Vec::new();
        let mut size = 0;
        exchange::each_line(connection, range, |n, line| {
            size += line.len() as u64 + 1;
            if size >= self.block_size() || n == range.last || (!own && is_place(n)) {
                ends.push(n);
                size = 0;
            }
        })?;
        let mut blocks = Vec::with_capacity(ends.len());
        let mut first = range.first;
        for last in ends {
            let piece = range.between(first, last);
            let mut lines = Vec::new();
            exchange::each_line(connection, &piece, |_, line| {
                lines.extend_from_slice(line.as_bytes());
                lines.push(b'\n');
            })?;
            let mut cost = Cost::lines(&lines)?;
            let mut values = Vec::new();
            exchange::each_value(connection, &piece, |value| {
                values.extend_from_slice(value.write().as_bytes());
                values.push(b'\n');
                Ok(())
            })?;
            cost += Cost::lines(&values)?;
            blocks.push(Block {
                last,
                cost,
                is_place: is_place(last),
            });
            first = last + 1;
        }
        Ok(blocks)
    }
}
