//! A machine of a unit that signs what it may not write, or what this version of the program does not know.

use crate::edit::owned_text;
use crate::machine::{Failure, row_of};
use crate::model::{Line, Lines, Record, Rule, Write};
use crate::parcel::Contents;
use crate::script::{Act, Step};
use crate::world::World;
use chidao_domain::ids::ChannelId;
use chidao_ledger::chain;
use chidao_ledger::store::receive::Range;
use chidao_ledger::store::{LedgerError, cells, exchange, lines};
use chidao_ledger::trust::Checkpoint;
use serde_json::{Value, json};

/// A line that the honest program would not write.
struct Forged {
    rules: u32,
    item: Value,
    seen: Value,
    cell: (Record, String),
    value: Value,
    rule: Rule,
    waits_for_ever: bool,
    hostile: bool,
}

impl World {
    /// Forges a line after the last of a machine's own feed, and sends it to the province.
    pub(crate) fn forge(&mut self, who: usize, step: &Step) -> Result<(), Failure> {
        let unit = self.machines[who].unit;
        if unit == 0 || self.is_revoked(who) {
            return Ok(());
        }
        let channel = self.channels[unit];
        let device = self.machines[who].device.id();
        let tip = self.machines[who].store().read(|connection| {
            let ends = exchange::ends(connection, row_of(connection, channel)?)?;
            Ok::<_, LedgerError>(
                ends.into_iter()
                    .filter(|tip| tip.device == device && tip.here)
                    .max_by_key(|tip| tip.n),
            )
        })?;
        let Some(tip) = tip else {
            return Ok(());
        };
        let prior = self.model.find(tip.hash).ok_or("an end that nobody wrote")?;
        let mut past = self.model.lines[prior].past.clone();
        past.add(prior);
        let Some(forged) = self.forged(who, channel, &past, step)? else {
            return Ok(());
        };
        let n = tip.n + 1;
        let text = json!({
            "n": n, "t": [self.machines[who].now(step.minute), 0], "by": self.machines[who].author().person.to_string(),
            "do": "task.edit", "rules": forged.rules, "seen": forged.seen, "items": [forged.item],
        });
        let mut text = text.to_string();
        if step.act == Act::ForgeChannel {
            // A header of another channel, with nothing else wrong about it.
            return self.send_foreign_header(who, channel, step);
        }
        if forged.hostile {
            text = text.replace("\"items\":[", "\"items\":7,\"more\":[");
        }
        let hash = chain::entry_hash(tip.hash, text.as_bytes());
        let checkpoint = self.machines[who].signer.sign(Checkpoint {
            v: 1,
            feed: tip.root,
            n,
            hash,
        })?;
        let range = Range {
            channel,
            feed: tip.root,
            first: n,
            before: Some(tip.hash),
            lines: format!("{text}\n"),
            checkpoint,
        };
        let id = self.model.lines.len();
        let record = match &forged.cell.0 {
            Record::Nowhere if forged.item.get("new").is_some() => Record::Made(id, 0),
            record => record.clone(),
        };
        let mut parcel = self.machines[who].pack(
            channel,
            0,
            &Contents {
                ranges: vec![range.clone()],
                values: Vec::new(),
            },
        )?;
        parcel.hostile = forged.hostile;
        self.bundles += 1;
        parcel.number = self.bundles;
        parcel.follows = forged.hostile.then_some(prior);
        self.mail.push(parcel);
        *self
            .counts
            .entry(if forged.hostile { "malformed" } else { "forged" }.to_owned())
            .or_default() += 1;
        if forged.hostile {
            return Ok(());
        }
        self.model.note(Line {
            channel,
            text,
            hash,
            n,
            prior: Some(prior),
            device,
            past,
            waits_for_ever: forged.waits_for_ever,
            writes: vec![Write {
                k: 0,
                cell: (record, forged.cell.1),
                value: forged.value,
                prev: Vec::new(),
                rule: forged.rule,
            }],
        });
        if step.dice & 1 << 41 == 0 {
            // It stands by what it forged: otherwise it tells two stories as soon as it writes again.
            self.machines[who].store().write(|writer| {
                writer.take_range(&range)?;
                writer.apply_waiting()
            })?;
            self.machines[who].hold(&std::iter::once(id).collect());
        }
        Ok(())
    }

