//! Two offices exchange through a folder that both can reach, and nobody carries anything by hand.

use crate::office::{Office, Pair, text};
use serde_json::{Value, json};

fn sync(office: &Office) -> Value {
    office.json(&["mailbox", "sync"])["rows"][0].clone()
}

#[test]
fn a_shared_folder_carries_everything_and_is_cleared_once_it_is_confirmed() {
    let pair = Pair::with_the_41();
    let (province, district) = (&pair.province, &pair.district);
    let folder = pair.folder.path().join("Thư mục chung");
    std::fs::create_dir(&folder).unwrap();
    let strange = folder.join("báo cáo của ai đó.docx");
    std::fs::write(&strange, "không phải của chúng tôi").unwrap();
    for office in [province, district] {
        let all = office.json(&["mailbox", "add", "Chung", text(&folder)]);
        assert_eq!(
            (&all["rows"][0]["name"], &all["rows"][0]["there"]),
            (&json!("Chung"), &json!(true))
        );
    }
    assert_eq!(
        province.refused(&["mailbox", "add", "Chung", text(&folder)])["code"],
        "mailbox_name_taken"
    );
    district.json(&[
        "task",
        "report",
        "NV19",
        "--percent",
        "65",
        "--note",
        "Đã khảo sát tuyến",
    ]);
    let sent = sync(district);
    assert_eq!(sent["sent"][0]["to"]["code"], province.code);
    let received = sync(province);
    assert_eq!(received["received"][0]["from"]["code"], district.code);
    assert_eq!(province.task("NV19")["row"]["percent"], 65);
    // The answer confirms it; what was confirmed lies there no longer, and what is a stranger's is left alone.
    let confirmed = sync(district);
    assert_eq!((&confirmed["removed"], &confirmed["waiting"]), (&json!(1), &json!(0)));
    assert_eq!(district.task("NV19")["row"]["confirmed"], true);
    pair.agree();
    assert!(strange.exists());
    // Nothing new: nothing moves.
    let quiet = sync(district);
    assert_eq!((&quiet["sent"], &quiet["received"]), (&json!([]), &json!([])));
    // A folder that is gone is named; when it is back, work goes on.
    let away = pair.folder.path().join("rút ra");
    std::fs::rename(&folder, &away).unwrap();
    assert_eq!(district.json(&["mailbox", "list"])["rows"][0]["there"], false);
    std::fs::rename(&away, &folder).unwrap();
    district.json(&["task", "report", "NV20", "--percent", "40", "--note", "Sau khi cắm lại"]);
    sync(district);
    sync(province);
    assert_eq!(province.task("NV20")["row"]["percent"], 40);
    assert_eq!(district.json(&["mailbox", "remove", "Chung"])["rows"], json!([]));
}
