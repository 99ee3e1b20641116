//! `chidao serve`: the page in a browser on this very machine, over the same use cases as the desktop window. The server
//! itself is [`chidao_loopback`]'s; here it is started, and told to stop.

use crate::arguments::Serve;
use crate::edges;
use chidao_app::api::{Nothing, Unlock, UseCases, VaultState};
use chidao_app::{App, AppError};
use chidao_loopback::{Entrance, Listening, Page};
use std::io::Write;
use std::path::Path as FilePath;
use std::sync::Arc;

/// Serves until it is told to stop.
///
/// # Errors
/// `page_missing`, `port_unusable`; with a passphrase given, what opening the vault answers.
pub(crate) fn run(app: App, asked: &Serve, passphrase_file: Option<&FilePath>) -> Result<(), AppError> {
    let given = match passphrase_file {
        Some(file) => Some(edges::passphrase(Some(file))?),
        None => edges::passphrase_set(),
    };
    match given {
        Some(passphrase) => run_unlocked(app, asked, &passphrase),
        None => serve(app, asked),
    }
}

/// Serves with the vault opened at the start, if there is one.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_unlocked(app: App, asked: &Serve, passphrase: &str) -> Result<(), AppError> {
    if app.session(Nothing {})?.vault == VaultState::Locked {
        app.unlock(Unlock {
            passphrase: passphrase.to_owned(),
        })?;
    }
    serve(app, asked)
}

fn serve(app: App, asked: &Serve) -> Result<(), AppError> {
    let page = Page::find(asked.ui.as_deref())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| AppError::internal("runtime", &error))?;
    runtime.block_on(listen(app, page, asked.port))
}

async fn listen(app: App, page: Page, port: u16) -> Result<(), AppError> {
    let listening = Listening::on(port).await?;
    let once = token();
    let entrance = Arc::new(Entrance::new(token()));
    entrance.expect(once.clone());
    // Whoever started this reads the address from a pipe, so it must leave at once.
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", chidao_loopback::address(listening.port(), &once))
        .and_then(|()| out.flush())
        .map_err(|error| {
            AppError::new("file_not_written")
                .with("path", "stdout")
                .with("detail", error)
        })?;
    drop(out);
    listening.serve(Arc::new(app), page, entrance, told_to_stop()).await
}

fn token() -> String {
    let mut bytes = [0_u8; 32];
    edges::fill_random(&mut bytes);
    chidao_loopback::token(bytes)
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
            return;
        }
    }
    // Where no signal can be heard, it serves until it is killed.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}
