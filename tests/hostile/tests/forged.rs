//! Bundles that are whole, signed and encrypted, and made to deceive.

#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

use chidao_app::App;
use chidao_app::api::*;
use chidao_bundle::keys;
use chidao_ledger::chain;
use chidao_ledger::trust::{Certificate, Checkpoint, Signed, Signer};
use hostile::forge::{Parts, encrypt, frame, identity, seal, tar_of, tar_stream};
use hostile::office::{Desk, Offices, PASSPHRASE, edges};
use serde_json::{Value, json};

/// Puts other lines in the place of those of the first range, chained and vouched for as its device would.
fn relined(parts: &mut Parts, lines: &[u8], signing: &str) {
    let range = &mut parts.manifest["channels"][0]["ranges"][0];
    let mut hash = range["before"].as_str().map(|text| text.parse().unwrap());
    let all: Vec<&[u8]> = lines
        .strip_suffix(b"\n")
        .unwrap()
        .split(|byte| *byte == b'\n')
        .collect();
    for line in &all {
        hash = Some(match hash {
            None => chain::header_hash(line),
            Some(before) => chain::entry_hash(before, line),
        });
    }
    let (first, hash) = (range["first"].as_u64().unwrap(), hash.unwrap());
    let n = first + all.len() as u64 - 1;
    range["last"] = json!(n);
    range["hash"] = json!(hash.to_string());
    let feed = range["feed"].as_str().unwrap().parse().unwrap();
    let signed = Signer::parse(signing)
        .unwrap()
        .sign(Checkpoint { v: 1, feed, n, hash })
        .unwrap();
    parts.members[0].1 = lines.to_vec();
    parts.members[1].1 = signed.text.into_bytes();
    parts.members[2].1 = signed.sig.into_bytes();
}

/// Adds a feed that consists of this header alone.
fn add_header(parts: &mut Parts, header: &str, signing: &str) {
    let hash = chain::header_hash(header.as_bytes());
    let feed = chain::feed_id(hash);
    let range = json!({"feed": feed.to_string(), "first": 0, "last": 0, "before": null, "hash": hash.to_string()});
    let checkpoint = Checkpoint { v: 1, feed, n: 0, hash };
    parts.add_range(&range, format!("{header}\n").as_bytes(), checkpoint, signing);
}

fn header_of(parts: &Parts) -> String {
    let lines = String::from_utf8(parts.members[0].1.clone()).unwrap();
    lines.lines().next().unwrap().to_owned()
}

struct Table {
    offices: Offices,
    /// The honest bundle of the unit, taken apart.
    parts: Parts,
    /// Its first one, with the header of its feed.
    first: Parts,
    /// The other unit's first one.
    others: Parts,
}

fn table() -> Table {
    let offices = Offices::new();
    let age = &offices.province.keys.age;
    Table {
        parts: Parts::of(&offices.bundle, age),
        first: Parts::of(&offices.earlier, age),
        others: Parts::of(&offices.others, age),
        offices,
    }
}

fn refuses(desk: &Desk, name: &str, file: &[u8], code: &str) {
    desk.refuses(name, file, &[code]);
}

