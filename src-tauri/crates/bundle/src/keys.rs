//! Key pairs: minisign for signing, age X25519 for encryption. Also used by the application outside of bundles.
//!
//! Secret texts are given out as [`Zeroizing`] and wiped when dropped. The minisign library keeps its own transient copy
//! of a signing key while it signs, which it does not wipe; the age library wipes its identities itself.

use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use base64::Engine as _;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox, SignatureBox};
use zeroize::Zeroizing;

/// A secret age X25519 identity. Wiped when dropped.
pub use age::x25519::Identity;
/// A public age X25519 recipient, `age1…`.
pub use age::x25519::Recipient;

/// Longest trusted comment, in bytes.
pub const TRUSTED_COMMENT_MAX: usize = 1024;

/// Bytes of a minisign secret key: algorithms, derivation, key number, key, checksum.
const STOCK_KEY: usize = 2 + 2 + 2 + 32 + 8 + 8 + 8 + 64 + 32;

/// Why a key or a signature could not be made, read or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not a minisign public key.
    #[error("not a minisign public key")]
    NotAPublicKey,
    /// The text is not an unencrypted minisign secret key.
    #[error("not an unencrypted minisign secret key")]
    NotASecretKey,
    /// The text is not a prehashed minisign signature, written as minisign writes it.
    #[error("not a minisign signature")]
    NotASignature,
    /// The text is not an age X25519 identity.
    #[error("not an age identity")]
    NotAnIdentity,
    /// The text is not an age X25519 recipient.
    #[error("not an age recipient")]
    NotARecipient,
    /// A trusted comment must be one line of at most [`TRUSTED_COMMENT_MAX`] bytes, without blanks at its ends.
    #[error("not a trusted comment")]
    NotAComment,
    /// The signature is well made, but not by this key over these bytes.
    #[error("the signature is wrong")]
    SignatureWrong,
    /// The system gave no randomness.
    #[error("no randomness: {0}")]
    NoRandomness(String),
}

/// A public minisign key. Written as the one line of base64 that `minisign -P` takes.
#[derive(Clone)]
pub struct VerifyingKey(PublicKey);

impl VerifyingKey {
    /// The bytes that make up the key: algorithm, key number, Ed25519 point.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}

impl PartialEq for VerifyingKey {
    // The library's own comparison leaves out the key number.
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for VerifyingKey {}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_base64())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let key = PublicKey::from_base64(text).map_err(|_| KeyError::NotAPublicKey)?;
        // Base64 has several spellings of some values; one key has one text, so that texts can be compared.
        let is_canonical = key.to_base64() == text && key.to_bytes().starts_with(b"Ed");
        if is_canonical {
            Ok(Self(key))
        } else {
            Err(KeyError::NotAPublicKey)
        }
    }
}

/// A secret minisign key. Wiped when dropped; shown by its public half only.
pub struct SigningKey {
    secret: Zeroizing<Vec<u8>>,
    public: VerifyingKey,
}

