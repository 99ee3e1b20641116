//! Signed texts: certificates, charters, enrolment requests, checkpoints. ENTRY.md, section 2.

use crate::chain;
use chidao_domain::authority::Side;
use chidao_domain::ids::{ChannelId, DeviceId, FeedId, Hash, UnitId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::Cursor;

/// A text with its minisign signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// One line of JSON that opens with its type.
    pub text: String,
    /// A minisign signature file.
    pub sig: String,
}

/// What is wrong with a signed text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The text is not of the type or form expected.
    #[error("not a {0}")]
    Malformed(&'static str),
    /// The signature does not fit the text and the key.
    #[error("the signature of the {0} is wrong")]
    Signature(&'static str),
    /// The text and what it vouches for do not belong together.
    #[error("the {0} does not belong here")]
    Mismatch(&'static str),
    /// A text of a version that this program does not know.
    #[error("the {0} is of a newer version")]
    TooNew(&'static str),
}

/// Most bytes of a signed text or a signature.
pub const SIGNED_LIMIT: usize = 64 * 1024;

/// A type of signed text.
pub trait Text: Serialize + DeserializeOwned {
    /// The value of `type`.
    const TYPE: &'static str;
    /// The version, which a reader must know.
    fn version(&self) -> u32;
}

#[derive(Serialize, Deserialize)]
struct Typed<T> {
    r#type: String,
    #[serde(flatten)]
    text: T,
}

/// Signs with a device's or a root's key.
pub struct Signer {
    key: minisign::SecretKey,
    public: String,
}

impl Signer {
    /// From the text of an unencrypted minisign secret key (it lies encrypted in the vault).
    pub fn parse(secret: &str) -> Result<Signer, TrustError> {
        let wrong = |_| TrustError::Malformed("signing key");
        let key = minisign::SecretKeyBox::from_string(secret)
            .and_then(minisign::SecretKeyBox::into_unencrypted_secret_key)
            .map_err(wrong)?;
        let public = minisign::PublicKey::from_secret_key(&key).map_err(wrong)?.to_base64();
        Ok(Signer { key, public })
    }

    /// A new key: the text to keep secret.
    pub fn generate() -> Result<String, TrustError> {
        let wrong = |_| TrustError::Malformed("signing key");
        let pair = minisign::KeyPair::generate_unencrypted_keypair().map_err(wrong)?;
        Ok(pair.sk.to_box(None).map_err(wrong)?.into_string())
    }

    /// The public key as one base64 line.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// Signs a text.
    pub fn sign<T: Text>(&self, text: T) -> Result<Signed, TrustError> {
        let wrong = |_| TrustError::Malformed(T::TYPE);
        let typed = Typed {
            r#type: T::TYPE.to_owned(),
            text,
        };
        let text = serde_json::to_string(&typed).map_err(|_| TrustError::Malformed(T::TYPE))?;
        let sig = minisign::sign(
            None,
            &self.key,
            Cursor::new(text.as_bytes()),
            Some(T::TYPE),
            Some(T::TYPE),
        )
        .map_err(wrong)?;
        Ok(Signed {
            text,
            sig: sig.into_string(),
        })
    }
}

impl Signed {
    /// What the text says, before anybody knows who signed it.
    pub fn claims<T: Text>(&self) -> Result<T, TrustError> {
        if self.text.len() > SIGNED_LIMIT || self.sig.len() > SIGNED_LIMIT || self.text.contains('\n') {
            return Err(TrustError::Malformed(T::TYPE));
        }
        let typed: Typed<T> = serde_json::from_str(&self.text).map_err(|_| TrustError::Malformed(T::TYPE))?;
        if typed.r#type != T::TYPE || !self.text.starts_with(&format!("{{\"type\":\"{}\"", T::TYPE)) {
            return Err(TrustError::Malformed(T::TYPE));
        }
        if typed.text.version() > 1 {
            return Err(TrustError::TooNew(T::TYPE));
        }
        Ok(typed.text)
    }

    /// What the text says, if this key signed it.
    pub fn verify<T: Text>(&self, key: &str) -> Result<T, TrustError> {
        let text = self.claims()?;
        let wrong = |_| TrustError::Signature(T::TYPE);
        let key = minisign::PublicKey::from_base64(key).map_err(wrong)?;
        if !is_signature(&self.sig) {
            return Err(TrustError::Signature(T::TYPE));
        }
        let sig = minisign::SignatureBox::from_string(&self.sig).map_err(wrong)?;
        minisign::verify(&key, &sig, Cursor::new(self.text.as_bytes()), true, false, false).map_err(wrong)?;
        Ok(text)
    }
}

/// Whether a signature has the four lines of minisign's files, with 74 and 64 bytes in base64: the library indexes into
/// both without asking, and whoever has a key of his own chooses them freely.
fn is_signature(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    matches!(lines[..], [_, signature, _, global] if signature.len() == 100 && global.len() == 88 && global.ends_with("=="))
}

/// A root key says that a device belongs to a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version, 1.
    pub v: u32,
    /// The unit.
    pub unit: UnitId,
    /// The root key that signs.
    pub root: String,
    /// The device.
    pub device: DeviceId,
    /// Its minisign public key.
    pub key: String,
    /// Its age recipient.
    pub age: String,
    /// Its name, for people.
    pub name: String,
    /// When.
    pub at: String,
}

impl Text for Certificate {
    const TYPE: &'static str = "chidao certificate";
    fn version(&self) -> u32 {
        self.v
    }
}

impl Certificate {
    /// What a unit's root key says of a device with these keys.
    pub fn of(unit: &Party, key: &str, age: &str, name: &str, at: String) -> Certificate {
        Certificate {
            v: 1,
            unit: unit.unit,
            root: unit.root.clone(),
            device: chain::device_id(key),
            key: key.to_owned(),
            age: age.to_owned(),
            name: name.to_owned(),
            at,
        }
    }

    /// Verifies a certificate against the root that it names itself. Whether that root is the unit's is the charter's word.
    pub fn read(signed: &Signed) -> Result<Certificate, TrustError> {
        let claims: Certificate = signed.claims()?;
        let certificate: Certificate = signed.verify(&claims.root)?;
        if chain::device_id(&certificate.key) != certificate.device {
            return Err(TrustError::Mismatch(Certificate::TYPE));
        }
        Ok(certificate)
    }
}

/// A unit as a charter names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The unit.
    pub unit: UnitId,
    /// Its name when the charter was written.
    pub name: String,
    /// Its mã định danh.
    pub code: String,
    /// Its root key.
    pub root: String,
    /// The age recipient of its recovery key.
    pub recovery: String,
}

