//! `cargo xtask test-windows`: what is built for Windows, run under Wine.

use super::toolchain::Toolchain;
use super::wine::Wine;
use super::{installed, updated};
use crate::counts::Counts;
use crate::dist::told;
use crate::pieces;
use crate::programs::{self, Failure, cargo, npm, program};
use crate::setup::{self, Purpose};
use crate::steps::{Steps, Stop};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The rooms whose own tests run as Windows programs.
const ROOMS: [&str; 8] = [
    "chidao-domain",
    "chidao-documents",
    "chidao-bundle",
    "chidao-mailbox",
    "chidao-ledger",
    "chidao-app",
    "chidao",
    "hostile",
];

/// The parts of the story that two offices tell together, the most telling first: bundles made by either program are opened
/// with stock tools, taken in by the other, answered, and both sides' digests compared.
const STORIES: [&str; 6] = [
    "carried::",
    "the_41::",
    "side_by_side::",
    "inspection::",
    "erased::",
    "refused::",
];

/// How much of it is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Whole,
    /// One story told both ways and one part of the page: what takes longest is left out.
    Short,
    /// One of [`PARTS`].
    Only(&'static str),
}

/// What can be run by itself.
pub(crate) const PARTS: [&str; 5] = ["stories", "rooms", "kills", "users", "page"];

impl Extent {
    /// The extent that the words after the command ask for.
    pub(crate) fn asked<W: AsRef<str>>(words: &[W]) -> Option<Extent> {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match words[..] {
            [] => Some(Extent::Whole),
            ["--short"] => Some(Extent::Short),
            ["--only", part] => PARTS.into_iter().find(|known| *known == part).map(Extent::Only),
            _ => None,
        }
    }

    fn has(&self, part: &str) -> bool {
        match self {
            Extent::Whole => true,
            Extent::Short => ["stories", "page"].contains(&part),
            Extent::Only(only) => *only == part,
        }
    }
}

/// Runs it; the last line printed is the total.
pub(crate) fn test(root: &Path, extent: &Extent) -> Result<ExitCode, Failure> {
    setup::prepare(root, Purpose::Test)?;
    setup::prepare_for_windows(root, Purpose::Test)?;
    let toolchain = Toolchain::ready(root)?;
    let wine = Wine::ready(root, &toolchain.folder, "wine")?;
    let bench = Bench { root, toolchain, wine };
    let mut steps = Steps::default();
    // The steps have told what went wrong; the summary tells it once more.
    let _: Result<(), Stop> = bench.run_all(&mut steps, extent);
    bench.wine.stop(root);
    println!("{}", steps.summary());
    Ok(if steps.all_passed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

struct Bench<'a> {
    root: &'a Path,
    toolchain: Toolchain,
    wine: Wine,
}

impl Bench<'_> {
    fn run_all(&self, steps: &mut Steps, extent: &Extent) -> Result<(), Stop> {
        let plain = |done: Result<(), Failure>| (Counts::default(), done);
        steps.step("Page: build", || plain(pieces::build_page(self.root)))?;
        steps.run("Windows: build", &mut self.terminal_program())?;
        let windows = self.terminal("windows-chidao", &self.toolchain.built("chidao.exe", false));
        let windows = match windows {
            Ok(path) => path,
            Err(failure) => return steps.step("Windows: start", || plain(Err(failure))).map(drop),
        };
        if extent.has("stories") {
            self.stories(steps, &windows, *extent == Extent::Short)?;
        }
        if extent.has("rooms") {
            steps.run("Windows: rooms", &mut self.rooms())?;
        }
        if extent.has("kills") {
            let mut crash = cargo(self.root);
            crash
                .args(["test", "--workspace", "--test", "kills"])
                .env("CHIDAO_BIN", &windows);
            steps.run("Windows: kills", self.wine.dress(&mut crash))?;
        }
        if extent.has("users") {
            let mut laid = None;
            let mut build = || super::dist(self.root).map(|made| laid = Some(made));
            steps.step("Windows: programs for users", || plain(build()))?;
            if let Some(laid) = laid {
                let check = || installed::check(self.root, &self.toolchain, &self.wine, &laid);
                steps.step("Windows: installer", || plain(check()))?;
                let check = || updated::check(self.root, &self.toolchain, &self.wine, &laid);
                steps.step("Windows: updates", || plain(check()))?;
            }
        }
        if extent.has("page") {
            self.page(steps, &windows, *extent == Extent::Short)?;
        }
        Ok(())
    }

    /// The province on one system and the district on the other, and the reverse.
    fn stories(&self, steps: &mut Steps, windows: &Path, short: bool) -> Result<(), Stop> {
        steps.run(
            "Linux: build",
            cargo(self.root).args(["build", "--workspace", "--bin", "chidao"]),
        )?;
        let linux = pieces::target(self.root).join("debug/chidao");
        let linux = linux.as_path();
        for (name, province, district) in [
            ("Story: Windows below Linux", linux, windows),
            ("Story: Linux below Windows", windows, linux),
        ] {
            let mut story = cargo(self.root);
            story
                .args(["test", "--workspace", "--test", "story", "--"])
                .args(if short { &STORIES[..1] } else { &STORIES[..] })
                .env("CHIDAO_BIN_H02", province)
                .env("CHIDAO_BIN_H02_15", district);
            steps.run(name, self.wine.dress(&mut story))?;
        }
        Ok(())
    }

    /// The page of the real Windows program, in Chromium, through its loopback host.
    fn page(&self, steps: &mut Steps, windows: &Path, short: bool) -> Result<(), Stop> {
        let mut pages = match short {
            true => {
                let mut node = program("node", &self.root.join("tests/browser"));
                node.args(["--test", "--test-timeout=600000", "tests/main_job.test.mjs"]);
                node
            }
            false => {
                let mut npm = npm(&self.root.join("tests/browser"));
                npm.arg("test");
                npm
            }
        };
        pieces::with_programs(self.root, &mut pages)
            .env("CHIDAO_BIN", windows)
            .env("CHIDAO_SYSTEM", "windows");
        steps.run("Windows: page", self.wine.dress(&mut pages))?;
        Ok(())
    }

    fn terminal_program(&self) -> Command {
        let mut build = self.toolchain.cargo(self.root, "build");
        build.args(["--package", "chidao"]);
        build
    }

    /// The tests of the rooms, as Windows programs.
    fn rooms(&self) -> Command {
        let mut test = self.toolchain.cargo(self.root, "test");
        for room in ROOMS {
            test.args(["--package", room]);
        }
        test.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine");
        self.wine.dress(&mut test);
        test
    }

    /// A program of this machine that starts a Windows program, so that tests can start it by one path.
    fn terminal(&self, name: &str, exe: &Path) -> Result<PathBuf, Failure> {
        let path = self.toolchain.folder.join(name);
        let script = format!("#!/bin/sh\nexec wine '{}' \"$@\"\n", exe.display());
        fs::write(&path, script).map_err(|error| told(&path, &error))?;
        programs::run(program("chmod", self.root).arg("+x").arg(&path))?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_form_leaves_out_what_takes_longest_and_a_part_is_run_alone() {
        let has = |words: &[&str]| {
            let extent = Extent::asked(words)?;
            Some(PARTS.map(|part| extent.has(part)))
        };
        assert_eq!(has(&[]), Some([true; 5]));
        assert_eq!(has(&["--short"]), Some([true, false, false, false, true]));
        assert_eq!(has(&["--only", "users"]), Some([false, false, false, true, false]));
        assert_eq!((has(&["--only", "nothing"]), has(&["--long"])), (None, None));
    }
}
