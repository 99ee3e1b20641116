//! Point 5: what is exported, the stock tools open; imported twice, it counts once; the answer confirms, and the next
//! bundle carries only what is new.

use crate::office::{Pair, lies_at, text};
use crate::offline::save_and_compare;
use crate::{samples, stock};
use serde_json::json;
use std::path::PathBuf;

#[test]
fn a_bundle_counts_once_and_its_answer_confirms_it() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photo = samples::photo(pair.folder.path(), "chữ ký số.jpg", 5_000_000, 5);
    let attach = photo.to_str().unwrap();
    district.report("NV19", 50, "Đã tập huấn");
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        "Đã triển khai",
        "--attach",
        attach,
    ]);
    assert_eq!(district.task("NV19")["row"]["confirmed"], false);
    let preview = district.json(&["bundle", "preview"]);
    assert_eq!((&preview["blobs"], &preview["ready"]), (&json!(1), &json!(true)));

    let bundle = district.export(province, &pair.stick());
    let opened = stock::open(&bundle, province, district, "lần một");
    assert_eq!(opened.manifest["sender"]["unit_name"], "UBND huyện Yên Thế");
    let blob = std::fs::read_dir(opened.folder.join("blobs"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    assert!(
        std::fs::read(blob).unwrap() == std::fs::read(&photo).unwrap(),
        "the photo travels as it is"
    );

    let verified = province.json(&["bundle", "verify", bundle.to_str().unwrap()]);
    assert_eq!(verified["outcome"], "verified");
    assert_eq!(province.task("NV19")["row"]["percent"], 30, "verifying changes nothing");
    let first = province.import(&bundle);
    assert_eq!(
        (&first["outcome"], &first["totals_agree"], &first["digests_agree"]),
        (&json!("imported"), &json!(true), &json!(true))
    );
    let second = province.import(&bundle);
    assert_eq!(
        (&second["outcome"], &second["new_entries"]),
        (&json!("already_imported"), &json!(0))
    );
    assert!(second["imported_before_at"].is_string());
    let journal = province.json(&["bundles"]);
    let imported = journal["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["outcome"] == "imported")
        .count();
    assert_eq!(imported, 1, "one import recorded");
    assert_eq!(province.json(&["tasks", "--count"])["count"], 41);
    let shown = province.task("NV19");
    assert_eq!(shown["row"]["percent"], 65);
    save_and_compare(
        province,
        &shown["reports"][0]["attachments"][0],
        &photo,
        pair.folder.path(),
    );

    // Without an answer everything goes again: a lost bundle costs nothing.
    let again = district.export(province, &pair.stick());
    let repeated = stock::open(&again, province, district, "không trả lời");
    assert_eq!(repeated.lines(), opened.lines());

    pair.down();
    assert_eq!(district.task("NV19")["row"]["confirmed"], true);
    district.report("NV37", 85, "Còn hai cơ sở");
    let next = district.export(province, &pair.stick());
    let carried = stock::open(&next, province, district, "lần hai");
    assert_eq!(
        carried.lines(),
        1,
        "only what is new: {}",
        carried.manifest["channels"][0]["ranges"]
    );
    assert!(
        !carried.folder.join("blobs").exists(),
        "a confirmed photo does not travel again"
    );
    province.import(&next);
    pair.down();
    pair.agree();
}

#[test]
fn a_bundle_in_volumes_arrives_in_any_order_and_what_is_missing_is_named() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photos = [1_u64, 2].map(|seed| samples::photo(pair.folder.path(), &format!("anh-{seed}.jpg"), 300_000, seed));
    for (photo, task) in photos.iter().zip(["NV19", "NV20"]) {
        let report = [
            "task",
            "report",
            task,
            "--percent",
            "65",
            "--note",
            "Kèm ảnh",
            "--attach",
            text(photo),
        ];
        district.json(&report);
    }
    let stick = pair.stick();
    let small = district.refused(&[
        "bundle",
        "export",
        "--to",
        "H02",
        "--out",
        text(&stick),
        "--volume-size",
        "1KB",
    ]);
    assert_eq!(small["code"], "volume_too_small");
    let made = district.json(&[
        "bundle",
        "export",
        "--to",
        "H02",
        "--out",
        text(&stick),
        "--volume-size",
        "320KB",
    ]);
    let paths: Vec<PathBuf> = made["paths"].as_array().unwrap().iter().map(lies_at).collect();
    let paths: Vec<&str> = paths.iter().map(|path| text(path)).collect();
    assert!(paths.len() >= 3, "the data, then a photo in each: {paths:?}");
    for path in &paths {
        assert!(std::fs::metadata(path).unwrap().len() <= 320_000, "{path}");
    }
    // The last one comes first; it says by itself what else there is.
    let (last, others) = paths.split_last().unwrap();
    province.json(&["bundle", "import", last]);
    let missing = &province.json(&["bundles"])["volumes"][0];
    assert_eq!(missing["count"], paths.len());
    assert_eq!(missing["missing"].as_array().unwrap().len(), others.len());
    let told = province.text(&["bundles"]);
    assert!(told.contains("chưa nhận tập 1, 2"), "{told}");
    // One of the rest is damaged on its way: the others stand all the same, and it is named.
    let damaged = pair.folder.path().join("hong.chidao");
    let mut bytes = std::fs::read(others[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let refused = province.refused(&["bundle", "import", text(&damaged), others[0]]);
    assert!(refused["code"].as_str().unwrap().starts_with("bundle_"), "{refused}");
    assert_eq!(
        (&refused["params"]["path"], &refused["params"]["taken_in"]),
        (&json!(text(&damaged)), &json!("1"))
    );
    assert_eq!(province.json(&["bundles"])["volumes"][0]["missing"], json!([2]));
    assert_eq!(
        province.task("NV19")["row"]["percent"],
        65,
        "the data came with the first"
    );
    let all = province.json(&[&["bundle", "import"], &paths[..]].concat());
    assert_eq!(all["reports"].as_array().unwrap().len(), paths.len());
    assert_eq!(province.json(&["bundles"])["volumes"], json!([]));
    pair.agree();
    province.is_whole();
}