/// What kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// One parent, one child.
    Pair,
    /// A unit's own devices.
    Inner,
    /// Written by a parent, read by all below it.
    Broadcast,
}

impl ChannelKind {
    /// The word on the wire.
    pub fn code(self) -> &'static str {
        match self {
            ChannelKind::Pair => "pair",
            ChannelKind::Inner => "inner",
            ChannelKind::Broadcast => "broadcast",
        }
    }
}

/// The constitution of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charter {
    /// Version, 1.
    pub v: u32,
    /// The channel.
    pub channel: ChannelId,
    /// Its kind.
    pub kind: ChannelKind,
    /// The unit above, once there is one.
    pub parent: Option<Party>,
    /// The unit below, or the unit itself.
    pub child: Option<Party>,
    /// The enrolment request that it answers.
    pub request: Option<Hash>,
    /// When.
    pub at: String,
}

impl Text for Charter {
    const TYPE: &'static str = "chidao charter";
    fn version(&self) -> u32 {
        self.v
    }
}

impl Charter {
    /// Verifies a charter against the root that has to sign it.
    pub fn read(signed: &Signed) -> Result<Charter, TrustError> {
        let claims: Charter = signed.claims()?;
        let fits = match claims.kind {
            ChannelKind::Pair => claims.child.is_some(),
            ChannelKind::Inner => claims.child.is_some() && claims.parent.is_none(),
            ChannelKind::Broadcast => claims.parent.is_some() && claims.child.is_none(),
        };
        let signatory = claims.parent.as_ref().or(claims.child.as_ref()).filter(|_| fits);
        let root = signatory.ok_or(TrustError::Malformed(Charter::TYPE))?.root.clone();
        signed.verify(&root)
    }

