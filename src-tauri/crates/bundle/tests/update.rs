//! The update file: what is packed is read, what is not whole or not signed by the maker is refused, and the stock tools
//! open it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use chidao_bundle::Hash;
use chidao_bundle::keys::{self, SigningKey};
use chidao_bundle::update::{self, FILE_LIMIT, News, PACKAGE_LIMIT, UpdateError, UpdateManifest};
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::sync::LazyLock;

static MAKER: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::generate().unwrap());

fn manifest() -> UpdateManifest {
    UpdateManifest {
        text_type: update::UPDATE_TYPE.to_owned(),
        reader: 1,
        version: "0.2.0".parse().unwrap(),
        platform: "windows-x86_64".to_owned(),
        kind: "installer".to_owned(),
        file: "so-chi-dao-0.2.0-setup.exe".to_owned(),
        size: 0,
        blake3: Hash::of(b""),
        least_store: 1,
        store: 2,
        at: "2026-11-23T08:00:00+07:00".to_owned(),
        news: News {
            vi: "Thêm mục cập nhật chương trình.\nChạy nhanh hơn.".to_owned(),
            en: "Updates without a network.".to_owned(),
        },
    }
}

fn package() -> Vec<u8> {
    (0..3000_u32).map(|i| (i % 251) as u8).collect()
}

fn packed(manifest: UpdateManifest) -> Vec<u8> {
    let mut out = Vec::new();
    update::pack(&mut out, manifest, &mut Cursor::new(package()), &MAKER).unwrap();
    out
}

fn read(bytes: &[u8], package: &mut Vec<u8>) -> Result<update::Head, UpdateError> {
    update::read(&mut Cursor::new(bytes), MAKER.public(), package, &mut |_| {
        ControlFlow::Continue(())
    })
}

#[test]
fn what_is_packed_is_read() {
    let bytes = packed(manifest());
    assert!(bytes.len() as u64 <= FILE_LIMIT);
    let mut out = Vec::new();
    let head = read(&bytes, &mut out).unwrap();
    assert_eq!(out, package());
    assert_eq!(head.manifest.size, 3000);
    assert_eq!(head.manifest.blake3, Hash::of(&package()));
    assert_eq!(head.manifest.news, manifest().news);
    assert_eq!(update::read_head(&mut bytes.as_slice(), MAKER.public()).unwrap(), head);
    assert_eq!(
        head.manifest.file_name(),
        "so-chi-dao-0.2.0-windows-x86_64-installer.chidao-update"
    );
}

#[test]
fn no_byte_can_be_changed_and_no_end_be_missing() {
    let bytes = packed(manifest());
    let head = update::read_head(&mut bytes.as_slice(), MAKER.public()).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        // What is not signed is how the tar and the two comments are written: there a change is refused, or changes nothing.
        if let Ok(read) = read(&changed, &mut Vec::new()) {
            assert_eq!(read.manifest, head.manifest, "byte {at}");
            let untrusted = head.signature.lines().next().unwrap().len();
            let signature = 512 + head.text.len().next_multiple_of(512) + 512;
            assert!(
                (signature..signature + untrusted).contains(&at) || changed[at] == 0x20 || bytes[at] == 0x20,
                "byte {at} is nobody's word"
            );
        }
    }
    for length in 0..bytes.len() {
        let cut = read(&bytes[..length], &mut Vec::new());
        assert!(matches!(cut, Err(UpdateError::CutShort)), "{length}: {cut:?}");
    }
}

#[test]
fn only_the_makers_key_is_believed() {
    let bytes = packed(manifest());
    let other = SigningKey::generate().unwrap();
    let refused = update::read(&mut Cursor::new(&bytes), other.public(), &mut io::sink(), &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(refused, Err(UpdateError::SignatureWrong)));
}

