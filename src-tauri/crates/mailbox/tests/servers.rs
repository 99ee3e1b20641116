//! Mailboxes on servers: real ones, started here, and everything that goes wrong on the way to them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod contract;

use chidao_mailbox::{MailboxError, Patience, Place, S3, S3Address, Webdav, WebdavAddress, unwatched};
use contract::{Trial, bytes, file, got, name, names};
use servers::{Between, Fault, PASSWORD, S3Server, USER, WebdavServer, another_authority, secured, status};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const BUCKET: &str = "chidao";

/// For a server on this machine, which answers at once or never.
const QUICK: Patience = Patience {
    connect: Duration::from_secs(5),
    silence: Duration::from_millis(700),
    // A server that has not noticed yet that an upload broke keeps what was begun locked for a moment.
    pause: Duration::from_millis(50),
    tries: 6,
};

/// Where and by whom a place is asked.
struct Asked<'a> {
    address: String,
    bucket: &'a str,
    secret: &'a str,
    vouching: Option<String>,
}

impl Asked<'_> {
    /// As the tests' servers want it.
    fn rightly(at: SocketAddr) -> Asked<'static> {
        Asked {
            address: format!("http://{at}/"),
            bucket: BUCKET,
            secret: PASSWORD,
            vouching: None,
        }
    }

    fn place(self, kind: Kind) -> Box<dyn Place> {
        let unencrypted = self.address.starts_with("http:");
        match kind {
            Kind::Webdav => {
                let address = WebdavAddress {
                    address: self.address,
                    user: USER.into(),
                    password: self.secret.to_owned().into(),
                    unencrypted,
                    vouching: self.vouching,
                };
                Box::new(Webdav::with(&address, QUICK).unwrap())
            }
            Kind::S3 => {
                let address = S3Address {
                    address: self.address,
                    region: String::new(),
                    bucket: self.bucket.into(),
                    prefix: "Bắc Giang/hộp thư".into(),
                    key_id: USER.into(),
                    secret: self.secret.to_owned().into(),
                    unencrypted,
                    vouching: self.vouching,
                };
                // Asked with the clock of 1970: a store tells its own.
                Box::new(S3::with(&address, 0, QUICK).unwrap())
            }
        }
    }
}

/// What lies in a folder; what a server keeps for itself begins with a dot.
fn everything(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut all: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    all.sort();
    all
}

/// A server of each kind with its folder.
struct Servers {
    folder: tempfile::TempDir,
    webdav: Option<WebdavServer>,
    s3: S3Server,
}

/// The two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Webdav,
    S3,
}

/// `rclone` is no Windows program where the tests of Windows run; the store is part of the test itself.
const KINDS: &[Kind] = if cfg!(windows) {
    &[Kind::S3]
} else {
    &[Kind::Webdav, Kind::S3]
};

