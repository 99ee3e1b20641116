//! A bundle taken apart, and put together as no honest program would.

use age::secrecy::ExposeSecret;
use chidao_bundle::keys::{self, Identity, SigningKey};
use chidao_ledger::trust::{Signer, Text};
use serde_json::{Value, json};
use std::io::{Read, Write};

/// A bundle's manifest and the members after its signature, in order.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The manifest; `members` in it is made anew by [`Parts::listed`].
    pub manifest: Value,
    /// Names and bytes.
    pub members: Vec<(String, Vec<u8>)>,
}

/// A member of a tar stream, with whatever its head says.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its name, at most 100 bytes.
    pub name: String,
    /// What follows the head.
    pub bytes: Vec<u8>,
    /// The type flag.
    pub kind: tar::EntryType,
    /// The size that the head tells, where it lies.
    pub size: Option<u64>,
}

impl Stored {
    /// A regular file.
    pub fn file(name: &str, bytes: &[u8]) -> Stored {
        Stored {
            name: name.into(),
            bytes: bytes.to_vec(),
            kind: tar::EntryType::Regular,
            size: None,
        }
    }
}

impl Parts {
    /// Takes a bundle apart with the identity of one of its recipients.
    pub fn of(file: &[u8], identity: &str) -> Parts {
        let stream = tar_of(file, identity);
        let mut archive = tar::Archive::new(&stream[..]);
        let mut members = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = String::from_utf8(entry.path_bytes().to_vec()).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            members.push((name, bytes));
        }
        let manifest = serde_json::from_slice(&members.remove(0).1).unwrap();
        members.remove(0);
        Parts { manifest, members }
    }

    /// The manifest with the members as they are.
    pub fn listed(&self) -> Value {
        let mut manifest = self.manifest.clone();
        let members = self.members.iter().map(
            |(name, bytes)| json!({"name": name, "size": bytes.len(), "blake3": blake3::hash(bytes).to_hex().as_str()}),
        );
        manifest["members"] = members.collect();
        manifest
    }

    /// Everything as it goes into the stream, its manifest signed with `signing`.
    pub fn stored(&self, manifest: &Value, signing: &str) -> Vec<Stored> {
        let text = manifest_text(manifest);
        let key = SigningKey::from_text(signing).unwrap();
        let signature = keys::sign(&key, text.as_bytes(), "").unwrap();
        let mut stored = vec![
            Stored::file("manifest.json", text.as_bytes()),
            Stored::file("manifest.json.minisig", signature.as_bytes()),
        ];
        stored.extend(self.members.iter().map(|(name, bytes)| Stored::file(name, bytes)));
        stored
    }

    /// The whole file, honestly listed, signed and sealed.
    pub fn sealed(&self, signing: &str, to: &[String]) -> Vec<u8> {
        seal(&tar_stream(&self.stored(&self.listed(), signing)), to)
    }

    /// Where a member lies whose name begins so.
    pub fn place(&self, begins: &str) -> usize {
        self.members
            .iter()
            .position(|(name, _)| name.starts_with(begins))
            .unwrap()
    }

    /// The recipients that the manifest names.
    pub fn recipients(&self) -> Vec<String> {
        serde_json::from_value(self.manifest["to"]["recipients"].clone()).unwrap()
    }

    /// Adds a range to the first channel: its lines, and a checkpoint for their end signed with `signing`.
    pub fn add_range(&mut self, range: &Value, lines: &[u8], checkpoint: impl Text, signing: &str) {
        let ranges = self.manifest["channels"][0]["ranges"].as_array_mut().unwrap();
        ranges.push(range.clone());
        let number = ranges.len();
        let feed = range["feed"].as_str().unwrap();
        let signed = Signer::parse(signing).unwrap().sign(checkpoint).unwrap();
        let at = 3 * (number - 1);
        let name = |ending: &str| format!("entries/{number:04}-{feed}.{ending}");
        self.members.insert(at, (name("jsonl"), lines.to_vec()));
        self.members
            .insert(at + 1, (name("checkpoint"), signed.text.into_bytes()));
        self.members
            .insert(at + 2, (name("checkpoint.minisig"), signed.sig.into_bytes()));
    }
}

/// A manifest as bytes: its type first, as writers must.
fn manifest_text(manifest: &Value) -> String {
    let mut rest = manifest.as_object().unwrap().clone();
    let kind = rest.remove("type").unwrap();
    let rest = Value::Object(rest).to_string();
    format!("{{\"type\":{kind},{}", &rest[1..])
}

/// The tar stream inside a bundle.
pub fn tar_of(file: &[u8], identity: &str) -> Vec<u8> {
    let identity = keys::parse_identity(identity).unwrap();
    let decryptor = age::Decryptor::new(file).unwrap();
    let mut frame = Vec::new();
    let one = std::iter::once(&identity as &dyn age::Identity);
    decryptor.decrypt(one).unwrap().read_to_end(&mut frame).unwrap();
    let mut stream = Vec::new();
    zstd::stream::read::Decoder::new(&frame[..])
        .unwrap()
        .read_to_end(&mut stream)
        .unwrap();
    stream
}

/// A member's head.
pub fn head(stored: &Stored) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    // Past the library's own care for names.
    header.as_old_mut().name[..stored.name.len()].copy_from_slice(stored.name.as_bytes());
    header.set_entry_type(stored.kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(stored.size.unwrap_or(stored.bytes.len() as u64));
    header.set_cksum();
    header.as_bytes().to_vec()
}

/// The stream of these members, ended as tar ends.
pub fn tar_stream(members: &[Stored]) -> Vec<u8> {
    let mut stream = Vec::new();
    for member in members {
        stream.extend_from_slice(&head(member));
        stream.extend_from_slice(&member.bytes);
        stream.resize(stream.len().next_multiple_of(512), 0);
    }
    stream.resize(stream.len() + 1024, 0);
    stream
}

/// One frame with a checksum.
pub fn frame(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Encrypts to recipients.
pub fn encrypt(bytes: &[u8], to: &[String]) -> Vec<u8> {
    let to: Vec<keys::Recipient> = to.iter().map(|one| keys::parse_recipient(one).unwrap()).collect();
    let all = to.iter().map(|one| one as &dyn age::Recipient);
    let mut writer = age::Encryptor::with_recipients(all)
        .unwrap()
        .wrap_output(Vec::new())
        .unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Compresses and encrypts a tar stream.
pub fn seal(stream: &[u8], to: &[String]) -> Vec<u8> {
    encrypt(&frame(stream), to)
}

/// A new identity: its secret text and its recipient.
pub fn identity() -> (String, String) {
    let identity: Identity = keys::generate_identity();
    (
        identity.to_string().expose_secret().to_owned(),
        identity.to_public().to_string(),
    )
}