#[test]
fn manifests_forged_replayed_and_addressed_anew_are_refused() {
    let Table {
        offices, parts, others, ..
    } = table();
    let Offices {
        province,
        unit,
        other,
        bundle,
        earlier,
        ..
    } = &offices;
    let before = province.stand();
    let to = parts.recipients();

    // Another letter in the manifest under the old signature.
    let mut stored = parts.stored(&parts.manifest, &unit.keys.signing);
    let text = String::from_utf8(stored[0].bytes.clone()).unwrap();
    stored[0].bytes = text.replace("Yên Thế", "Yen The").into_bytes();
    refuses(
        province,
        "sua-chu",
        &seal(&tar_stream(&stored), &to),
        "bundle_signature_wrong",
    );

    // The signature of another bundle.
    let mut stored = parts.stored(&parts.listed(), &unit.keys.signing);
    let old = Parts::of(earlier, &province.keys.age);
    stored[1] = old.stored(&old.listed(), &unit.keys.signing)[1].clone();
    refuses(
        province,
        "chu-ky-cu",
        &seal(&tar_stream(&stored), &to),
        "bundle_signature_wrong",
    );

    // An old manifest, honestly signed, before other members.
    let mut stored = parts.stored(&parts.listed(), &unit.keys.signing);
    let old = old.stored(&old.listed(), &unit.keys.signing);
    stored[..2].clone_from_slice(&old[..2]);
    refuses(
        province,
        "ke-khai-cu",
        &seal(&tar_stream(&stored), &to),
        "bundle_malformed",
    );

    // A valid signature by the wrong device: in another's name; with another's key; and in its own name, for another.
    refuses(
        province,
        "may-khac",
        &parts.sealed(&other.keys.signing, &to),
        "bundle_signature_wrong",
    );
    let mut with_its_key = parts.clone();
    with_its_key.manifest["sender"]["key"] = others.manifest["sender"]["key"].clone();
    refuses(
        province,
        "khoa-khac",
        &with_its_key.sealed(&other.keys.signing, &to),
        "bundle_stranger",
    );
    let mut as_other = parts.clone();
    as_other.manifest["sender"] = others.manifest["sender"].clone();
    refuses(
        province,
        "kenh-khac",
        &as_other.sealed(&other.keys.signing, &to),
        "bundle_foreign_channel",
    );

    // A stranger with a root of his own says that he is the unit.
    let (device, root) = (Signer::generate().unwrap(), Signer::generate().unwrap());
    let signed: Signed = serde_json::from_value(parts.manifest["sender"]["certificate"].clone()).unwrap();
    let key = Signer::parse(&device).unwrap().public().to_owned();
    let root = Signer::parse(&root).unwrap();
    let certificate = root
        .sign(Certificate {
            root: root.public().to_owned(),
            device: chain::device_id(&key),
            key: key.clone(),
            ..Certificate::read(&signed).unwrap()
        })
        .unwrap();
    let mut stranger = parts.clone();
    stranger.manifest["sender"]["certificate"] = json!({"text": certificate.text, "sig": certificate.sig});
    stranger.manifest["sender"]["key"] = json!(key);
    stranger.manifest["sender"]["device"] = json!(chain::device_id(&key).to_string());
    refuses(province, "nguoi-la", &stranger.sealed(&device, &to), "bundle_stranger");

    // A certificate whose signature ends early used to be indexed beyond its end.
    let mut cut = stranger.clone();
    let lines: Vec<&str> = certificate.sig.lines().collect();
    cut.manifest["sender"]["certificate"]["sig"] = json!(format!("{}\n{}\n{}\nAAAA\n", lines[0], lines[1], lines[2]));
    refuses(province, "chung-thu-cut", &cut.sealed(&device, &to), "bundle_stranger");

    // What was meant for the province, encrypted anew to the other unit; and addressed there, under the old signature.
    let their = keys::parse_identity(&other.keys.age).unwrap().to_public().to_string();
    let frame = frame(&tar_of(bundle, &province.keys.age));
    refuses(
        other,
        "gui-lai",
        &encrypt(&frame, std::slice::from_ref(&their)),
        "bundle_not_for_us",
    );
    let mut addressed = parts.clone();
    addressed.manifest["to"] =
        json!({"unit": others.manifest["sender"]["unit"], "name": "Lục Ngạn", "recipients": [their]});
    // Only its author could sign that; and his channel is not theirs.
    refuses(
        other,
        "dia-chi-moi",
        &addressed.sealed(&unit.keys.signing, &[their]),
        "bundle_stranger",
    );
    refuses(
        province,
        "khong-phai-ta",
        &encrypt(&frame, &[identity().1]),
        "bundle_not_for_us",
    );

    // Replayed, whole: it is known for what it is.
    let again = province.import("cu.chidao", earlier).unwrap();
    assert_eq!((again.outcome, again.new_entries), (BundleOutcome::AlreadyImported, 0));
    assert_eq!(province.stand(), before);
}

