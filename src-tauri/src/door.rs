//! The door at which a second start knocks, so that the first window comes forward instead of a second one being
//! refused.
//!
//! The first window listens on 127.0.0.1 and writes into its home where, with a secret that only who may read the home
//! can know. A knock is the secret and the path of the file to open, each a line; the answer is one line.

use crate::edges;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the first window writes its door.
const DOOR: &str = "window.door";
/// The answer to whoever knows the secret.
const COMING: &str = "coming";
/// The longest a knock may be, in bytes: a path of Windows has at most 32767 letters.
const LONGEST: u64 = 128 << 10;
/// How long either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(3);

/// The door of the first window; taken away when dropped.
#[derive(Debug)]
pub(crate) struct Door {
    file: PathBuf,
    listener: TcpListener,
    secret: String,
}

/// Takes the way to the door away.
#[derive(Debug)]
pub(crate) struct Sign(PathBuf);

impl Drop for Sign {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Door {
    /// Opens the door of a home that this window holds.
    ///
    /// # Errors
    /// When no port or file can be had; the program works all the same.
    pub(crate) fn open(home: &Path) -> io::Result<Door> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut random = [0_u8; 32];
        edges::fill_random(&mut random);
        let secret = chidao_loopback::token(random);
        let file = home.join(DOOR);
        fs::write(&file, format!("{}\n{secret}\n", listener.local_addr()?.port()))?;
        Ok(Door { file, listener, secret })
    }

    /// Tells every knock from now on, from a thread of its own: the file to open, if one is. The sign must be kept as long
    /// as the window stands.
    pub(crate) fn attend(self, knocked: impl Fn(Option<PathBuf>) + Send + 'static) -> Sign {
        let sign = Sign(self.file);
        let (listener, secret) = (self.listener, self.secret);
        std::thread::spawn(move || {
            for visitor in listener.incoming().flatten() {
                // Whoever goes away or does not know the secret is no visitor.
                if let Ok(Some(file)) = hear(visitor, &secret) {
                    knocked(file);
                }
            }
        });
        sign
    }
}

/// What a visitor wants; nothing of one who does not know the secret.
fn hear(mut visitor: TcpStream, secret: &str) -> io::Result<Option<Option<PathBuf>>> {
    visitor.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new((&visitor).take(LONGEST)).lines();
    let (told, file) = (lines.next().transpose()?, lines.next().transpose()?);
    if told.as_deref() != Some(secret) {
        return Ok(None);
    }
    writeln!(visitor, "{COMING}")?;
    Ok(Some(file.filter(|file| !file.is_empty()).map(PathBuf::from)))
}

/// Knocks at the door of the window that holds a home. Whether it comes.
pub(crate) fn knock(home: &Path, file: Option<&Path>) -> bool {
    ask(home, file).is_ok_and(|coming| coming)
}

fn ask(home: &Path, file: Option<&Path>) -> io::Result<bool> {
    let text = fs::read_to_string(home.join(DOOR))?;
    let mut lines = text.lines();
    let (Some(port), Some(secret)) = (lines.next().and_then(|port| port.parse().ok()), lines.next()) else {
        return Ok(false);
    };
    let mut door = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    door.set_read_timeout(Some(PATIENCE))?;
    let file = file.map(std::path::absolute).transpose()?.unwrap_or_default();
    writeln!(door, "{secret}\n{}", file.to_str().unwrap_or_default())?;
    let mut answer = String::new();
    BufReader::new(door.take(LONGEST)).read_line(&mut answer)?;
    Ok(answer.trim_end() == COMING)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_second_start_is_heard_with_the_file_that_it_was_given() {
        let home = tempfile::tempdir().unwrap();
        assert!(!knock(home.path(), None), "nobody is there");
        let (to, from) = channel();
        let sign = Door::open(home.path())
            .unwrap()
            .attend(move |file| to.send(file).unwrap());
        assert!(knock(home.path(), None));
        assert_eq!(from.recv().unwrap(), None);
        let bundle = home.path().join("gói 1.chidao");
        assert!(knock(home.path(), Some(&bundle)));
        assert_eq!(from.recv().unwrap(), Some(bundle));
        drop(sign);
        assert!(!knock(home.path(), None), "the window is gone");
    }

    #[test]
    fn who_does_not_know_the_secret_is_not_heard() {
        let home = tempfile::tempdir().unwrap();
        let (to, from) = channel();
        let _sign = Door::open(home.path())
            .unwrap()
            .attend(move |file| to.send(file).unwrap());
        let door = home.path().join(DOOR);
        let text = fs::read_to_string(&door).unwrap();
        let port = text.lines().next().unwrap();
        fs::write(&door, format!("{port}\nguess\n")).unwrap();
        assert!(!knock(home.path(), Some(Path::new("x"))));
        fs::write(&door, "no port").unwrap();
        assert!(!knock(home.path(), None));
        fs::write(&door, &text).unwrap();
        assert!(knock(home.path(), None));
        assert_eq!(from.recv().unwrap(), None);
        assert!(from.try_recv().is_err());
    }
}