impl Servers {
    fn start() -> Servers {
        let folder = tempfile::tempdir().unwrap();
        for name in ["dav", "s3"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::create_dir_all(folder.path().join("s3").join(BUCKET).join("Bắc Giang/hộp thư")).unwrap();
        Servers {
            webdav: KINDS
                .contains(&Kind::Webdav)
                .then(|| WebdavServer::start(&folder.path().join("dav"))),
            s3: S3Server::start(&folder.path().join("s3")),
            folder,
        }
    }

    fn at(&self, kind: Kind) -> SocketAddr {
        match kind {
            Kind::Webdav => self.webdav.as_ref().unwrap().at,
            Kind::S3 => self.s3.at,
        }
    }

    fn folder(&self, kind: Kind) -> PathBuf {
        match kind {
            Kind::Webdav => self.folder.path().join("dav"),
            Kind::S3 => self.folder.path().join("s3").join(BUCKET).join("Bắc Giang/hộp thư"),
        }
    }

    /// Lets a file lie there.
    fn keep(&self, kind: Kind, file: &Path) {
        place(kind, self.at(kind))
            .put(&name(1, 1), file, &mut unwatched)
            .unwrap();
    }

    /// The place, reached through what lies between.
    fn through(&self, kind: Kind, faults: impl Fn(&str) -> Fault + Send + Sync + 'static) -> (Between, Box<dyn Place>) {
        let between = Between::new(Some(self.at(kind)), faults);
        let place = place(kind, between.at);
        (between, place)
    }
}

fn place(kind: Kind, at: SocketAddr) -> Box<dyn Place> {
    Asked::rightly(at).place(kind)
}

/// Something that happens to the first requests of a method, so many of them.
fn first(method: &'static str, count: u32, fault: Fault) -> impl Fn(&str) -> Fault + Send + Sync {
    let left = AtomicU32::new(count);
    move |line| {
        let hit = line.starts_with(method)
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if hit { fault.clone() } else { Fault::None }
    }
}

#[test]
fn servers_keep_the_agreement() {
    let servers = Servers::start();
    for &kind in KINDS {
        let folder = servers.folder(kind);
        Trial {
            place: place(kind, servers.at(kind)).as_ref(),
            plant: &|name, bytes| fs::write(folder.join(name), bytes).unwrap(),
            in_parts: kind == Kind::Webdav,
            everything: &|| everything(&folder),
        }
        .run();
    }
}

#[test]
fn more_files_than_a_store_lists_at_once_are_all_listed() {
    let servers = Servers::start();
    let folder = servers.folder(Kind::S3);
    for i in 0..=255 {
        for tag in 0..5 {
            fs::write(folder.join(name(tag, i).to_string()), b"x").unwrap();
        }
    }
    assert_eq!(names(place(Kind::S3, servers.at(Kind::S3)).as_ref()).len(), 1_280);
}

#[test]
fn a_connection_cut_in_the_middle_of_an_upload_is_taken_up_again() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        let (between, place) = servers.through(kind, first("PUT", 1, Fault::CutRequest(200_000)));
        place
            .put(&name(1, 1), &file(here.path(), 900_000), &mut unwatched)
            .unwrap();
        assert!(got(place.as_ref(), &name(1, 1)).unwrap() == bytes(900_000), "{kind:?}");
        assert_eq!(
            everything(&servers.folder(kind)).len(),
            1,
            "{kind:?} {:?}",
            between.methods()
        );
    }
}

#[test]
fn an_upload_that_never_gets_through_leaves_nothing_that_has_its_name() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        let (_, place) = servers.through(kind, first("PUT", u32::MAX, Fault::CutRequest(200_000)));
        let put = place.put(&name(1, 1), &file(here.path(), 900_000), &mut unwatched);
        assert!(matches!(put, Err(MailboxError::Broken(_))), "{kind:?} {put:?}");
        assert_eq!(names(place.as_ref()), [], "{kind:?}");
    }
}

#[test]
fn a_connection_cut_in_the_middle_of_a_download_goes_on_where_it_broke() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        servers.keep(kind, &file(here.path(), 900_000));
        let (between, place) = servers.through(kind, first("GET", 2, Fault::CutAnswer(300_000)));
        assert!(got(place.as_ref(), &name(1, 1)).unwrap() == bytes(900_000), "{kind:?}");
        let gets = between.methods().iter().filter(|method| *method == "GET").count();
        assert_eq!(gets, 3, "{kind:?}");
    }
}

#[test]
fn a_download_that_breaks_again_and_again_without_a_byte_is_given_up() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        servers.keep(kind, &file(here.path(), 900_000));
        let (_, place) = servers.through(kind, first("GET", u32::MAX, Fault::CutAnswer(9)));
        let answer = got(place.as_ref(), &name(1, 1));
        assert!(answer.is_err(), "{kind:?}");
    }
}

#[test]
fn what_a_server_answers_is_told_for_what_it_is() {
    type Expected = fn(&MailboxError) -> bool;
    let here = tempfile::tempdir().unwrap();
    let path = file(here.path(), 10_000);
    let answers: [(&str, &str, Expected); 5] = [
        ("401 Unauthorized", "", |error| matches!(error, MailboxError::Denied)),
        ("403 Forbidden", "", |error| matches!(error, MailboxError::Denied)),
        ("507 Insufficient Storage", "", |error| {
            matches!(error, MailboxError::Full)
        }),
        ("503 Service Unavailable", "", |error| {
            matches!(error, MailboxError::Failed(_))
        }),
        ("200 OK", "<html>Xin đăng nhập</html>", |error| {
            matches!(error, MailboxError::Failed(_))
        }),
    ];
    for &kind in KINDS {
        for (line, body, expected) in answers {
            let between = Between::new(None, move |_| status(line, body));
            let place = place(kind, between.at);
            let listed = place.list(&mut unwatched).unwrap_err();
            assert!(expected(&listed), "{kind:?} {line}: {listed:?}");
            if line != "200 OK" {
                let put = place.put(&name(1, 1), &path, &mut unwatched).unwrap_err();
                assert!(expected(&put), "{kind:?} {line}: {put:?}");
            }
        }
    }
}

