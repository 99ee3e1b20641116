//! The end of the program: nothing more is taken up, and what is under way is waited for.
//!
//! The databases' library clears its keys and masks away when the process ends; a thread that still used them would
//! fall, and with it the program, in front of the person who closed it.

use crate::host::Host;
use chidao_app::AppError;
use chidao_app::api::{Progress, ReadyFile};
use serde_json::Value;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An application whose calls under way are counted.
pub(crate) struct Counted {
    host: Arc<dyn Host>,
    state: Mutex<State>,
    fewer: Condvar,
}

#[derive(Default)]
struct State {
    under_way: usize,
    ending: bool,
}

/// One call under way, until it is dropped.
struct Call<'a>(&'a Counted);

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.locked().under_way -= 1;
        self.0.fewer.notify_all();
    }
}

impl Counted {
    pub(crate) fn new(host: Arc<dyn Host>) -> Counted {
        Counted {
            host,
            state: Mutex::default(),
            fewer: Condvar::new(),
        }
    }

    /// Refuses every later call, stops long work, and waits at most so long until no call is under way; tells whether
    /// none is. What is left then is left to its transaction.
    pub(crate) fn end(&self, limit: Duration) -> bool {
        self.locked().ending = true;
        self.host.stop_work();
        let waited = self
            .fewer
            .wait_timeout_while(self.locked(), limit, |state| state.under_way > 0);
        waited.is_ok_and(|(_, waited)| !waited.timed_out())
    }

    fn begin(&self) -> Result<Call<'_>, AppError> {
        let mut state = self.locked();
        if state.ending {
            return Err(AppError::internal("seam", &"the program is ending"));
        }
        state.under_way += 1;
        Ok(Call(self))
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for Counted {
    fn call(&self, request: &Value) -> Result<Value, AppError> {
        let _call = self.begin()?;
        self.host.call(request)
    }

    fn stage(&self, name: &str, bytes: &mut dyn Read) -> Result<ReadyFile, AppError> {
        let _call = self.begin()?;
        self.host.stage(name, bytes)
    }

    fn file(&self, token: &str) -> Result<ReadyFile, AppError> {
        let _call = self.begin()?;
        self.host.file(token)
    }

    fn read_file(&self, token: &str, out: &mut dyn Write) -> Result<u64, AppError> {
        let _call = self.begin()?;
        self.host.read_file(token, out)
    }

    fn on_progress(&self, hearer: Box<dyn Fn(Progress) + Send + Sync>) {
        self.host.on_progress(hearer);
    }

    fn stop_work(&self) {
        self.host.stop_work();
    }

    fn save_file(&self, token: &str, path: &Path) -> Result<(), AppError> {
        let _call = self.begin()?;
        self.host.save_file(token, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// An application whose call goes on until it is told to stop, and says when it began.
    struct Long {
        began: Sender<()>,
        stopped: Sender<()>,
        stop: Mutex<Receiver<()>>,
    }

    impl Host for Long {
        fn call(&self, _: &Value) -> Result<Value, AppError> {
            self.began.send(()).unwrap();
            self.stop.lock().unwrap().recv().unwrap();
            Ok(Value::Null)
        }
        fn stage(&self, _: &str, _: &mut dyn Read) -> Result<ReadyFile, AppError> {
            Err(AppError::new("file_gone"))
        }
        fn file(&self, _: &str) -> Result<ReadyFile, AppError> {
            Err(AppError::new("file_gone"))
        }
        fn read_file(&self, _: &str, _: &mut dyn Write) -> Result<u64, AppError> {
            Err(AppError::new("file_gone"))
        }
        fn on_progress(&self, _: Box<dyn Fn(Progress) + Send + Sync>) {}
        fn stop_work(&self) {
            self.stopped.send(()).unwrap();
        }
        fn save_file(&self, _: &str, _: &Path) -> Result<(), AppError> {
            Err(AppError::new("file_gone"))
        }
    }

    #[test]
    fn the_program_ends_only_once_no_call_is_under_way() {
        let (began, begun) = channel();
        let (go_on, stop) = channel();
        let (stopped, told) = channel();
        let counted = Arc::new(Counted::new(Arc::new(Long {
            began,
            stopped,
            stop: Mutex::new(stop),
        })));
        let calling = Arc::clone(&counted);
        let call = std::thread::spawn(move || calling.call(&Value::Null));
        begun.recv().unwrap();
        assert!(!counted.end(Duration::ZERO), "a call is under way");
        told.recv().unwrap();
        let refused = counted.call(&Value::Null).unwrap_err();
        assert_eq!(refused.code, "internal", "nothing more is taken up");
        let ending = Arc::clone(&counted);
        let ending = std::thread::spawn(move || ending.end(Duration::from_secs(600)));
        told.recv().unwrap();
        go_on.send(()).unwrap();
        call.join().unwrap().unwrap();
        assert!(ending.join().unwrap());
    }
}