impl SigningKey {
    /// Makes a new key pair.
    ///
    /// # Errors
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let pair =
            KeyPair::generate_unencrypted_keypair().map_err(|error| KeyError::NoRandomness(error.to_string()))?;
        Ok(Self {
            secret: Zeroizing::new(pair.sk.to_bytes()),
            public: VerifyingKey(pair.pk),
        })
    }

    /// Reads the text of [`SigningKey::to_text`]. Its checksum is verified, so the files that stock minisign writes with
    /// `-W`, which carry none, are not taken.
    ///
    /// # Errors
    /// [`KeyError::NotASecretKey`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let read = || {
            let secret = SecretKeyBox::from_string(text)
                .ok()?
                .into_unencrypted_secret_key()
                .ok()?;
            let public = VerifyingKey(PublicKey::from_secret_key(&secret).ok()?);
            Some(Self {
                secret: Zeroizing::new(secret.to_bytes()),
                public,
            })
        };
        read().ok_or(KeyError::NotASecretKey)
    }

    /// Reads an unencrypted secret key file of any maker, also those of stock minisign (`-W`), which carry no checksum: that
    /// its parts belong together shows only when what it signed is verified.
    ///
    /// # Errors
    /// [`KeyError::NotASecretKey`].
    pub fn from_stock_text(text: &str) -> Result<Self, KeyError> {
        let read = || {
            let line = text.lines().nth(1)?.trim();
            let bytes = Zeroizing::new(base64::engine::general_purpose::STANDARD.decode(line).ok()?);
            // Algorithm, and no derivation of a key from a password: anything else is encrypted.
            let plain = bytes.len() == STOCK_KEY && bytes.starts_with(b"Ed\0\0");
            let secret = SecretKey::from_bytes(&bytes).ok().filter(|_| plain)?;
            let public = VerifyingKey(PublicKey::from_secret_key(&secret).ok()?);
            Some(Self {
                secret: Zeroizing::new(secret.to_bytes()),
                public,
            })
        };
        Self::from_text(text).or_else(|error| read().ok_or(error))
    }

    /// The key as an unencrypted minisign secret key file. Keep it in a vault.
    ///
    /// # Errors
    /// [`KeyError::NotASecretKey`], which a key made by this type never gives.
    pub fn to_text(&self) -> Result<Zeroizing<String>, KeyError> {
        let text = self
            .unwrapped()?
            .to_box(Some("minisign secret key"))
            .map_err(|_| KeyError::NotASecretKey)?;
        Ok(Zeroizing::new(text.into_string()))
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &VerifyingKey {
        &self.public
    }

    fn unwrapped(&self) -> Result<SecretKey, KeyError> {
        SecretKey::from_bytes(&self.secret).map_err(|_| KeyError::NotASecretKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret of {})", self.public)
    }
}

/// Signs `bytes`. Gives the text of a `.minisig` file (four lines, prehashed). The trusted comment is signed too and
/// shown by `minisign -V`; nothing in this project reads meaning out of it.
///
/// # Errors
/// [`KeyError::NotAComment`], [`KeyError::NoRandomness`].
pub fn sign(key: &SigningKey, bytes: &[u8], trusted_comment: &str) -> Result<String, KeyError> {
    if !is_comment(trusted_comment) {
        return Err(KeyError::NotAComment);
    }
    let secret = key.unwrapped()?;
    minisign::sign(
        Some(&key.public.0),
        &secret,
        bytes,
        Some(trusted_comment),
        Some("signature of a device"),
    )
    .map(SignatureBox::into_string)
    .map_err(|error| KeyError::NoRandomness(error.to_string()))
}

/// Verifies the text of a `.minisig` file over `bytes` and gives its trusted comment.
///
/// # Errors
/// [`KeyError::NotASignature`] if the text is not written exactly as minisign writes it, or is of the older kind that
/// is not prehashed; [`KeyError::SignatureWrong`].
pub fn verify(key: &VerifyingKey, bytes: &[u8], signature: &str) -> Result<String, KeyError> {
    let parsed = parse_signature(signature).ok_or(KeyError::NotASignature)?;
    minisign::verify(&key.0, &parsed, std::io::Cursor::new(bytes), true, false, false)
        .map_err(|_| KeyError::SignatureWrong)?;
    parsed.trusted_comment().map_err(|_| KeyError::NotASignature)
}

/// One signature, one text: four lines, each ended by a line feed, base64 of the exact lengths.
fn parse_signature(text: &str) -> Option<SignatureBox> {
    let lines: Vec<&str> = text.split('\n').collect();
    let [untrusted, signature, trusted, global, ""] = lines[..] else {
        return None;
    };
    // 2 + 8 + 64 bytes, and 64 bytes: the library indexes into both, so their lengths are settled before it sees them.
    if signature.len() != 100 || global.len() != 88 || !global.ends_with("==") {
        return None;
    }
    let comment = trusted.strip_prefix("trusted comment: ")?;
    let note = untrusted.strip_prefix("untrusted comment: ")?;
    if !is_comment(comment) || note.len() > TRUSTED_COMMENT_MAX || note.chars().any(char::is_control) {
        return None;
    }
    let parsed = SignatureBox::from_string(text).ok()?;
    (parsed.is_prehashed() && parsed.to_string() == text).then_some(parsed)
}

fn is_comment(text: &str) -> bool {
    text.len() <= TRUSTED_COMMENT_MAX && text.trim() == text && !text.chars().any(char::is_control)
}

/// Makes a new age identity.
#[must_use]
pub fn generate_identity() -> Identity {
    Identity::generate()
}