    fn forged(&self, who: usize, channel: ChannelId, past: &Lines, step: &Step) -> Result<Option<Forged>, Failure> {
        let unit = self.machines[who].unit;
        let text = json!(owned_text(unit, step.step, "Giả"));
        let mut tasks = Vec::new();
        for task in crate::edit::records(&self.machines[who], channel, "task")? {
            if let Some(record @ Record::Made(line, _)) = self.record_of(who, &task)?
                && past.has(line)
            {
                tasks.push((task, record));
            }
        }
        let Some((task, record)) = tasks.get((step.dice >> 8) as usize % tasks.len().max(1)).cloned() else {
            return Ok(None);
        };
        let forged = |rules, field: &str, value: &Value, rule| Forged {
            rules,
            item: json!({"on": task.to_string(), "set": [[field, value]]}),
            seen: json!([]),
            cell: (record.clone(), field.to_owned()),
            value: value.clone(),
            rule,
            waits_for_ever: false,
            hostile: false,
        };
        let forbidden = Rule::Forbidden;
        if step.act == Act::Newer {
            let mut newer = forged(2, "mood", &text, Rule::Newer);
            if step.dice & 1 << 42 == 0 {
                newer.item = json!({"new": "festival", "set": [["name", text]]});
                newer.cell = (Record::Nowhere, "name".into());
            }
            return Ok(Some(newer));
        }
        let chidao_domain::ids::RecordKey::Made(made) = task.key else {
            return Ok(None);
        };
        Ok(Some(match step.dice % 8 {
            0 => forged(1, "province_code", &text, forbidden("not_yours")),
            1 => {
                let mut wrong = forged(1, "lead", &text, forbidden("wrong_predecessor"));
                // The first change of the line that made the task sets another of its fields.
                let other = format!("{}.{}.0", made.feed, made.n);
                wrong.item = json!({"on": task.to_string(), "set": [["lead", text, [other]]]});
                wrong
            }
            2 => forged(1, "mood", &text, forbidden("unknown_field")),
            3 => forged(1, "lead", &json!(7), forbidden("wrong_value")),
            4 => {
                let mut wrong = forged(1, "lead", &text, forbidden("no_such_record"));
                wrong.item = json!({"on": format!("task:{}.999999.0", made.feed), "set": [["lead", text]]});
                wrong.cell.0 = Record::Nowhere;
                wrong
            }
            5 => Forged {
                hostile: true,
                ..forged(1, "lead", &text, Rule::Permitted)
            },
            6 => {
                let other = self.machines[who].store().read(|connection| {
                    let ends = exchange::ends(connection, row_of(connection, channel)?)?;
                    let device = self.machines[who].device.id();
                    Ok::<_, LedgerError>(ends.into_iter().find(|tip| tip.device != device))
                })?;
                let Some(other) = other else {
                    return Ok(None);
                };
                Forged {
                    seen: json!([[other.root.to_string(), 999_999, other.hash.to_string()]]),
                    waits_for_ever: true,
                    ..forged(1, "lead", &text, Rule::Permitted)
                }
            }
            // It knew better, and says that it did not.
            _ => forged(1, "lead", &text, Rule::Permitted),
        }))
    }

    fn send_foreign_header(&mut self, who: usize, channel: ChannelId, step: &Step) -> Result<(), Failure> {
        let machine = &self.machines[who];
        let device = machine.device.id();
        let text = machine.store().read(|connection| {
            let all = exchange::tips(connection, row_of(connection, channel)?)?;
            let tip = all.into_iter().find(|tip| tip.device == device && tip.of.is_none());
            let Some(tip) = tip else { return Ok(None) };
            let _ = cells::feed_info(connection, tip.id)?;
            Ok::<_, LedgerError>(Some(lines::one(connection, tip.id, 0)?))
        })?;
        let Some(text) = text else {
            return Ok(());
        };
        let mut foreign = channel;
        foreign.0[0] ^= 1 + (step.dice & 127) as u8;
        let text = text.replace(&channel.to_string(), &foreign.to_string());
        let hash = chain::header_hash(text.as_bytes());
        let feed = chain::feed_id(hash);
        let range = Range {
            channel,
            feed,
            first: 0,
            before: None,
            lines: format!("{text}\n"),
            checkpoint: machine.signer.sign(Checkpoint { v: 1, feed, n: 0, hash })?,
        };
        let mut parcel = self.machines[who].pack(
            channel,
            0,
            &Contents {
                ranges: vec![range],
                values: Vec::new(),
            },
        )?;
        parcel.hostile = true;
        self.mail.push(parcel);
        *self.counts.entry("foreign line".to_owned()).or_default() += 1;
        Ok(())
    }
}
