//! The rules that a manifest keeps, the same for the one who packs and the one who opens.

use std::collections::HashSet;

use super::{Channel, MANIFEST_TYPE, Manifest, Range};
use crate::archive::stored_size;
use crate::error::{BundleError, Mismatch};
use crate::hex::Id;
use crate::keys;
use crate::limits::{Limit, Limits};
use crate::names::MemberName;

/// Whole numbers stay within what every JSON reader holds exactly.
const LARGEST_NUMBER: u64 = (1 << 53) - 1;

impl Manifest {
    /// Checks everything that can be said of a manifest by itself, and gives the parsed names of its members.
    ///
    /// # Errors
    /// [`BundleError::Malformed`], [`BundleError::TooBig`], [`BundleError::MemberMissing`],
    /// [`BundleError::MemberMismatch`].
    pub fn check(&self, limits: &Limits) -> Result<Vec<MemberName>, BundleError> {
        if self.text_type != MANIFEST_TYPE {
            return Err(BundleError::NotABundle);
        }
        require(
            self.format >= 1 && self.reader >= 1,
            "format and reader are counted from 1",
        )?;
        require(
            [self.number, self.epoch].iter().all(|n| *n <= LARGEST_NUMBER),
            "a number is beyond 2^53 - 1",
        )?;
        require(is_time(&self.at), "at is not a time with offset +07:00")?;
        self.check_recipients(limits)?;
        self.check_channels(limits)?;
        self.check_volume(limits)?;
        self.check_members(limits)
    }

    fn check_recipients(&self, limits: &Limits) -> Result<(), BundleError> {
        let recipients = &self.to.recipients;
        Limit::Recipients.check(recipients.len() as u64, limits)?;
        require(!recipients.is_empty(), "no recipients")?;
        require(all_differ(recipients), "a recipient is named twice")?;
        for recipient in recipients {
            require(
                keys::parse_recipient(recipient).is_ok(),
                "a recipient is not an age recipient",
            )?;
        }
        require(
            self.sender.key.parse::<keys::VerifyingKey>().is_ok(),
            "sender.key is not a minisign public key",
        )
    }

    fn check_channels(&self, limits: &Limits) -> Result<(), BundleError> {
        Limit::Channels.check(self.channels.len() as u64, limits)?;
        Limit::Feeds.check(self.ranges().count() as u64, limits)?;
        require(
            all_differ(self.channels.iter().map(|c| c.channel)),
            "a channel is named twice",
        )?;
        // Branches of one feed are told apart by where they end.
        require(
            all_differ(self.ranges().map(|r| (r.feed, r.hash))),
            "a feed has a range twice",
        )?;
        self.channels.iter().try_for_each(Channel::check)
    }

    fn check_volume(&self, limits: &Limits) -> Result<(), BundleError> {
        require(all_differ(&self.blobs_later), "a later blob is named twice")?;
        let Some(volume) = &self.volume else { return Ok(()) };
        Limit::Volumes.check(volume.count.into(), limits)?;
        require(
            (1..=volume.count).contains(&volume.index),
            "the volume's index is not within its count",
        )?;
        require(
            (volume.index == 1) == volume.of.is_none(),
            "every volume but the first names the first",
        )
    }

    fn check_members(&self, limits: &Limits) -> Result<Vec<MemberName>, BundleError> {
        Limit::Members.check(self.members.len() as u64, limits)?;
        let mut names = Vec::with_capacity(self.members.len());
        let mut total = 0_u64;
        for member in &self.members {
            let name = MemberName::require(&member.name)?;
            name.limit().check(member.size, limits)?;
            require(
                member.size > 0 || matches!(name, MemberName::Blob { .. }),
                "an empty member is not a blob",
            )?;
            if let MemberName::Blob { hash } = name {
                require(hash == member.blake3, "a blob is not named for its hash")?;
            }
            total = total.saturating_add(stored_size(member.size));
            names.push(name);
        }
        Limit::Total.check(total, limits)?;
        self.check_order(&names)?;
        Ok(names)
    }

    /// Members come in one order only, so that two writers cannot differ and nothing can come twice.
    fn check_order(&self, names: &[MemberName]) -> Result<(), BundleError> {
        let mut left = names.iter().copied().peekable();
        let mut expect = |expected: MemberName| match left.next_if_eq(&expected) {
            Some(_) => Ok(()),
            None if names.contains(&expected) => Err(BundleError::MemberMismatch {
                name: expected.to_string(),
                what: Mismatch::Order,
            }),
            None => Err(BundleError::MemberMissing {
                name: expected.to_string(),
            }),
        };
        for (number, range) in (1..).zip(self.ranges()) {
            let feed = range.feed;
            expect(MemberName::Entries { number, feed })?;
            expect(MemberName::Checkpoint { number, feed })?;
            expect(MemberName::CheckpointSignature { number, feed })?;
        }
        for Channel { channel, .. } in &self.channels {
            let channel = *channel;
            if left.next_if_eq(&MemberName::Charter { channel }).is_some()
                && left.next_if_eq(&MemberName::CharterSignature { channel }).is_none()
            {
                let name = MemberName::CharterSignature { channel }.to_string();
                return Err(BundleError::MemberMissing { name });
            }
        }
        let mut number = 1;
        while left.next_if_eq(&MemberName::Values { number }).is_some() {
            number += 1;
        }
        let mut before = None;
        while let Some(MemberName::Blob { hash }) =
            left.next_if(|name| matches!(name, MemberName::Blob { hash } if before.is_none_or(|before| before < *hash)))
        {
            before = Some(hash);
        }
        match left.next() {
            None => Ok(()),
            Some(name) => Err(BundleError::MemberMismatch {
                name: name.to_string(),
                what: Mismatch::Order,
            }),
        }
    }
}