/// Reads an age identity (`AGE-SECRET-KEY-1…`); blanks around it are ignored.
///
/// # Errors
/// [`KeyError::NotAnIdentity`].
pub fn parse_identity(text: &str) -> Result<Identity, KeyError> {
    text.trim().parse().map_err(|_| KeyError::NotAnIdentity)
}

/// The identity's text, which is also a complete identity file for stock age.
#[must_use]
pub fn identity_text(identity: &Identity) -> Zeroizing<String> {
    Zeroizing::new(identity.to_string().expose_secret().to_owned())
}

/// Reads an age recipient, `age1…`, in its one lower-case spelling.
///
/// # Errors
/// [`KeyError::NotARecipient`].
pub fn parse_recipient(text: &str) -> Result<Recipient, KeyError> {
    let recipient: Recipient = text.parse().map_err(|_| KeyError::NotARecipient)?;
    if recipient.to_string() == text {
        Ok(recipient)
    } else {
        Err(KeyError::NotARecipient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_verify_and_every_changed_letter_is_refused() {
        let key = SigningKey::generate().unwrap();
        let other = SigningKey::generate().unwrap();
        let text = sign(&key, b"Thong bao", "gói số 12").unwrap();
        assert_eq!(verify(key.public(), b"Thong bao", &text).as_deref(), Ok("gói số 12"));
        assert_eq!(
            verify(key.public(), b"Thong bao!", &text),
            Err(KeyError::SignatureWrong)
        );
        assert_eq!(
            verify(other.public(), b"Thong bao", &text),
            Err(KeyError::SignatureWrong)
        );
        let signed_from = text.find('\n').unwrap() + 1;
        for at in (signed_from..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let was = text[at..].chars().next().unwrap();
            for now in ["A", "=", "\n", " ", ""] {
                let changed = format!("{}{now}{}", &text[..at], &text[at + was.len_utf8()..]);
                if changed != text {
                    assert!(verify(key.public(), b"Thong bao", &changed).is_err(), "{at} {now:?}");
                }
            }
        }
        for end in 0..text.len() {
            if let Some(cut) = text.get(..end) {
                assert_eq!(
                    verify(key.public(), b"Thong bao", cut),
                    Err(KeyError::NotASignature),
                    "{end}"
                );
            }
        }
    }

    #[test]
    fn comments_are_one_line() {
        let key = SigningKey::generate().unwrap();
        for wrong in [
            "two\nlines",
            " blank",
            "blank ",
            "tab\tbed",
            &"x".repeat(TRUSTED_COMMENT_MAX + 1),
        ] {
            assert_eq!(sign(&key, b"", wrong), Err(KeyError::NotAComment));
        }
        assert_eq!(
            verify(key.public(), b"", &sign(&key, b"", "").unwrap()).as_deref(),
            Ok("")
        );
    }

    #[test]
    fn key_texts_are_read_back() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_text(&key.to_text().unwrap()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(key.public().to_string().parse().as_ref(), Ok(key.public()));
        assert!(verify(key.public(), b"x", &sign(&again, b"x", "").unwrap()).is_ok());
        let shown = format!("{key:?}");
        assert!(!shown.contains(key.to_text().unwrap().lines().nth(1).unwrap()));

        for wrong in [
            "",
            "x",
            "RWQ",
            &key.public().to_string()[1..],
            &format!(" {}", key.public()),
        ] {
            assert_eq!(wrong.parse::<VerifyingKey>(), Err(KeyError::NotAPublicKey));
            assert!(matches!(SigningKey::from_text(wrong), Err(KeyError::NotASecretKey)));
        }

        let identity = generate_identity();
        let read = parse_identity(&identity_text(&identity)).unwrap();
        assert_eq!(read.to_public(), identity.to_public());
        assert_eq!(
            parse_recipient(&identity.to_public().to_string()),
            Ok(identity.to_public())
        );
        assert_eq!(
            parse_recipient(&identity.to_public().to_string().to_uppercase()),
            Err(KeyError::NotARecipient)
        );
        assert_eq!(parse_recipient(""), Err(KeyError::NotARecipient));
        assert!(matches!(
            parse_identity("AGE-SECRET-KEY-1QQ"),
            Err(KeyError::NotAnIdentity)
        ));
    }
}
