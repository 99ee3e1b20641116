//! How long a place on the network is waited for, and how often it is asked again; and files that others hold.

use std::io;
use std::time::Duration;

/// Does something with a file, and may do it again as long as another program holds the file for a moment: virus scanners open
/// what was just written, and until they let go Windows refuses to rename or remove it. How long to wait, and for which
/// errors, is the caller's to know. [`once`] never tries again.
pub type Insist = fn(&mut dyn FnMut() -> io::Result<()>) -> io::Result<()>;

/// An [`Insist`] that takes the first answer.
///
/// # Errors
/// That of the one try.
pub fn once(act: &mut dyn FnMut() -> io::Result<()>) -> io::Result<()> {
    act()
}

/// What one request may take before the place counts as gone, and what is tried when it falters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the server's name to be found, and for the server to accept a connection.
    pub connect: Duration,
    /// How long a server may say nothing, and take nothing, in the middle of a request.
    pub silence: Duration,
    /// Before it is asked again, after the first failure; twice as long after the second, and so on.
    pub pause: Duration,
    /// How often one thing is tried, from the start or from where it broke.
    pub tries: u32,
}

impl Default for Patience {
    /// For the slow lines of a commune: a server that is there answers within these.
    fn default() -> Patience {
        Patience {
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(60),
            pause: Duration::from_secs(1),
            tries: 4,
        }
    }
}
