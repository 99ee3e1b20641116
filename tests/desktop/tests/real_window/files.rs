//! Files through the real seam: raw bytes from the page and back, chosen in dialogs, saved through dialogs.

use desktop::{Desk, DeskError, Window};
use serde_json::{Value, json};

type Tested = Result<(), DeskError>;

/// The first start, as the page would ask for it: nothing is taken in before.
async fn start(window: &Window) -> Tested {
    let request = json!({ "do": "first_start", "with": {
        "edition": "unit",
        "unit_name": "Ủy ban nhân dân huyện Yên Thế",
        "unit_code": "H02.21",
        "person_name": "Nguyễn Thị Lúa",
        "person_title": "Chuyên viên",
        "passphrase": "đồng lúa chín vàng ươm",
    } });
    let started = "return await window.__TAURI_INTERNALS__.invoke('call', { request: arguments });";
    window.wait("body").await?;
    window.script(started, request).await.map(drop)
}

#[tokio::test]
async fn a_photo_goes_through_the_page_byte_for_byte() -> Tested {
    let desk = Desk::new()?;
    let window = desk.open().await?;
    start(&window).await?;
    let there_and_back = "
        const { invoke } = window.__TAURI_INTERNALS__;
        const photo = new Uint8Array(5_000_000);
        for (let at = 0; at < photo.length; at++) photo[at] = (at * 31 + (at >> 8)) & 255;
        const headers = { 'x-file-name': encodeURIComponent('Ảnh hồ Sông Sỏi.jpg') };
        const ready = await invoke('upload', photo, { headers });
        const back = new Uint8Array(await invoke('download', { file: ready.file }));
        let same = back.length === photo.length;
        for (let at = 0; same && at < photo.length; at++) same = back[at] === photo[at];
        return { name: ready.name, size: ready.size, same };";
    let told = window.script(there_and_back, Value::Null).await?;
    assert_eq!(
        told,
        json!({ "name": "Ảnh hồ Sông Sỏi.jpg", "size": 5_000_000, "same": true })
    );
    window.close().await
}

#[tokio::test]
async fn what_was_chosen_can_be_saved_and_progress_is_told() -> Tested {
    let desk = Desk::new()?;
    let photo: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    desk.lay_ready("Ảnh 1.jpg", &photo)?;
    desk.lay_ready("Ảnh 2.jpg", b"nho")?;
    let window = desk.open().await?;
    start(&window).await?;
    // As the page's own channel does it: each message comes with its place in the order.
    let chosen = "
        const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
        const steps = [];
        const id = transformCallback(({ message }) => message && steps.push(message));
        await invoke('watch', { channel: `__CHANNEL__:${id}` });
        const files = await invoke('pick_files', { kind: 'attachments', language: 'vi' });
        const saved = await invoke('save_file', { file: files[0].file, language: 'vi' });
        while (!steps.some((step) => step.name === files[1].name)) await new Promise((done) => setTimeout(done, 10));
        return { names: files.map((file) => file.name), saved: saved.path, steps };";
    let told = window.script(chosen, Value::Null).await?;
    assert_eq!(told["names"], json!(["Ảnh 1.jpg", "Ảnh 2.jpg"]));
    let first = json!({
        "work": "pick_files", "step": "handing_over", "name": "Ảnh 1.jpg", "done": 3_000_000, "total": 3_000_000
    });
    assert!(
        told["steps"].as_array().is_some_and(|steps| steps.contains(&first)),
        "{told}"
    );
    let saved = desk.saved()?;
    assert_eq!(saved.len(), 1);
    assert_eq!(told["saved"].as_str(), saved[0].to_str());
    let kept = std::fs::read(&saved[0]).map_err(|error| DeskError::File(saved[0].clone(), error))?;
    assert!(kept == photo, "the saved file differs");
    window.close().await
}

#[tokio::test]
async fn a_mailboxs_folder_is_chosen_in_the_systems_dialog() -> Tested {
    let desk = Desk::new()?;
    let folder = desk.lay_folder_ready("Hộp thư của huyện")?;
    let window = desk.open().await?;
    start(&window).await?;
    window.script("location.reload()", Value::Null).await?;
    window.click_text("Đồng bộ").await?;
    for part in ["mailbox-add", "mailbox-path-choose"] {
        window.click(&format!("[data-test={part}]")).await?;
    }
    let chosen = "
        const box = document.querySelector('[data-test=mailbox-path]');
        while (box.value === '') await new Promise((done) => setTimeout(done, 10));
        return box.value;";
    let told = window.script(chosen, Value::Null).await?;
    assert_eq!(told.as_str(), folder.to_str());
    window.close().await
}
