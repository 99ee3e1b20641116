//! What tells this machine from others: part of a home's identity, so that a copied home is known as one.
//!
//! Every program that opens a home must say the same of one machine, or the other's home looks copied and begins a new
//! epoch. So the rule stands here once; the asking itself is the caller's.

use std::path::Path;

/// Files in which a system keeps its own identity, the surest first.
const FILES: [&str; 3] = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostname"];
/// Where Windows keeps the identity that it gave the machine when it was installed: below `HKEY_LOCAL_MACHINE`, key and value.
/// Names are no identity there: offices call their machines alike.
pub const WINDOWS: (&str, &str) = (r"SOFTWARE\Microsoft\Cryptography", "MachineGuid");
/// The variable in which Windows names the machine.
const NAME: &str = "COMPUTERNAME";
/// What systemd writes into an image before the machine has an identity: every such machine would be the same.
const NOT_YET: &str = "uninitialized";
/// What a machine is called that tells nothing of itself.
const NAMELESS: &str = "máy không tên";

/// The identity of this machine, for as long as its system lives: the system's own, or else its name. `file` reads a
/// file, `registry` what Windows keeps at [`WINDOWS`], `variable` a variable of the environment.
pub fn identity(
    file: impl Fn(&Path) -> Option<String>,
    registry: impl FnOnce() -> Option<String>,
    variable: impl Fn(&str) -> Option<String>,
) -> String {
    let told = FILES
        .iter()
        .filter_map(|path| file(Path::new(path)))
        .chain(registry())
        .chain(variable(NAME));
    told.map(|text| text.trim().to_owned())
        .find(|text| !text.is_empty() && text != NOT_YET)
        .unwrap_or_else(|| NAMELESS.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)], name: Option<&str>) -> String {
        let text = |path: &Path| {
            let found = files.iter().find(|(file, _)| Path::new(file) == path)?;
            Some(found.1.to_owned())
        };
        let none = || None;
        identity(text, none, |asked| {
            name.filter(|_| asked == "COMPUTERNAME").map(str::to_owned)
        })
    }

    #[test]
    fn the_systems_own_identity_comes_before_names() {
        let all = [("/etc/machine-id", "8c1f\n"), ("/etc/hostname", "yenthe-vp-02\n")];
        assert_eq!(told(&all, Some("YENTHE")), "8c1f");
        assert_eq!(told(&all[1..], Some("YENTHE")), "yenthe-vp-02");
        assert_eq!(told(&[], Some(" YENTHE ")), "YENTHE");
    }

    #[test]
    fn windows_own_identity_comes_before_its_name() {
        let registry = || Some("9f2c41d0-77aa".to_owned());
        let name = |_: &str| Some("YENTHE".to_owned());
        assert_eq!(identity(|_| None, registry, name), "9f2c41d0-77aa");
    }

    #[test]
    fn what_is_no_identity_is_passed_over() {
        let image = [
            ("/etc/machine-id", "uninitialized\n"),
            ("/var/lib/dbus/machine-id", "\n"),
        ];
        assert_eq!(told(&image, Some("YENTHE")), "YENTHE");
        assert_eq!(told(&image, None), "máy không tên");
    }
}