    /// The side on which a unit with this root writes, if it belongs to the channel.
    pub fn side(&self, unit: UnitId, root: &str) -> Option<Side> {
        let is = |party: &Option<Party>| {
            party
                .as_ref()
                .is_some_and(|party| party.unit == unit && party.root == root)
        };
        match self.kind {
            ChannelKind::Inner => is(&self.child).then_some(Side::Own),
            _ if is(&self.parent) => Some(Side::Parent),
            ChannelKind::Pair if is(&self.child) => Some(Side::Child),
            _ => None,
        }
    }

    /// The side of a unit, whatever its devices: for records that carry their unit in their id.
    pub fn side_of_unit(&self, unit: UnitId) -> Option<Side> {
        let is = |party: &Option<Party>| party.as_ref().is_some_and(|party| party.unit == unit);
        match self.kind {
            ChannelKind::Inner => is(&self.child).then_some(Side::Own),
            _ if is(&self.parent) => Some(Side::Parent),
            _ if is(&self.child) => Some(Side::Child),
            _ => None,
        }
    }

    /// Whether this charter may take the place of another: only the one with a parent of the one without.
    pub fn may_follow(&self, before: &Charter) -> bool {
        self == before
            || (self.channel == before.channel
                && self.kind == ChannelKind::Pair
                && before.kind == ChannelKind::Pair
                && before.parent.is_none()
                && self.parent.is_some()
                && self.child.as_ref().map(|party| (party.unit, &party.root))
                    == before.child.as_ref().map(|party| (party.unit, &party.root)))
    }
}

/// A unit asks a parent to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentRequest {
    /// Version, 1.
    pub v: u32,
    /// The pair channel to which the unit writes already.
    pub channel: ChannelId,
    /// The unit.
    pub unit: Party,
    /// The device that asks.
    pub certificate: Signed,
    /// The person who asks.
    pub person: RequestPerson,
    /// When.
    pub at: String,
}

/// The person who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPerson {
    /// Full name.
    pub name: String,
    /// Title.
    pub title: String,
}

impl Text for EnrolmentRequest {
    const TYPE: &'static str = "chidao enrolment request";
    fn version(&self) -> u32 {
        self.v
    }
}

impl EnrolmentRequest {
    /// Reads and verifies a request, with the certificate of the device that asks.
    pub fn read(signed: &Signed) -> Result<(EnrolmentRequest, Certificate), TrustError> {
        let claims: EnrolmentRequest = signed.claims()?;
        let request: EnrolmentRequest = signed.verify(&claims.unit.root)?;
        let certificate = Certificate::read(&request.certificate)?;
        if certificate.unit != request.unit.unit || certificate.root != request.unit.root {
            return Err(TrustError::Mismatch(EnrolmentRequest::TYPE));
        }
        Ok((request, certificate))
    }
}

/// A machine asks to work for a unit that has others already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRequest {
    /// Version, 1.
    pub v: u32,
    /// Its minisign public key, which signs this.
    pub key: String,
    /// Its age recipient.
    pub age: String,
    /// Its name, for people.
    pub name: String,
    /// Who will work at it.
    pub person: RequestPerson,
    /// When.
    pub at: String,
}

impl Text for DeviceRequest {
    const TYPE: &'static str = "chidao device request";
    fn version(&self) -> u32 {
        self.v
    }
}

impl DeviceRequest {
    /// Reads a request and verifies that whoever wrote it holds its key.
    pub fn read(signed: &Signed) -> Result<DeviceRequest, TrustError> {
        let claims: DeviceRequest = signed.claims()?;
        signed.verify(&claims.key)
    }
}

/// The unit's answer: a certificate, and what the machine needs to know of its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAnswer {
    /// Version, 1.
    pub v: u32,
    /// Hash of the request that it answers.
    pub request: Hash,
    /// The unit.
    pub unit: Party,
    /// The machine's certificate.
    pub certificate: Signed,
    /// The certificate of the machine that answers: the first sibling to be believed.
    pub by: Signed,
    /// The unit's inner channel.
    pub inner: ChannelId,
    /// The channel to the parent.
    pub upward: Option<ChannelId>,
    /// The constitutions of the unit's channels.
    pub charters: Vec<Signed>,
    /// Channels whose enrolment was confirmed by its code.
    pub confirmed: Vec<ChannelId>,
    /// The certificates of the other machines in these channels, so that there is somebody to encrypt to. None of a revoked one.
    pub devices: Vec<Signed>,
    /// When.
    pub at: String,
}

