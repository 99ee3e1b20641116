//! Updates of the program without a network.
//!
//! An update comes inside a bundle (`in_bundles`) or as a file that a person hands over, signed by the maker of the program
//! (`UPDATE.md` beside the bundle's crate). It is verified and kept on the [`shelf`], offered, and, once a person asks for
//! it, laid ready ([`package`]) with a backup and a copy of the former program. The next start puts it in place
//! ([`carrying_out`]); the first opening of the data tries it out ([`first_opening`]), and if it cannot, the start after that
//! puts the former program and the data back. How far this has come stands on the disk ([`plan`]).
//!
//! The window is shut between asking and installing, so that nothing is written after the backup.

mod carrying_out;
mod first_opening;
mod ground;
pub(crate) mod in_bundles;
mod installation;
mod making;
mod package;
mod plan;
mod shelf;

pub use carrying_out::{CarriedOut, carry_out, former_program, give_up, is_due, last_reason};
pub use ground::{Ground, Machine};
pub use installation::{Installation, platform};
pub use making::{Asked, pack};

use crate::AppError;
use crate::api::*;
use crate::home::App;
use crate::work::Watch;
use chidao_bundle::update::UpdateManifest;
use chidao_ledger::store::STORE_VERSION;
use plan::{Phase, Plan, State};
use shelf::Known;
pub(crate) use shelf::Shelved;

/// Kinds that are put in place by the program itself; others by the system's own installer.
const BY_ITSELF: [&str; 2] = ["installer", "portable"];

impl App {
    /// The same application, which knows how its program came here.
    #[must_use]
    pub fn with_installation(mut self, installation: Installation) -> App {
        if cfg!(windows) && installation.kind.is_some() {
            ground::tidy(&installation.folder);
        }
        self.installation = installation;
        self
    }

    /// Why an update is not installed here, if so.
    fn unfit(&self, manifest: &UpdateManifest, id: &str) -> Option<AppError> {
        let own = &self.installation;
        let of = |code: &str| {
            AppError::new(code)
                .with("version", manifest.version)
                .with("own", own.version)
        };
        if manifest.version <= own.version {
            return Some(of("update_not_newer"));
        }
        if manifest.platform != own.platform {
            return Some(of("update_other_platform").with("platform", &manifest.platform));
        }
        let Some(kind) = &own.kind else {
            return Some(of("update_not_installed_so"));
        };
        if manifest.kind != *kind {
            return Some(of("update_other_kind").with("kind", &manifest.kind));
        }
        if i64::from(manifest.least_store) > STORE_VERSION {
            return Some(of("update_between"));
        }
        if plan::read(&self.home).failed.iter().any(|failed| failed == id) {
            return Some(of("update_failed_before"));
        }
        None
    }

    fn update_row(&self, manifest: &UpdateManifest, id: &str, size: u64, known: Known) -> UpdateRow {
        UpdateRow {
            id: id.to_owned(),
            version: manifest.version.to_string(),
            platform: manifest.platform.clone(),
            kind: manifest.kind.clone(),
            size,
            made_at: manifest.at.clone(),
            news_vi: manifest.news.vi.clone(),
            news_en: manifest.news.en.clone(),
            brought_by: known.brought_by,
            brought_at: known.at,
            unfit: self.unfit(manifest, id).map(|error| error.code),
            carried_on: known.carried_on,
        }
    }

    fn shelved_row(&self, shelved: Shelved) -> UpdateRow {
        let Shelved {
            id, size, head, known, ..
        } = shelved;
        self.update_row(&head.manifest, &id, size, known)
    }

    pub(crate) fn do_updates(&self) -> Result<Updates, AppError> {
        let open = self.opened()?;
        let State { plan, last, .. } = plan::read(&self.home);
        let ready = plan.filter(|plan| plan.phase == Phase::Ready);
        Ok(Updates {
            version: self.installation.version.to_string(),
            platform: self.installation.platform.clone(),
            kind: self.installation.kind.clone(),
            takes: self.installation.key.is_some(),
            rows: self
                .shelf(&open)?
                .into_iter()
                .map(|one| self.shelved_row(one))
                .collect(),
            ready: ready.map(|plan| plan.to.to_string()),
            last: last.map(|last| UpdateEnded {
                from: last.from.to_string(),
                to: last.to.to_string(),
                reason: last.reason,
                at: last.at,
            }),
        })
    }

    /// Verifies an update file and tells what it is. Keeps nothing.
    pub(crate) fn do_update_look(&self, request: &FileRef, watch: &mut Watch<'_>) -> Result<UpdateRow, AppError> {
        self.update_key()?;
        let path = self.handed_update(&request.file)?;
        let gone = |_| AppError::new("file_gone").with("file", &request.file);
        let mut file = std::fs::File::open(&path).map_err(gone)?;
        let (head, id) = self.verify_update(&mut file, watch)?;
        let size = self.file(&request.file)?.size;
        Ok(self.update_row(&head.manifest, &id.to_string(), size, Known::default()))
    }

