//! A bundle in volumes: any order, any lost, repeated, damaged or contradictory one, and photos that are asked for again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "in a test, that is how it fails")]

mod office;

use chidao_app::App;
use chidao_app::api::*;
use office::*;

const SIZE: u64 = 48 * 1024;

/// Both sides enrolled, everything at rest, and at the unit 41 tasks, reports and photos that the province does not have.
struct Desk {
    _homes: [tempfile::TempDir; 2],
    province: App,
    unit: App,
}

fn desk(photos: u8) -> Desk {
    let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (province, unit) = (province(homes[0].path()), unit(homes[1].path()));
    enrol(&province, &unit);
    take_in(&unit, None);
    for i in 0..photos {
        let bytes = photo(i, 20_000 + usize::from(i) * 500);
        let file = handed(&unit, &format!("anh-{i}.jpg"), &bytes).file;
        report(&unit, 10 + i, &format!("Ảnh hiện trường số {i}"), vec![file]);
    }
    Desk {
        _homes: homes,
        province,
        unit,
    }
}

fn volumes(from: &App, to: &str, size: u64) -> BundleExported {
    from.bundle_export_volumes(BundleVolumes { to: to.into(), size })
        .unwrap()
}

fn bytes_of(from: &App, volume: &VolumeMade) -> Vec<u8> {
    let mut bytes = Vec::new();
    from.read_file(&volume.file.file, &mut bytes).unwrap();
    bytes
}

fn import(to: &App, name: &str, bytes: &[u8]) -> Result<BundleReport, chidao_app::AppError> {
    to.bundle_import(handed(to, name, bytes))
}

fn assert_same(desk: &Desk) {
    let unit = desk.unit.session(Nothing {}).unwrap().unit.unwrap();
    let province = desk.province.session(Nothing {}).unwrap().unit.unwrap();
    let of = |app: &App, channel: &str| {
        let digests = app
            .digest(DigestOf {
                channel: channel.into(),
            })
            .unwrap();
        (digests.entries, digests.state)
    };
    assert_eq!(of(&desk.unit, &province.code), of(&desk.province, &unit.code));
    for app in [&desk.unit, &desk.province] {
        let check = app.check(Nothing {}).unwrap();
        assert!(check.ok, "{:?}", check.troubles);
    }
}

fn photos_here(app: &App) -> (usize, usize) {
    let reports = show(app, "NV19").reports;
    let all: Vec<bool> = reports.iter().flat_map(|r| &r.attachments).map(|a| a.here).collect();
    (all.iter().filter(|here| **here).count(), all.len())
}

#[test]
fn photos_of_a_lost_volume_are_awaited_and_sent_once_more() {
    let desk = desk(4);
    let made = volumes(&desk.unit, "", SIZE);
    for volume in made.volumes.iter().filter(|volume| volume.entries > 0) {
        import(&desk.province, &volume.file.name, &bytes_of(&desk.unit, volume)).unwrap();
    }
    let (here, all) = photos_here(&desk.province);
    assert!(here < all, "some photos were in volumes that got lost");
    let named = desk.province.bundles(Nothing {}).unwrap().volumes;
    assert_eq!(named.len(), 1, "what is missing is named");
    // The province's answer confirms every entry, and asks for what it has not got.
    let answer = desk.province.bundle_export(BundleTo { to: "H02.15".into() }).unwrap();
    desk.unit
        .bundle_import(carry(&desk.province, &answer.file, &desk.unit))
        .unwrap();
    let journal = desk.unit.bundles(Nothing {}).unwrap().lines;
    let sent = journal.iter().find(|line| line.outgoing && line.blobs > 0).unwrap();
    assert_eq!(sent.confirmed, Some(false), "not while photos are lacking");
    let preview = desk.unit.bundle_preview(BundleTo { to: String::new() }).unwrap();
    assert_eq!(preview.blobs as usize, all - here);
    let report = send(&desk.unit, "", &desk.province);
    assert_eq!((report.blobs as usize, report.awaited), (all - here, 0));
    assert_eq!(photos_here(&desk.province), (all, all));
    let named = desk.province.bundles(Nothing {}).unwrap().volumes;
    assert!(named.is_empty(), "what was lost is needed no longer: {named:?}");
    send(&desk.province, "H02.15", &desk.unit);
    let preview = desk.unit.bundle_preview(BundleTo { to: String::new() }).unwrap();
    assert_eq!(preview.blobs, 0);
    let journal = desk.unit.bundles(Nothing {}).unwrap().lines;
    assert!(
        journal
            .iter()
            .filter(|line| line.outgoing)
            .all(|line| line.confirmed == Some(true))
    );
    assert_same(&desk);
}

#[test]
fn what_cannot_be_cut_goes_in_a_larger_volume_and_says_so() {
    let desk = desk(1);
    let large = handed(&desk.unit, "ban-quet.pdf", &photo(77, 150_000)).file;
    report(&desk.unit, 60, "Bản quét cả tập", vec![large]);
    let made = volumes(&desk.unit, "", SIZE);
    let larger: Vec<&VolumeMade> = made.volumes.iter().filter(|volume| volume.larger).collect();
    assert_eq!(larger.len(), 1);
    assert_eq!((larger[0].blobs, larger[0].entries), (1, 0));
    for volume in &made.volumes {
        import(&desk.province, &volume.file.name, &bytes_of(&desk.unit, volume)).unwrap();
    }
    assert_eq!(photos_here(&desk.province), (2, 2));
    assert_same(&desk);
}

#[test]
fn one_volume_is_an_ordinary_bundle() {
    let desk = desk(1);
    let made = volumes(&desk.unit, "", 10_000_000);
    let [only] = &made.volumes[..] else {
        panic!("{} volumes", made.volumes.len())
    };
    let report = import(&desk.province, &only.file.name, &bytes_of(&desk.unit, only)).unwrap();
    assert_eq!(report.volume, None);
    assert_eq!(report.digests_agree, Some(true));
    assert_same(&desk);
}