#[test]
fn lines_of_another_channel_feed_or_unit_are_refused() {
    let Table {
        offices,
        parts,
        first,
        others,
    } = table();
    let Offices {
        province, unit, other, ..
    } = &offices;
    let before = province.stand();
    let to = parts.recipients();
    let own = &unit.keys.signing;
    let channel = |parts: &Parts| parts.manifest["channels"][0]["channel"].as_str().unwrap().to_owned();
    let (ours, theirs) = (channel(&parts), channel(&others));
    let (header, other_header) = (header_of(&first), header_of(&others));

    // A unit's bundle that carries another unit's channel, beside its own or alone; or one that nobody knows.
    let mut foreign = parts.clone();
    foreign.manifest["channels"][0]["channel"] = json!(theirs);
    foreign.members.retain(|(name, _)| !name.starts_with("charters/"));
    refuses(
        province,
        "kenh-don-vi-khac",
        &foreign.sealed(own, &to),
        "bundle_foreign_channel",
    );
    let mut beside = parts.clone();
    let mut second = others.manifest["channels"][0].clone();
    second["ranges"] = json!([]);
    beside.manifest["channels"].as_array_mut().unwrap().push(second);
    refuses(
        province,
        "kem-kenh-khac",
        &beside.sealed(own, &to),
        "bundle_foreign_channel",
    );
    let mut unknown = parts.clone();
    unknown.manifest["channels"][0]["channel"] = json!("7".repeat(32));
    unknown.members.retain(|(name, _)| !name.starts_with("charters/"));
    refuses(province, "kenh-la", &unknown.sealed(own, &to), "bundle_foreign_channel");

    // A header of the other channel among the lines of this one, and the other's feed called one of this channel.
    for (name, text) in [
        ("dong-kenh-khac", header.replace(&ours, &theirs)),
        ("dong-kenh-la", header.replace(&ours, &"7".repeat(32))),
    ] {
        let mut lines = parts.clone();
        add_header(&mut lines, &text, own);
        refuses(province, name, &lines.sealed(own, &to), "bad_range");
    }
    let mut carried = parts.clone();
    add_header(&mut carried, &other_header, &other.keys.signing);
    refuses(
        province,
        "dong-nhat-ky-don-vi-khac",
        &carried.sealed(own, &to),
        "bad_range",
    );

    // A feed of this channel whose certificate is of the other unit, who helps by vouching for it.
    let mut helped = parts.clone();
    add_header(&mut helped, &other_header.replace(&theirs, &ours), &other.keys.signing);
    refuses(province, "chung-thu-don-vi-khac", &helped.sealed(own, &to), "bad_range");

    // A feed of this unit's own device for which another key vouches.
    let mut vouched = parts.clone();
    let lines = vouched.members[0].1.clone();
    relined(&mut vouched, &lines, &other.keys.signing);
    refuses(province, "moc-may-khac", &vouched.sealed(own, &to), "bad_signature");
    assert_eq!(province.stand(), before);
}