    /// Keeps an update that a person handed over.
    pub(crate) fn do_update_keep(&self, request: &FileRef, watch: &mut Watch<'_>) -> Result<Updates, AppError> {
        let open = self.opened()?;
        let row = self.do_update_look(request, watch)?;
        let path = self.handed_update(&request.file)?;
        let id = row.id.parse().map_err(|error| AppError::internal("update", &error))?;
        self.put_on_shelf(&open, &path, id, "", watch)?;
        self.drop_staged(&request.file);
        self.do_updates()
    }

    pub(crate) fn do_update_forget(&self, request: &UpdateRef) -> Result<Updates, AppError> {
        self.take_off_shelf(&*self.opened()?, &request.id)?;
        self.do_updates()
    }

    pub(crate) fn do_update_carry(&self, request: &UpdateCarry) -> Result<Updates, AppError> {
        let open = self.opened()?;
        let shelved = self.shelved(&open, &request.id)?;
        self.note_update(&open, &shelved.id, |known| {
            known.carried_on = request.on;
            known.sent.clear();
        })?;
        self.do_updates()
    }

    /// The update file, or the package in it, to be saved.
    pub(crate) fn do_update_take(&self, request: &UpdateTake, watch: &mut Watch<'_>) -> Result<ReadyFile, AppError> {
        let open = self.opened()?;
        let shelved = self.shelved(&open, &request.id)?;
        match request.package {
            true => self.package_taken(&shelved, watch),
            false => self.linked(&shelved.path, &shelved.head.manifest.file_name()),
        }
    }

    fn package_taken(&self, shelved: &Shelved, watch: &mut Watch<'_>) -> Result<ReadyFile, AppError> {
        let failed = |error: std::io::Error| AppError::of_writing("file_not_written", &error).retryable();
        // In a folder of its own: the package keeps its name until it is saved.
        let folder = self
            .staging
            .folder
            .join(chidao_domain::ids::to_hex(&self.random::<16>()));
        std::fs::create_dir(&folder).map_err(failed)?;
        let path = self.take_out(shelved, &folder, watch)?;
        let size = shelved.head.manifest.size;
        Ok(self.keep_staged(&shelved.head.manifest.file, size, crate::staging::Place::File(path)))
    }

    /// Lays an update ready: verified once more, a backup made, the former program copied. Then the vault is shut, and the
    /// next start installs it.
    pub(crate) fn do_update_install(
        &self,
        request: &UpdateRef,
        watch: &mut Watch<'_>,
    ) -> Result<UpdateReady, AppError> {
        self.update_key()?;
        let open = self.opened()?;
        let shelved = self.shelved(&open, &request.id)?;
        let manifest = shelved.head.manifest.clone();
        if let Some(unfit) = self.unfit(&manifest, &shelved.id) {
            return Err(unfit);
        }
        let version = manifest.version.to_string();
        if !BY_ITSELF.contains(&manifest.kind.as_str()) {
            return Ok(UpdateReady {
                version,
                backup: None,
                package: Some(self.package_taken(&shelved, watch)?),
            });
        }
        let laid = self.lay_ready(&shelved, watch)?;
        let mut state = plan::read(&self.home);
        state.plan = Some(Plan {
            from: self.installation.version,
            to: manifest.version,
            update: shelved.id.clone(),
            kind: manifest.kind,
            program: self.installation.folder.clone(),
            files: laid.files,
            added: laid.added,
            package: manifest.file,
            backup: String::new(),
            phase: Phase::Staged,
            tries: 1,
            touched: false,
            reason: String::new(),
            at: self.now_text(),
        });
        plan::write(&self.home, &state, &Machine)?;
        // From here on nothing is written until the new program is in place: the backup is all there is.
        let backup = self.backup_before_update(&open, watch)?;
        drop(open);
        if let Some(plan) = &mut state.plan {
            plan.backup = backup.clone();
            plan.phase = Phase::Ready;
        }
        plan::write(&self.home, &state, &Machine)?;
        self.do_lock()?;
        Ok(UpdateReady {
            version,
            backup: Some(backup),
            package: None,
        })
    }

    /// A person has seen how the last installation ended.
    pub(crate) fn do_update_seen(&self) -> Result<Updates, AppError> {
        let mut state = plan::read(&self.home);
        state.last = None;
        plan::write(&self.home, &state, &Machine)?;
        self.do_updates()
    }
}

#[cfg(test)]
mod tests;