impl Channel {
    fn check(&self) -> Result<(), BundleError> {
        self.ranges.iter().try_for_each(Range::check)?;
        for acknowledged in &self.acknowledged {
            require(acknowledged.n <= LARGEST_NUMBER, "a number is beyond 2^53 - 1")?;
        }
        for lacks in &self.lacks {
            require(
                lacks.first <= lacks.last && lacks.last <= LARGEST_NUMBER,
                "what is lacked is not a range",
            )?;
        }
        require(all_differ(&self.lacks_blobs), "a blob that is lacked is named twice")?;
        for quarantined in &self.quarantined {
            require(is_position(&quarantined.at), "a position is not feed.sequence.index")?;
        }
        let Some(totals) = &self.totals else { return Ok(()) };
        require(is_day(totals.as_of.as_bytes()), "as_of is not a day")?;
        require(
            totals
                .counts
                .values()
                .all(|count| count.unsigned_abs() <= LARGEST_NUMBER),
            "a count is beyond 2^53 - 1",
        )
    }
}

impl Range {
    fn check(&self) -> Result<(), BundleError> {
        require(
            self.first <= self.last && self.last <= LARGEST_NUMBER,
            "a range ends before it begins",
        )?;
        require(
            (self.first == 0) == self.before.is_none(),
            "before is there exactly if first is not 0",
        )
    }
}

fn require(kept: bool, broken: &str) -> Result<(), BundleError> {
    if kept {
        Ok(())
    } else {
        Err(BundleError::malformed(format!("manifest: {broken}")))
    }
}

fn all_differ<T: Eq + std::hash::Hash>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

/// `<feed>.<sequence>.<index>`, numbers without leading zeros.
fn is_position(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_number = |part: Option<&str>| {
        part.and_then(|part| part.parse().ok().filter(|n: &u64| n.to_string() == part))
            .is_some_and(|n| n <= LARGEST_NUMBER)
    };
    parts.next().is_some_and(|feed| feed.parse::<Id>().is_ok())
        && is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_none()
}

/// `YYYY-MM-DDTHH:MM:SS`, a fraction of 1 to 9 digits or none, `+07:00`.
fn is_time(text: &str) -> bool {
    let Some(local) = text.strip_suffix("+07:00").map(str::as_bytes) else {
        return false;
    };
    let Some((day, rest)) = local.split_at_checked(10) else {
        return false;
    };
    let Some((clock, fraction)) = rest.split_at_checked(9) else {
        return false;
    };
    is_day(day)
        && matches!(clock, [b'T', _, _, b':', _, _, b':', _, _])
        && number(&clock[1..3]).is_some_and(|hour| hour < 24)
        && number(&clock[4..6]).is_some_and(|minute| minute < 60)
        && number(&clock[7..9]).is_some_and(|second| second < 60)
        && match fraction {
            [] => true,
            [b'.', digits @ ..] => (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
            _ => false,
        }
}

/// `YYYY-MM-DD`, a day of the Gregorian calendar.
fn is_day(text: &[u8]) -> bool {
    let &[_, _, _, _, b'-', _, _, b'-', _, _] = text else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(&text[..4]), number(&text[5..7]), number(&text[8..])) else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(is_leap),
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_days_and_positions_are_told_from_what_only_looks_like_them() {
        for right in [
            "2017-06-23T08:05:59+07:00",
            "2024-02-29T00:00:00.5+07:00",
            "2017-06-23T08:05:59.123456789+07:00",
        ] {
            assert!(is_time(right), "{right}");
        }
        for wrong in [
            "",
            "+07:00",
            "2017-06-23+07:00",
            "2017-06-23T08:05:59Z",
            "2017-06-23T08:05:59+07:0",
            "2017-06-23T24:05:59+07:00",
            "2017-06-23T08:60:59+07:00",
            "2017-06-23T08:05:5 +07:00",
            "2017-06-23T08:05:59.+07:00",
            "2017-06-23T08:05:59.1234567890+07:00",
            "2017-06-23 08:05:59+07:00",
            "2023-02-29T08:05:59+07:00",
            "1900-02-29T08:05:59+07:00",
            "2017-13-01T08:05:59+07:00",
            "2017-06-00T08:05:59+07:00",
            "ngày 23 tháng 6 năm 2017+07:00",
        ] {
            assert!(!is_time(wrong), "{wrong}");
        }
        let feed = "0123456789abcdef0123456789abcdef";
        assert!(is_position(&format!("{feed}.12.0")));
        for wrong in ["12", "012.0", "12.0.1", "12.-1", "12.", "9007199254740992.0"] {
            assert!(!is_position(&format!("{feed}.{wrong}")), "{wrong}");
        }
        assert!(!is_position("xyz.12.0"));
    }
}