#[test]
fn a_server_that_falters_is_asked_again() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        let fault = status("503 Service Unavailable", "");
        let (_, place) = servers.through(kind, first("PUT", 2, fault));
        place
            .put(&name(1, 1), &file(here.path(), 5_000), &mut unwatched)
            .unwrap();
        assert_eq!(names(place.as_ref()), [name(1, 1)], "{kind:?}");
    }
}

#[test]
fn a_name_that_somebody_else_took_in_the_last_moment_stays_theirs() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    let fault = status(
        "412 Precondition Failed",
        "<Error><Code>PreconditionFailed</Code></Error>",
    );
    let (between, place) = servers.through(Kind::S3, first("PUT", 1, fault));
    let put = place.put(&name(1, 1), &file(here.path(), 5_000), &mut unwatched);
    assert!(matches!(put, Err(MailboxError::Taken(_))), "{put:?}");
    assert!(
        !between.methods().contains(&"DELETE".to_owned()),
        "nothing of theirs is removed"
    );
}

#[test]
fn a_silent_server_and_none_at_all_are_given_up() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for &kind in KINDS {
        for fault in [Fault::Silence, Fault::Refuse] {
            let between = Between::new(None, move |_| fault.clone());
            let listed = place(kind, between.at).list(&mut unwatched).unwrap_err();
            let given_up = matches!(listed, MailboxError::Unreachable(_) | MailboxError::Broken(_));
            assert!(given_up, "{kind:?} {listed:?}");
        }
        let listed = place(kind, nobody).list(&mut unwatched).unwrap_err();
        assert!(matches!(listed, MailboxError::Unreachable(_)), "{kind:?} {listed:?}");
    }
}

#[test]
fn a_wrong_password_and_a_place_that_is_not_there_are_told() {
    let servers = Servers::start();
    for &kind in KINDS {
        let asked = Asked {
            secret: "sai",
            ..Asked::rightly(servers.at(kind))
        };
        let listed = asked.place(kind).list(&mut unwatched);
        assert!(matches!(listed, Err(MailboxError::Denied)), "{kind:?} {listed:?}");
    }
    let nowhere = Asked {
        bucket: "khong-co",
        ..Asked::rightly(servers.at(Kind::S3))
    };
    let listed = nowhere.place(Kind::S3).list(&mut unwatched);
    assert!(matches!(listed, Err(MailboxError::NoSuchPlace)), "{listed:?}");
}

#[test]
fn only_those_whom_the_office_trusts_vouch_for_its_servers() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    for &kind in KINDS {
        let way = secured(servers.at(kind));
        let place = |vouching| {
            let asked = Asked {
                address: format!("https://{}", way.at),
                vouching,
                ..Asked::rightly(way.at)
            };
            asked.place(kind)
        };
        for stranger in [None, Some(another_authority())] {
            let listed = place(stranger).list(&mut unwatched);
            assert!(matches!(listed, Err(MailboxError::Insecure(_))), "{kind:?} {listed:?}");
        }
        let known = place(Some(way.authority.clone()));
        known
            .put(&name(3, 3), &file(here.path(), 400_000), &mut unwatched)
            .unwrap();
        assert!(got(known.as_ref(), &name(3, 3)).unwrap() == bytes(400_000), "{kind:?}");
    }
}

#[test]
fn what_somebody_else_put_while_an_upload_was_repeated_stays_theirs() {
    let (servers, here) = (Servers::start(), tempfile::tempdir().unwrap());
    let theirs = servers.folder(Kind::S3).join(name(1, 1).to_string());
    let put = AtomicU32::new(0);
    let (_, place) = servers.through(Kind::S3, move |line| match line.starts_with("PUT") {
        false => Fault::None,
        true => match put.fetch_add(1, Ordering::SeqCst) {
            0 => {
                fs::write(&theirs, "của người khác").unwrap();
                Fault::Refuse
            }
            _ => status(
                "412 Precondition Failed",
                "<Error><Code>PreconditionFailed</Code></Error>",
            ),
        },
    });
    let answer = place.put(&name(1, 1), &file(here.path(), 5_000), &mut unwatched);
    assert!(matches!(answer, Err(MailboxError::Taken(_))), "{answer:?}");
    assert_eq!(got(place.as_ref(), &name(1, 1)).unwrap(), "của người khác".as_bytes());
}