#[test]
fn lines_and_values_that_are_not_well_formed_are_refused() {
    let Table { offices, parts, .. } = table();
    let Offices { province, unit, .. } = &offices;
    let before = province.stand();
    let to = parts.recipients();
    let own = &unit.keys.signing;
    let honest = String::from_utf8(parts.members[0].1.clone()).unwrap();
    let line: Value = serde_json::from_str(honest.lines().last().unwrap()).unwrap();
    let mut cases: Vec<(&str, String)> = vec![
        ("khong-json", "x".into()),
        ("mang", "[]".into()),
        ("sau", "[".repeat(10_000)),
        ("so-lon", line.to_string().replacen(":", ":1e999,\"x\":", 1)),
    ];
    for (field, value) in [
        ("n", json!(0)),
        ("n", json!(999_999)),
        ("t", json!([-1, 0])),
        ("t", json!("hôm nay")),
        ("by", json!("../x")),
        ("rules", json!(-1)),
        ("seen", json!([["x", 1, "y"]])),
        ("items", json!([])),
        ("items", json!(7)),
        ("items", json!(vec![json!({"new": "task", "set": []}); 1_001])),
    ] {
        let mut bad = line.clone();
        bad[field] = value;
        cases.push((field, bad.to_string()));
    }
    for (name, bad) in cases {
        let mut lines = parts.clone();
        let mut all: Vec<&str> = honest.lines().collect();
        *all.last_mut().unwrap() = &bad;
        relined(&mut lines, (all.join("\n") + "\n").as_bytes(), own);
        refuses(province, &format!("dong-{name}"), &lines.sealed(own, &to), "bad_entry");
    }

    // A number of lines, ends and hashes other than the manifest says.
    for (field, value, code) in [
        (
            "last",
            json!(parts.manifest["channels"][0]["ranges"][0]["last"].as_u64().unwrap() + 1),
            "bundle_malformed",
        ),
        ("hash", json!("0".repeat(64)), "bad_range"),
        ("before", json!("0".repeat(64)), "bad_range"),
        ("first", json!(0), "bundle_malformed"),
        ("last", json!(u64::MAX), "bundle_malformed"),
        ("feed", json!("7".repeat(32)), "bundle_malformed"),
    ] {
        let mut ranges = parts.clone();
        ranges.manifest["channels"][0]["ranges"][0][field] = value;
        refuses(province, &format!("doan-{field}"), &ranges.sealed(own, &to), code);
    }

    let values = parts.place("values/");
    for bad in ["x\n", "{}\n", "{\"hash\":7}\n", "[[[[\n"] {
        let mut other = parts.clone();
        other.members[values].1 = bad.into();
        refuses(province, "gia-tri", &other.sealed(own, &to), "bad_entry");
    }
    // A later reader's bundle says so before anything else.
    let mut newer = parts.clone();
    newer.manifest["reader"] = json!(2);
    refuses(province, "moi-hon", &newer.sealed(own, &to), "bundle_too_new");
    assert_eq!(province.stand(), before);
    assert_eq!(
        province.import("goi", &offices.bundle).unwrap().outcome,
        BundleOutcome::Imported
    );
}

#[test]
fn what_a_manifest_claims_of_others_changes_nothing_that_is_theirs() {
    let Table {
        offices, parts, others, ..
    } = table();
    let province = &offices.province;
    let to = parts.recipients();
    let before = province.digests();
    // That it has, and misses, lines of the other unit's feed; that its counts and digests are others.
    let mut claims = parts.clone();
    let feed = others.manifest["channels"][0]["ranges"][0]["feed"].clone();
    let said = &mut claims.manifest["channels"][0];
    said["acknowledged"] = json!([{"feed": feed, "n": 999_999, "hash": "0".repeat(64)}]);
    said["lacks"] = json!([{"feed": feed, "first": 1, "last": 2}]);
    said["lacks_blobs"] = json!(["0".repeat(64)]);
    said["state_digest"] = json!("0".repeat(64));
    said["totals"] = json!({"as_of": "2017-06-23", "counts": {"tasks": -1}});
    let report = province
        .import("noi-doi", &claims.sealed(&offices.unit.keys.signing, &to))
        .unwrap();
    assert_eq!(report.outcome, BundleOutcome::Imported);
    let after = province.digests();
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert!(province.app.check(Nothing {}).unwrap().ok);
    // The other unit is served as before.
    let answer = province.bundle("H02.20");
    assert_eq!(
        offices.other.import("tra-loi", &answer).unwrap().outcome,
        BundleOutcome::Imported
    );
}

/// The hash of the enrolment that a charter among the members tells, as a manifest names it.
fn enrolment_of(parts: &Parts) -> String {
    let charters = parts.members.iter().filter(|(name, _)| name.starts_with("charters/"));
    let mut all = charters.filter_map(|(_, bytes)| serde_json::from_slice::<Value>(bytes).ok());
    let answered = all.find(|charter| charter["request"].is_string()).unwrap();
    let request = answered["request"].as_str().unwrap().parse().unwrap();
    chain::enrolment_hash(request, answered["parent"]["root"].as_str().unwrap()).to_string()
}

