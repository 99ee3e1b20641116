//! An office and what a person does there: begin, take in a list, look for a task, report, make a bundle, take one in.

use desktop::{Desk, DeskError, Window};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The 41 tasks, and what must be counted of them.
const THE_41: &[u8] = include_bytes!("../../../story/data/sample_41_tasks.csv");
const EXPECTED: &str = include_str!("../../../story/data/sample_41_expected.json");
/// A picture that a web view can show. What follows its end is no part of it, so it can weigh what a photo weighs.
const PICTURE: &[u8] = include_bytes!("../../../../icons/128x128.png");

const PASSPHRASE: &str = "đồng lúa chín vàng ươm";

/// Who begins.
pub(super) struct Beginner {
    edition: &'static str,
    unit: [&'static str; 2],
    person: [&'static str; 2],
}

/// The province's office.
pub(super) const PROVINCE: Beginner = Beginner {
    edition: "province",
    unit: ["Văn phòng UBND tỉnh Bắc Giang", "H02"],
    person: ["Nguyễn Đức Đăng", "Chánh Văn phòng UBND tỉnh"],
};

/// The district's office.
pub(super) const DISTRICT: Beginner = Beginner {
    edition: "unit",
    unit: ["UBND huyện Yên Thế", "H02.15"],
    person: ["Hoàng Thị Mai", "Chuyên viên Văn phòng HĐND và UBND huyện"],
};

/// A desk and the window that is open on it.
pub(super) struct Office {
    pub(super) desk: Desk,
    pub(super) window: Window,
}

impl Office {
    /// Opens the program for the first time, at a moment that stays.
    pub(super) async fn open(now: &str) -> Result<Office, DeskError> {
        let desk = Desk::new()?.at(now);
        let window = desk.open().await?;
        Ok(Office { desk, window })
    }

    /// Opens the program for the first time and goes through the first start up to its last page.
    pub(super) async fn begin(who: &Beginner, now: &str) -> Result<Office, DeskError> {
        let office = Office::open(now).await?;
        office.fill_in(who).await?;
        office.keep_the_key().await?;
        Ok(office)
    }

    /// The form of the first start, filled in and sent.
    pub(super) async fn fill_in(&self, who: &Beginner) -> Result<(), DeskError> {
        let window = &self.window;
        window.click(&format!("[name=edition][value={}]", who.edition)).await?;
        for (name, text) in [
            ("unit_name", who.unit[0]),
            ("unit_code", who.unit[1]),
            ("person_name", who.person[0]),
            ("person_title", who.person[1]),
            ("passphrase", PASSPHRASE),
            ("again", PASSPHRASE),
        ] {
            window.type_into(&format!("[name={name}]"), text).await?;
        }
        window.click("[data-test=begin]").await
    }

    /// Says that the recovery key is printed, and goes on.
    pub(super) async fn keep_the_key(&self) -> Result<(), DeskError> {
        self.window.wait("[data-test=recovery-key]").await?;
        self.window.click(".key [type=checkbox]").await?;
        self.window.click("[data-test=go-on]").await?;
        self.window.wait_gone("[data-test=recovery-key]").await
    }

    /// The battery dies, and the person comes back and unlocks.
    pub(super) async fn come_back_after_power_loss(self) -> Result<Office, DeskError> {
        let Office { desk, window } = self;
        window.kill().await?;
        let window = desk.open().await?;
        window.type_into("[type=password]", PASSPHRASE).await?;
        window.click("[data-test=unlock]").await?;
        window.wait("nav").await?;
        Ok(Office { desk, window })
    }

    /// Takes in the list of 41, from the page where a list is dropped.
    pub(super) async fn take_in_the_41(&self) -> Result<(), DeskError> {
        let list = self.desk.lay_ready("sample_41_tasks.csv", THE_41)?;
        self.window.upload("[data-test=list]", &[list]).await?;
        self.window.click("[data-test=take-in]").await?;
        self.window.wait_says("[data-test=taken-in]", "41").await
    }

    /// Goes to a screen by its entry in the navigation.
    pub(super) async fn go(&self, route: &str) -> Result<(), DeskError> {
        self.window.click(&format!("nav a[href='#/{route}']")).await
    }

    /// Types into the search box in place of what stands there, and waits until the list counts so many.
    pub(super) async fn look_for(&self, text: &str, found: usize) -> Result<(), DeskError> {
        self.window.write_over("[data-test=search]", text).await?;
        let told = format!("{found} nhiệm vụ · Đang lọc");
        self.window.wait_says("[data-test=count]", &told).await
    }

    /// Finds a task by its code and opens it.
    pub(super) async fn open_task(&self, code: &str) -> Result<(), DeskError> {
        self.look_for(code, 1).await?;
        self.window.wait_says("#task-row-0", code).await?;
        self.window.click("#task-row-0").await?;
        self.window.wait_says("#task-detail .code", code).await
    }

    /// Reports on the task that is open: so many per cent, what was done, and files.
    pub(super) async fn report(&self, percent: &str, note: &str, files: &[PathBuf]) -> Result<(), DeskError> {
        self.write_report(percent, note, files).await?;
        self.window.click("[data-test=report-save]").await?;
        self.window.wait_gone("[data-test=report-form]").await?;
        self.window.wait_says("[data-test=report-entry]", note).await
    }

    /// Fills the form of a report and leaves it open.
    pub(super) async fn write_report(&self, percent: &str, note: &str, files: &[PathBuf]) -> Result<(), DeskError> {
        let window = &self.window;
        window.click("[data-test=report]").await?;
        window.write_over("[name=percent]", percent).await?;
        window.type_into("[name=note]", note).await?;
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            window.upload("[data-test=files]", std::slice::from_ref(file)).await?;
            window.wait_says("[data-test=handed]", &name).await?;
        }
        Ok(())
    }

    /// A photo of five million bytes that the page can show.
    pub(super) fn photo(&self, name: &str) -> Result<PathBuf, DeskError> {
        let mut bytes = PICTURE.to_vec();
        // Nothing in it can be compressed: xorshift64* (Vigna 2014).
        let mut z = 2017_u64;
        while bytes.len() < 5_000_000 {
            z ^= z >> 12;
            z ^= z << 25;
            z ^= z >> 27;
            bytes.extend(z.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
        }
        self.desk.lay_ready(name, &bytes)
    }

    /// Opens the attachment that is shown, waits until its picture is painted, and saves it.
    pub(super) async fn save_the_photo(&self) -> Result<PathBuf, DeskError> {
        self.window.click("[data-test=attachment]").await?;
        self.window.wait("dialog[open] img").await?;
        let painted = "const picture = document.querySelector('dialog[open] img');
            await picture.decode(); return picture.naturalWidth;";
        assert_eq!(
            self.window.script(painted, Value::Null).await?,
            128,
            "the picture is shown"
        );
        let before = self.desk.saved()?;
        self.window.click("[data-test=keep]").await?;
        let saved = self.saved_since(&before, "body").await?;
        self.window.click("dialog[open] .primary").await?;
        Ok(saved)
    }

    /// Makes a bundle for the unit that the page offers, and gives the file.
    pub(super) async fn export(&self) -> Result<PathBuf, DeskError> {
        let before = self.desk.saved()?;
        self.window.click("[data-test=export]").await?;
        self.saved_since(&before, "[data-test=exported].good").await
    }

    /// Hands a bundle over, and gives what the page says became of it.
    pub(super) async fn hand_over(&self, bundle: &Path, outcome: &str) -> Result<String, DeskError> {
        self.go("bundles").await?;
        // What became of the one before is cleared, so that nothing old is read.
        self.window
            .script(
                "document.querySelector('[data-test=receive] > button.plain')?.click()",
                Value::Null,
            )
            .await?;
        self.window.wait_gone("[data-test=receive] .outcome").await?;
        self.window.upload("[data-test=bundle]", &[bundle.to_owned()]).await?;
        self.window.text_of(&format!("[data-test={outcome}]")).await
    }

    /// Waits until this place names a file that was not saved before, and gives it.
    pub(super) async fn saved_since(&self, before: &[PathBuf], place: &str) -> Result<PathBuf, DeskError> {
        // The page names the file once it is whole.
        self.window.wait_says(place, "/dialogs/save/").await?;
        let told = self.window.text_of(place).await?;
        let mut fresh = self.desk.saved()?;
        fresh.retain(|file| !before.contains(file) && told.contains(&*file.to_string_lossy()));
        match <[PathBuf; 1]>::try_from(fresh) {
            Ok([file]) => Ok(file),
            Err(files) => Err(DeskError::Window(format!(
                "one file was to be saved: {files:?}: {told}"
            ))),
        }
    }

    /// Holds the totals page against what must be counted, as of a day.
    pub(super) async fn totals_are_those_expected(&self, as_of: [&str; 2]) -> Result<(), DeskError> {
        let [iso, written] = as_of;
        let expected = &expected()[iso];
        self.go("totals").await?;
        self.window.write_over("[data-test=totals-as-of]", written).await?;
        // Leaving the field is what makes it count.
        self.window.click("h1").await?;
        self.window.wait_says("[data-test=totals-heading]", written).await?;
        let shown = "const number = (name) => Number(document.querySelector(`[data-test=all-${name}]`).textContent);
            return { tong: number('total'), ht_dung_han: number('done_on_time'), ht_qua_han: number('done_late'),
                chua_trong_han: number('open_in_time'), chua_qua_han: number('open_overdue'),
                chua_khong_han: number('open_without_deadline') };";
        assert_eq!(&self.window.script(shown, json!({})).await?, expected, "as of {iso}");
        Ok(())
    }
}

impl Office {
    /// The totals of the page that is open, broken down in another way: how many tasks stand under each name, once
    /// this name is among them.
    pub(super) async fn totals_by(&self, way: &str, name: &str) -> Result<Value, DeskError> {
        let counted = "const choice = document.querySelector('[data-test=totals-by]');
            choice.value = arguments.way;
            choice.dispatchEvent(new Event('change', { bubbles: true }));
            for (;;) {
                const rows = [...document.querySelectorAll('[data-test=totals] tbody tr')].map((row) => row.cells);
                const counts = Object.fromEntries(rows.map((cells) => [cells[1].textContent.trim(), Number(cells[2].textContent)]));
                if (arguments.name in counts) return counts;
                await new Promise(requestAnimationFrame);
            }";
        self.window.script(counted, json!({ "way": way, "name": name })).await
    }
}

/// What must be counted.
pub(super) fn expected() -> Value {
    serde_json::from_str(EXPECTED).unwrap_or_default()
}
