//! Addresses of places on the network, with what opens them. Secrets are never printed.

use crate::error::MailboxError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use zeroize::Zeroizing;

/// A folder on a WebDAV server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebdavAddress {
    /// The folder's address.
    pub address: String,
    /// User name; empty where none is asked for.
    pub user: String,
    /// Password.
    pub password: Zeroizing<String>,
    /// A person agreed that the password travels unencrypted.
    pub unencrypted: bool,
    /// Certificates, as PEM, of those who alone vouch for the server; none for those that this system trusts.
    #[serde(default)]
    pub vouching: Option<String>,
}

/// A part of a bucket in an S3-compatible store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Address {
    /// The server's address.
    pub address: String,
    /// Region; [`S3Address::REGION`] if empty.
    pub region: String,
    /// Bucket.
    pub bucket: String,
    /// What the names begin with, like a folder; may be empty.
    pub prefix: String,
    /// Access key id.
    pub key_id: String,
    /// Secret access key.
    pub secret: Zeroizing<String>,
    /// A person agreed to an unencrypted connection.
    pub unencrypted: bool,
    /// Certificates, as PEM, of those who alone vouch for the server; none for those that this system trusts.
    #[serde(default)]
    pub vouching: Option<String>,
}

impl S3Address {
    /// The region of stores that know none.
    pub const REGION: &str = "us-east-1";
}

impl fmt::Debug for S3Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("S3Address");
        shown.field("address", &self.address).field("bucket", &self.bucket);
        shown.field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl fmt::Debug for WebdavAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("WebdavAddress");
        shown.field("address", &self.address).field("user", &self.user);
        shown.finish_non_exhaustive()
    }
}

/// A server's address as it is used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// Without a query, a password or a fragment.
    pub(crate) url: url::Url,
    /// `https`.
    pub(crate) encrypted: bool,
    /// This very machine.
    pub(crate) local: bool,
}

/// Reads a server's address: `https`, or `http` where that stays on this machine or a person agreed to it.
pub(crate) fn server(text: &str, unencrypted: bool) -> Result<Server, MailboxError> {
    let wrong = || MailboxError::BadAddress(text.trim().to_owned());
    let url = url::Url::parse(text.trim()).map_err(|_| wrong())?;
    let local = match url.host_str().ok_or_else(wrong)? {
        "localhost" => true,
        host => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback()),
    };
    // A password within the address would be shown wherever the address is; there are fields for it.
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !bare {
        return Err(wrong());
    }
    let encrypted = match url.scheme() {
        "https" => true,
        "http" if local || unencrypted => false,
        "http" => return Err(MailboxError::Unencrypted),
        _ => return Err(wrong()),
    };
    Ok(Server { url, encrypted, local })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_unless_somebody_agreed_or_it_is_this_machine() {
        let read = |text, agreed| {
            server(text, agreed).map(|server| {
                (
                    server.url.as_str().trim_end_matches('/').to_owned(),
                    server.encrypted,
                    server.local,
                )
            })
        };
        let is = |text: &str, encrypted, local| (text.to_owned(), encrypted, local);
        assert_eq!(
            read(" https://dav.example/chidao/ ", false).unwrap(),
            is("https://dav.example/chidao", true, false)
        );
        assert!(matches!(
            read("http://dav.example/", false),
            Err(MailboxError::Unencrypted)
        ));
        assert_eq!(
            read("http://dav.example/", true).unwrap(),
            is("http://dav.example", false, false)
        );
        assert_eq!(
            read("http://127.0.0.1:8080/x", false).unwrap(),
            is("http://127.0.0.1:8080/x", false, true)
        );
        assert_eq!(
            read("http://[::1]:80/", false).unwrap(),
            is("http://[::1]", false, true)
        );
        assert!(read("https://máy-chủ.example/Hộp thư", false).unwrap().1);
    }

    #[test]
    fn what_is_no_address_or_holds_a_secret_is_refused() {
        for wrong in [
            "",
            "dav.example",
            "ftp://dav.example",
            "file:///tmp",
            "https://",
            "https://mai:mật@dav.example/",
            "https://dav.example/?a=b",
            "https://dav.example/#x",
        ] {
            assert!(
                matches!(server(wrong, true), Err(MailboxError::BadAddress(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let webdav = WebdavAddress {
            address: "https://dav.example".into(),
            user: "mai".into(),
            password: Zeroizing::new("mật khẩu".into()),
            unencrypted: false,
            vouching: None,
        };
        let s3 = S3Address {
            address: "https://s3.example".into(),
            region: String::new(),
            bucket: "chidao".into(),
            prefix: String::new(),
            key_id: "AKIA".into(),
            secret: Zeroizing::new("mật khẩu".into()),
            unencrypted: false,
            vouching: None,
        };
        let printed = format!("{webdav:?} {s3:?}");
        assert!(
            printed.contains("dav.example") && printed.contains("s3.example") && !printed.contains("mật khẩu"),
            "{printed}"
        );
    }
}
