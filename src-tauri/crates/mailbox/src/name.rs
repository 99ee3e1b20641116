//! The names under which bundles lie: opaque to everyone but the two sides, unique, and told at a glance from strangers.

use std::fmt;
use zeroize::Zeroize;

/// What separates our key from every other use of BLAKE3; part of the agreement, never to be changed.
const CONTEXT: &str = "so-chi-dao mailbox v1 2026-11 names of bundles";

/// The ending of every bundle.
const ENDING: &str = ".chidao";

/// What both ends of a channel know and nobody else: the key of its names. See MAILBOX.md, "Names".
#[derive(Clone)]
pub struct ChannelSecret([u8; 32]);

impl ChannelSecret {
    /// Derives the key from the channel's id and its charter with the signature, byte for byte as the charter came. The
    /// charter travels only inside encrypted bundles.
    #[must_use]
    pub fn of(channel: &[u8; 16], charter: &str, signature: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(channel);
        // Lengths, so that no text can be moved from one part to the other.
        for part in [charter, signature] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// How files to one of the channel's units begin.
    #[must_use]
    pub fn tag(&self, recipient_unit: &[u8; 16]) -> Tag {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(b"to ");
        hasher.update(recipient_unit);
        let mut tag = [0; 16];
        hasher.finalize_xof().fill(&mut tag);
        Tag(tag)
    }
}

impl Drop for ChannelSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelSecret")
    }
}

/// The first half of a name: which channel, and to which of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub [u8; 16]);

/// The name of one bundle at a mailbox: `<tag>-<random>.chidao`, 32 lower-case hexadecimal digits each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Which channel, and to which of its ends.
    pub tag: Tag,
    /// Drawn for this file alone.
    pub random: [u8; 16],
}

impl Name {
    /// A new name. `random` must have been drawn for it.
    #[must_use]
    pub fn new(tag: Tag, random: [u8; 16]) -> Self {
        Self { tag, random }
    }

    /// Reads a name. `None` for every file that is not of ours: another ending, another length, capital letters, a copy
    /// that some program has named "… (1)", a file half written.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (tag, random) = name.strip_suffix(ENDING)?.split_once('-')?;
        Some(Self {
            tag: Tag(from_hex(tag)?),
            random: from_hex(random)?,
        })
    }

    /// The name while the file is being written; it is no name of ours.
    #[must_use]
    pub fn part(&self) -> String {
        format!("{self}.part")
    }
}

fn from_hex(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 {
        return None;
    }
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.tag)?;
        self.random.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(ENDING)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> ChannelSecret {
        ChannelSecret::of(&[7; 16], r#"{"v":1}"#, "RWQ…")
    }

    #[test]
    fn both_sides_find_the_same_name_for_ever() {
        // A fixture: changing it would make both sides deaf to each other.
        assert_eq!(secret().tag(&[1; 16]).to_string(), "0a4e62f6c0caa9faf98072404d4b1008");
        let name = Name::new(secret().tag(&[1; 16]), [0xab; 16]);
        assert_eq!(Name::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn a_name_depends_on_everything_that_both_sides_hold() {
        let tag = secret().tag(&[1; 16]);
        assert_ne!(tag, secret().tag(&[2; 16]), "the two directions differ");
        for other in [
            ChannelSecret::of(&[8; 16], r#"{"v":1}"#, "RWQ…"),
            ChannelSecret::of(&[7; 16], r#"{"v":2}"#, "RWQ…"),
            ChannelSecret::of(&[7; 16], r#"{"v":1}"#, "RWR…"),
            ChannelSecret::of(&[7; 16], r#"{"v":1}R"#, "WQ…"),
        ] {
            assert_ne!(tag, other.tag(&[1; 16]));
        }
        assert_eq!(format!("{:?}", secret()), "ChannelSecret", "the key is never printed");
    }

    #[test]
    fn strangers_are_no_names_of_ours() {
        let name = Name::new(Tag([0xcd; 16]), [0x01; 16]);
        let text = name.to_string();
        for strange in [
            "",
            ".chidao",
            "-.chidao",
            "H02-15_H02_2017-06-23T1630_so0003.chidao",
            &name.part(),
            &text.to_uppercase(),
            &text.replace(".chidao", " (1).chidao"),
            &text.replace(".chidao", ""),
            &text[1..],
            &format!("0{text}"),
            &format!("../{text}"),
            &format!("{text}\n"),
            &text.replace('-', "--"),
            &text.replacen("cd", "+d", 1),
            "đđđđđđđđđđđđđđđđ-01010101010101010101010101010101.chidao",
        ] {
            assert_eq!(Name::parse(strange), None, "{strange}");
        }
    }
}
