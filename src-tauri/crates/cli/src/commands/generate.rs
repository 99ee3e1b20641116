//! Realistic data in any amount.

use crate::arguments::Generate;
use crate::print::{Output, words};
use chidao_app::generate::{self, Amount};
use chidao_app::{App, AppError};
use std::io::IsTerminal;

/// Makes the data; tells how far it is on a terminal's stderr.
pub(super) fn generate(app: &App, asked: &Generate, output: &mut Output) -> Result<(), AppError> {
    let amount = Amount {
        tasks: asked.tasks,
        edits: asked.edits,
        seed: asked.seed,
    };
    let shown = std::io::stderr().is_terminal();
    let mut progress = |tasks: u32, edits: u32| {
        if shown {
            eprint!("\r{tasks} nhiệm vụ, {edits} lần cập nhật ");
        }
    };
    let made = generate::generate(app, amount, &mut progress);
    if shown {
        eprintln!();
    }
    let made = made?;
    output.answer(&made, || {
        format!(
            "Đã sinh {} nhiệm vụ và {} lần cập nhật, hạt giống {}.",
            words::number(made.tasks),
            words::number(made.edits),
            made.seed
        )
    })
}