#[test]
fn only_a_machine_of_the_office_itself_confirms_its_enrolment_and_only_the_one_that_is_here() {
    let province = Desk::new(1, Edition::Province, "UBND tỉnh Bắc Giang", "H02");
    let unit = Desk::new(2, Edition::Unit, "UBND huyện Yên Thế", "H02.15");
    let request = unit.app.enrol_request(Nothing {}).unwrap();
    let request = province.handed(&request.name, &unit.bytes(&request));
    let approved = province.app.enrol_approve(request).unwrap();
    let answer = Parts::of(&province.bytes(&approved.bundle), &unit.keys.age);
    let enrolment = enrolment_of(&answer);
    let state = |app: &App| app.session(Nothing {}).unwrap().enrolment;

    // The parent vouches for itself, with the answer and once more.
    for _ in 0..2 {
        let mut says = match state(&unit.app) {
            EnrolmentState::Requested => answer.clone(),
            _ => Parts::of(&province.bundle("H02.15"), &unit.keys.age),
        };
        says.manifest["channels"][0]["confirmed"] = json!(enrolment);
        says.manifest["sender"]["parent_verified"] = json!(true);
        let file = says.sealed(&province.keys.signing, &says.recipients());
        let report = unit.import("tu-xung", &file).unwrap();
        assert!(report.unverified && report.confirmed.is_empty());
        assert_eq!(state(&unit.app), EnrolmentState::Unverified);
    }
    // Nor does a child for its parent.
    let mut says = Parts::of(&unit.bundle(""), &province.keys.age);
    says.manifest["channels"][0]["confirmed"] = json!(enrolment);
    let file = says.sealed(&unit.keys.signing, &says.recipients());
    let report = province.import("tu-xung", &file).unwrap();
    assert!(report.unverified && report.confirmed.is_empty());

    // A further machine of the unit has the parent's answer, and nobody has confirmed it.
    let home = tempfile::tempdir().unwrap();
    let second = App::open(home.path(), edges(7)).unwrap();
    let asked = second
        .join_request(JoinRequest {
            person_name: "Phạm Thu Hà".into(),
            person_title: String::new(),
            device_name: "Máy xách tay".into(),
            passphrase: PASSPHRASE.into(),
        })
        .unwrap();
    let hand = |bytes: Vec<u8>| FileRef {
        file: second.stage("goi.chidao", &mut &bytes[..]).unwrap().file,
    };
    let mut bytes = Vec::new();
    second.read_file(&asked.file, &mut bytes).unwrap();
    let joined = unit.app.device_approve(unit.handed(&asked.name, &bytes)).unwrap();
    second
        .join_accept(JoinAccept {
            file: hand(unit.bytes(&joined.answer)).file,
            passphrase: PASSPHRASE.into(),
            code: joined.code,
        })
        .unwrap();
    assert_eq!(state(&second), EnrolmentState::Unverified);
    let honest = Parts::of(&unit.bundle("H02.15"), &unit.keys.age);
    let says = |hash: &str| {
        let mut parts = honest.clone();
        // Of every channel: also of the inner one, which nobody enrolled.
        for channel in parts.manifest["channels"].as_array_mut().unwrap() {
            assert!(channel.get("confirmed").is_none(), "nobody has confirmed it");
            channel["confirmed"] = json!(hash);
        }
        let file = parts.sealed(&unit.keys.signing, &parts.recipients());
        second.bundle_import(hand(file)).unwrap().confirmed.len()
    };
    let another = chain::enrolment_hash(enrolment.parse().unwrap(), &unit.keys.age).to_string();
    assert_eq!(says(&another), 0, "another enrolment's");
    assert_eq!(state(&second), EnrolmentState::Unverified);
    assert_eq!(says(&enrolment), 1);
    assert_eq!(state(&second), EnrolmentState::Confirmed);
}
