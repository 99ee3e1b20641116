//! Point 5: what is exported, the stock tools open; imported twice, it counts once; the answer confirms, and the next
//! bundle carries only what is new.

use crate::office::Pair;
use crate::offline::save_and_compare;
use crate::{samples, stock};
use serde_json::json;

#[test]
fn a_bundle_counts_once_and_its_answer_confirms_it() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let photo = samples::photo(pair.folder.path(), "chữ ký số.jpg", 5_000_000, 5);
    let attach = photo.to_str().unwrap();
    district.json(&["task", "report", "NV19", "--percent", "50", "--note", "Đã tập huấn"]);
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
    district.json(&["task", "report", "NV37", "--percent", "85", "--note", "Còn hai cơ sở"]);
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