/// An update file of any text, signed with any comment.
fn forged(text: &str, comment: &str, name: &str, package: &[u8]) -> Vec<u8> {
    let signature = keys::sign(&MAKER, text.as_bytes(), comment).unwrap();
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [
        ("update.json", text.as_bytes()),
        ("update.json.minisig", signature.as_bytes()),
        (name, package),
    ] {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn signed(mut manifest: UpdateManifest) -> (String, String) {
    manifest.size = 3000;
    manifest.blake3 = Hash::of(&package());
    (serde_json::to_string(&manifest).unwrap(), manifest.comment())
}

#[test]
fn each_fault_has_its_own_answer() {
    let name = "so-chi-dao-0.2.0-setup.exe";
    let (text, comment) = signed(manifest());
    let of = |text: &str, comment: &str, name: &str, bytes: &[u8]| {
        read(&forged(text, comment, name, bytes), &mut Vec::new())
    };
    assert!(of(&text, &comment, name, &package()).is_ok());
    let other = comment.replace("0.2.0", "0.3.0");
    assert!(matches!(
        of(&text, &other, name, &package()),
        Err(UpdateError::SignatureWrong)
    ));
    assert!(matches!(
        of(&text, &comment, "other.exe", &package()),
        Err(UpdateError::Malformed(_))
    ));
    assert!(matches!(
        of(&text, &comment, name, &package()[1..]),
        Err(UpdateError::Malformed(_))
    ));
    let mut changed = package();
    changed[7] ^= 1;
    assert!(matches!(of(&text, &comment, name, &changed), Err(UpdateError::Damaged)));
    let newer = text.replace("\"reader\":1", "\"reader\":2");
    assert!(matches!(
        of(&newer, &comment, name, &package()),
        Err(UpdateError::TooNew { reader: 2 })
    ));
    let bundle = text.replace(update::UPDATE_TYPE, "chidao bundle manifest");
    assert!(matches!(
        of(&bundle, &comment, name, &package()),
        Err(UpdateError::NotAnUpdate)
    ));
    for wrong in ["../evil.exe", "a b", ".hidden", "", "update.json"] {
        let (text, comment) = signed(UpdateManifest {
            file: wrong.to_owned(),
            ..manifest()
        });
        let refused = of(&text, &comment, "x", &package());
        assert!(matches!(refused, Err(UpdateError::Malformed(_))), "{wrong}");
    }
    let large = UpdateManifest {
        size: PACKAGE_LIMIT + 1,
        ..manifest()
    };
    let text = serde_json::to_string(&large).unwrap();
    let refused = of(&text, &large.comment(), name, b"");
    assert!(matches!(refused, Err(UpdateError::TooBig { what: "package", .. })));
    for (what, bytes) in [
        ("zeros", vec![0; 4096]),
        ("text", b"khong phai ban cap nhat".repeat(99).to_vec()),
    ] {
        let refused = read(&bytes, &mut Vec::new());
        assert!(matches!(refused, Err(UpdateError::NotAnUpdate)), "{what}: {refused:?}");
    }
}

/// Gives bytes without end, and counts how many were taken.
struct Endless<'a> {
    head: Cursor<Vec<u8>>,
    taken: &'a mut u64,
}

impl Read for Endless<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match self.head.read(out)? {
            0 => {
                out.fill(b'x');
                out.len()
            }
            read => read,
        };
        *self.taken += read as u64;
        Ok(read)
    }
}

#[test]
fn of_a_file_of_gigabytes_no_more_is_read_than_the_limits_allow() {
    let endless = |head: Vec<u8>, taken: &mut u64| {
        let mut input = Endless {
            head: Cursor::new(head),
            taken,
        };
        update::read(&mut input, MAKER.public(), &mut io::sink(), &mut |_| {
            ControlFlow::Continue(())
        })
    };
    let mut taken = 0;
    assert!(matches!(endless(Vec::new(), &mut taken), Err(UpdateError::NotAnUpdate)));
    assert_eq!(taken, 512);
    let mut header = tar::Header::new_ustar();
    header.set_path("update.json").unwrap();
    header.set_size(4 << 30);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    let mut taken = 0;
    let refused = endless(header.as_bytes().to_vec(), &mut taken);
    assert!(matches!(
        refused,
        Err(UpdateError::TooBig {
            what: "update.json",
            ..
        })
    ));
    assert_eq!(taken, 512);
    let whole = packed(manifest());
    let mut taken = 0;
    let length = whole.len() as u64;
    assert!(
        matches!(endless(whole, &mut taken), Err(UpdateError::Malformed(_))),
        "more after the end"
    );
    assert!(taken <= length + 512);
}

#[test]
fn who_waits_can_stop() {
    let stopped = update::read(
        &mut Cursor::new(packed(manifest())),
        MAKER.public(),
        &mut io::sink(),
        &mut |_| ControlFlow::Break(()),
    );
    assert!(matches!(stopped, Err(UpdateError::Cancelled)));
}

#[cfg(unix)]
#[test]
fn stock_tools_make_the_key_and_verify_the_file() {
    use std::process::Command;
    let folder = tempfile::tempdir().unwrap();
    let run = |tool: &str, arguments: &[&str]| {
        let done = Command::new(tool).args(arguments).current_dir(folder.path()).output();
        let done = done.unwrap_or_else(|_| panic!("{tool} is missing: apt-get install minisign tar"));
        assert!(
            done.status.success(),
            "{tool}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    };
    run("minisign", &["-G", "-W", "-p", "maker.pub", "-s", "maker.key"]);
    let maker =
        SigningKey::from_stock_text(&std::fs::read_to_string(folder.path().join("maker.key")).unwrap()).unwrap();
    let public = std::fs::read_to_string(folder.path().join("maker.pub")).unwrap();
    assert_eq!(public.lines().nth(1).unwrap(), maker.public().to_string());
    let mut out = Vec::new();
    let made = update::pack(&mut out, manifest(), &mut Cursor::new(package()), &maker).unwrap();
    std::fs::write(folder.path().join("new.chidao-update"), out).unwrap();
    run("tar", &["-xf", "new.chidao-update"]);
    let said = run("minisign", &["-V", "-H", "-Q", "-m", "update.json", "-p", "maker.pub"]);
    assert_eq!(said.trim(), made.comment());
    assert_eq!(std::fs::read(folder.path().join(&made.file)).unwrap(), package());
}
