//! The code of an enrolment is read out once for an office: what was confirmed at one of its machines need not be confirmed anew at
//! the others.
//!
//! A bundle for a unit's own further machines tells for which enrolments that was done. It is the word of a machine that the unit's root key
//! certified, which is not revoked, and which may write in the unit's name anyway; of any other unit it is not taken, least of all
//! of the parent whose key is in question. It holds for one enrolment, by the hash of the request and the parent's root key, of which the
//! code is a part: a machine that was given another parent's answer stays unverified, and says so.

use super::import::{Failure, ledger_hash, ledger_id};
use super::making::hash;
use crate::api::{EnrolmentState, UnitName};
use crate::home::{Profile, name_of};
use crate::{AppError, channels};
use chidao_bundle as file;
use chidao_domain::ids::Hash;
use chidao_ledger::chain;
use chidao_ledger::store::cells::{self, ChannelInfo};
use chidao_ledger::store::{Connection, LedgerError, Writer};
use chidao_ledger::trust::{Certificate, Signed};

/// The enrolment by which a channel came about; none for a channel without a parent's answer.
fn enrolment(channel: &ChannelInfo) -> Option<Hash> {
    let parent = channel.charter.parent.as_ref()?;
    Some(chain::enrolment_hash(channel.charter.request?, &parent.root))
}

/// What a bundle for this unit's further machines says of a channel: its enrolment, if its code was confirmed.
pub(super) fn told(connection: &Connection, channel: &ChannelInfo) -> Result<Option<file::Hash>, AppError> {
    let state = channels::enrolment(connection, channel).map_err(AppError::from)?.0;
    let confirmed = enrolment(channel).filter(|_| state == EnrolmentState::Confirmed);
    confirmed.map(hash).transpose()
}

/// Takes over what another machine of this unit has confirmed, and answers with which units that was news here. The bundle's charters
/// have been taken in, and its sender is trusted.
pub(super) fn take(
    own: &Profile,
    writer: &mut Writer<'_>,
    manifest: &file::Manifest,
    at: &str,
) -> Result<Vec<UnitName>, Failure> {
    let certificate = Signed {
        text: manifest.sender.certificate.text.clone(),
        sig: manifest.sender.certificate.sig.clone(),
    };
    let sender = Certificate::read(&certificate).map_err(LedgerError::from)?;
    let mut news = Vec::new();
    if sender.unit != own.unit() || sender.root != own.party.root {
        return Ok(news);
    }
    let here = cells::channels(writer.connection())?;
    for described in &manifest.channels {
        let Some(confirmed) = described.confirmed else { continue };
        let (key, confirmed) = (ledger_id(described.channel)?, ledger_hash(confirmed)?);
        let same = |channel: &&ChannelInfo| channel.key.0 == key && enrolment(channel) == Some(confirmed);
        let Some(channel) = here.iter().find(same) else {
            continue;
        };
        if channels::enrolment(writer.connection(), channel)?.0 == EnrolmentState::Confirmed {
            continue;
        }
        writer.set(&channels::confirmed_setting(channel.key), at)?;
        news.extend(channels::other(channel, own.unit()).map(|(_, party)| name_of(party)));
    }
    Ok(news)
}