impl Text for DeviceAnswer {
    const TYPE: &'static str = "chidao device answer";
    fn version(&self) -> u32 {
        self.v
    }
}

impl DeviceAnswer {
    /// Reads and verifies an answer to a request: signed by the root of the unit that it names, with a certificate for the key that asked.
    pub fn read(signed: &Signed, request: &Signed) -> Result<(DeviceAnswer, Certificate), TrustError> {
        let asked = DeviceRequest::read(request)?;
        let claims: DeviceAnswer = signed.claims()?;
        let answer: DeviceAnswer = signed.verify(&claims.unit.root)?;
        let certificate = Certificate::read(&answer.certificate)?;
        let by = Certificate::read(&answer.by)?;
        let fits = answer.request == chain::device_request_hash(&request.text)
            && certificate.key == asked.key
            && certificate.age == asked.age
            && [&certificate, &by]
                .iter()
                .all(|each| each.unit == answer.unit.unit && each.root == answer.unit.root);
        let charters = answer.charters.iter().map(Charter::read);
        let charters = charters.collect::<Result<Vec<_>, _>>()?;
        let mut others = answer.devices.iter().map(Certificate::read);
        let of_a_channel = others.try_fold(true, |all, device| {
            let device = device?;
            let belongs = |charter: &Charter| charter.side(device.unit, &device.root).is_some();
            Ok::<_, TrustError>(all && charters.iter().any(belongs))
        })?;
        if !fits || !of_a_channel {
            return Err(TrustError::Mismatch(DeviceAnswer::TYPE));
        }
        Ok((answer, certificate))
    }
}

/// A device vouches for its own feed up to a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Version, 1.
    pub v: u32,
    /// The feed.
    pub feed: FeedId,
    /// The line.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Text for Checkpoint {
    const TYPE: &'static str = "chidao checkpoint";
    fn version(&self) -> u32 {
        self.v
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            v: 1,
            feed: FeedId([7; 16]),
            n: 3,
            hash: Hash([9; 32]),
        }
    }

    #[test]
    fn a_text_of_one_type_never_passes_for_another() {
        let signer = Signer::parse(&Signer::generate().unwrap()).unwrap();
        let signed = signer.sign(checkpoint()).unwrap();
        assert_eq!(signed.verify::<Checkpoint>(signer.public()).unwrap(), checkpoint());
        assert!(matches!(
            signed.verify::<Charter>(signer.public()),
            Err(TrustError::Malformed(_))
        ));
    }

    #[test]
    fn an_altered_text_or_a_strangers_key_is_refused() {
        let signer = Signer::parse(&Signer::generate().unwrap()).unwrap();
        let stranger = Signer::parse(&Signer::generate().unwrap()).unwrap();
        let mut signed = signer.sign(checkpoint()).unwrap();
        assert!(matches!(
            signed.verify::<Checkpoint>(stranger.public()),
            Err(TrustError::Signature(_))
        ));
        signed.text = signed.text.replace("\"n\":3", "\"n\":4");
        assert!(matches!(
            signed.verify::<Checkpoint>(signer.public()),
            Err(TrustError::Signature(_))
        ));
    }

    #[test]
    fn a_signature_cut_within_its_last_line_is_refused_and_not_indexed_into() {
        let signer = Signer::parse(&Signer::generate().unwrap()).unwrap();
        let signed = signer.sign(checkpoint()).unwrap();
        let lines: Vec<&str> = signed.sig.lines().collect();
        for last in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            let sig = format!("{}\n{}\n{}\n{last}\n", lines[0], lines[1], lines[2]);
            let text = signed.text.clone();
            let cut = Signed { text, sig };
            assert!(matches!(
                cut.verify::<Checkpoint>(signer.public()),
                Err(TrustError::Signature(_))
            ));
        }
    }
}
