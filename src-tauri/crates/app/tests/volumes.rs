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
        // Words that do not shrink, so that the data alone take more than one volume.
        for part in 0..4 {
            let words = photo(100 + 4 * i + part, 4_500);
            let words: String = words.iter().map(|byte| format!("{byte:02x}")).collect();
            report(&unit, 1, &words, Vec::new());
        }
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
fn volumes_are_no_larger_than_asked_and_come_in_any_order() {
    // Backwards, forwards, and from the middle outwards.
    let orders: [fn(usize) -> Vec<usize>; 3] = [
        |n| (0..n).rev().collect(),
        |n| (0..n).collect(),
        |n| (0..n).map(|i| (i * 2 + n / 2) % n).collect(),
    ];
    for order in orders {
        let desk = desk(6);
        let made = volumes(&desk.unit, "", SIZE);
        let count = made.volumes.len();
        assert!(count >= 5, "{count}");
        assert!(made.volumes.iter().all(|v| !v.larger && v.file.size <= SIZE));
        assert_eq!(made.volumes.iter().map(|v| v.entries).sum::<u32>(), made.entries);
        assert_eq!(made.volumes.iter().map(|v| v.blobs).sum::<u32>(), 6);
        // Data before photos.
        let last_data = made.volumes.iter().rposition(|v| v.entries > 0).unwrap();
        assert!(last_data > 0, "the entries alone are more than one volume");
        assert!(made.volumes[last_data + 1..].iter().all(|v| v.blobs > 0));

        let mut order = order(count);
        let (sorted, all) = {
            let mut s = order.clone();
            s.sort_unstable();
            s.dedup();
            (s.len(), count)
        };
        if sorted != all {
            order = (0..count).collect();
        }
        let mut left: Vec<u32> = (1..=count as u32).collect();
        for (step, i) in order.iter().enumerate() {
            let volume = &made.volumes[*i];
            let report = import(&desk.province, &volume.file.name, &bytes_of(&desk.unit, volume)).unwrap();
            assert_eq!(report.outcome, BundleOutcome::Imported);
            left.retain(|index| *index != volume.index);
            assert_eq!(report.missing_volumes, left);
            let named = desk.province.bundles(Nothing {}).unwrap().volumes;
            if step + 1 == count {
                assert!(named.is_empty(), "{named:?}");
                assert_eq!(report.awaited, 0);
            } else {
                assert_eq!((named.len(), &named[0].missing), (1, &left));
                assert_eq!(named[0].unit.code, "H02.15");
            }
        }
        assert_eq!(photos_here(&desk.province), (6, 6));
        assert_eq!(totals(&desk.province, "2017-06-23", None).all.total, 41);
        assert_same(&desk);
        // Volumes again change nothing.
        let again = import(&desk.province, "lai.chidao", &bytes_of(&desk.unit, &made.volumes[1])).unwrap();
        assert_eq!(again.outcome, BundleOutcome::AlreadyImported);
        assert_eq!(again.volume.unwrap().index, 2);
    }
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
fn a_damaged_volume_is_named_and_the_rest_is_taken_in() {
    let desk = desk(3);
    let made = volumes(&desk.unit, "", SIZE);
    let count = made.volumes.len() as u32;
    let mut damaged = bytes_of(&desk.unit, &made.volumes[1]);
    let at = damaged.len() - 3_000;
    damaged[at] ^= 1;
    let refused = import(&desk.province, "tap2.chidao", &damaged).unwrap_err();
    assert_eq!(refused.code, "bundle_damaged");
    for volume in made.volumes.iter().filter(|volume| volume.index != 2) {
        import(&desk.province, &volume.file.name, &bytes_of(&desk.unit, volume)).unwrap();
    }
    let journal = desk.province.bundles(Nothing {}).unwrap();
    let [set] = &journal.volumes[..] else {
        panic!("{:?}", journal.volumes)
    };
    assert_eq!((set.count, &set.missing[..]), (count, &[2][..]));
    assert!(
        journal
            .lines
            .iter()
            .any(|line| line.refusal.as_deref() == Some("bundle_damaged") && line.file_name == "tap2.chidao")
    );
    assert!(!journal.missing.is_empty(), "and so are the entries that have not come");
    import(&desk.province, "tap2.chidao", &bytes_of(&desk.unit, &made.volumes[1])).unwrap();
    assert!(desk.province.bundles(Nothing {}).unwrap().volumes.is_empty());
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
fn a_size_too_small_for_anything_is_refused_with_the_least() {
    let desk = desk(0);
    let refused = desk
        .unit
        .bundle_export_volumes(BundleVolumes {
            to: String::new(),
            size: 2_000,
        })
        .unwrap_err();
    assert_eq!(refused.code, "volume_too_small");
    let least: u64 = refused.params["least"].parse().unwrap();
    let made = volumes(&desk.unit, "", least);
    assert!(made.volumes.iter().all(|volume| volume.file.size <= least));
    let journal = desk.unit.bundles(Nothing {}).unwrap();
    assert_eq!(
        journal.lines.iter().filter(|line| line.volume.is_some()).count(),
        made.volumes.len()
    );
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
