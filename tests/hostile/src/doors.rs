//! The readers that take bytes from strangers, each as one function that must come back from any bytes at all.

use crate::forge::{Stored, encrypt, head, seal};
use chidao_bundle::keys::{self, Identity, SigningKey};
use chidao_bundle::{BundleError, Limits, Manifest, open, unwatched};
use chidao_ledger::entry::{DetachedValue, Entry, Header};
use chidao_ledger::trust::{Certificate, Charter, DeviceRequest, EnrolmentRequest, Signed, Signer};
use std::sync::LazyLock;

/// A door: its name, which is that of its corpus too, and the reader behind it.
pub type Door = (&'static str, fn(&[u8]));

/// Every door.
pub const DOORS: [Door; 3] = [("bundle", bundle), ("entry", entry), ("enrolment", enrolment)];

struct Us {
    identity: [Identity; 1],
    signing: SigningKey,
    to: Vec<String>,
}

/// Keys that are never anybody's: with others, what the corpus holds would end at the first signature.
static US: LazyLock<Us> = LazyLock::new(|| {
    let identity = keys::parse_identity(include_str!("../data/doors/identity.txt")).unwrap();
    Us {
        to: vec![identity.to_public().to_string()],
        identity: [identity],
        signing: SigningKey::from_text(include_str!("../data/doors/signing.key")).unwrap(),
    }
});

/// The text of the key that the corpus is signed with, and the recipient that it is encrypted to.
pub fn addressed() -> (&'static str, &'static [String]) {
    (include_str!("../data/doors/signing.key"), &US.to)
}

/// Small limits, so that every one of them is within reach of a small input, and none of them of memory.
fn limits() -> Limits {
    Limits {
        manifest: 1 << 18,
        entries: 1 << 18,
        values: 1 << 18,
        line: 1 << 14,
        blob: 1 << 18,
        total: 1 << 20,
        ratio: 100,
        ratio_allowance: 1 << 18,
        ..Limits::default()
    }
}

/// The bundle reader. Below the encryption no chance change would ever come, so the first byte says at which depth the
/// rest stands: the file, what age holds, the tar stream, or a manifest that the sender did sign and, after a zero byte,
/// the members behind it.
pub fn bundle(input: &[u8]) {
    let _ = opens(input);
}

/// As [`bundle`]; answers whether it was read to its end.
pub fn opens(input: &[u8]) -> bool {
    let Some((depth, rest)) = input.split_first() else {
        return false;
    };
    let file = match depth % 4 {
        0 => rest.to_vec(),
        1 => encrypt(rest, &US.to),
        2 => seal(rest, &US.to),
        _ => {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            let (manifest, members) = rest.split_at(end);
            let Ok(signature) = keys::sign(&US.signing, manifest, "") else {
                return false;
            };
            let mut stream = Vec::new();
            for (name, bytes) in [
                ("manifest.json", manifest),
                ("manifest.json.minisig", signature.as_bytes()),
            ] {
                stream.extend(head(&Stored::file(name, bytes)));
                stream.extend_from_slice(bytes);
                stream.resize(stream.len().next_multiple_of(512), 0);
            }
            stream.extend_from_slice(members.get(1..).unwrap_or_default());
            seal(&stream, &US.to)
        }
    };
    let trusted = |_: &Manifest| Ok(US.signing.public().clone());
    let Ok(opened) = open(&file[..], &US.identity, trusted, &limits()) else {
        return false;
    };
    let read = opened.members(&mut unwatched, |incoming, bytes| {
        let mut body = Vec::new();
        bytes.read_to_end(&mut body)?;
        assert_eq!(
            body.len() as u64,
            incoming.member.size,
            "a member of another size than signed"
        );
        Ok::<(), BundleError>(())
    });
    read.is_ok()
}

/// The reader of a feed's lines and of the values beside them. What was read is written as it stood: an entry that is
/// understood and written again is the same line, or its hash would change.
pub fn entry(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let _ = Header::read(text);
    let _ = DetachedValue::read(text);
    for n in [1, 7] {
        if let Ok(entry) = Entry::read(n, text) {
            let again = entry.write();
            let read = Entry::read(n, &again).expect("what was written is read");
            assert_eq!(read.write(), again, "writing settles at once");
        }
    }
}

/// The readers of files that strangers sign: requests, certificates, charters. Signed by others they end at the
/// signature, so the text is signed anew too, by a key of the stranger's own, and the signature is what the input says.
pub fn enrolment(input: &[u8]) {
    if let Ok(signed) = serde_json::from_slice::<Signed>(input) {
        read_signed(&signed);
        // Whoever has a key of his own gets past the signature of the text: what stands around it is still his to choose.
        static STRANGER: LazyLock<Signer> = LazyLock::new(|| Signer::parse(&Signer::generate().unwrap()).unwrap());
        if let Ok(certificate) = signed.claims::<Certificate>() {
            let own = Certificate {
                root: STRANGER.public().to_owned(),
                ..certificate
            };
            if let Ok(honest) = STRANGER.sign(own) {
                read_signed(&honest);
                let theirs: Vec<&str> = signed.sig.lines().collect();
                let mut lines: Vec<&str> = honest.sig.lines().collect();
                if let (Some(last), Some(theirs)) = (lines.last_mut(), theirs.last()) {
                    *last = theirs;
                }
                let sig = lines.join("\n") + "\n";
                read_signed(&Signed {
                    text: honest.text.clone(),
                    sig,
                });
            }
        }
    }
}

fn read_signed(signed: &Signed) {
    let _ = EnrolmentRequest::read(signed);
    let _ = DeviceRequest::read(signed);
    let _ = Certificate::read(signed);
    let _ = Charter::read(signed);
}
