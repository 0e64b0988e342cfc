//! Whether a directory lies in memory, by the list of mounts that Linux keeps.

use std::path::{Path, PathBuf};

/// Whether the canonical path `directory` lies on a file system that is kept in memory. `mountinfo` is the content of
/// `/proc/self/mountinfo`.
pub(super) fn in_memory(mountinfo: &str, directory: &Path) -> bool {
    // Later mounts cover earlier ones at the same place.
    mountinfo
        .lines()
        .filter_map(mount)
        .filter(|(place, _)| directory.starts_with(place))
        .max_by_key(|(place, _)| place.components().count())
        .is_some_and(|(_, kind)| matches!(kind, "tmpfs" | "ramfs"))
}

/// Place and kind of the file system of one line: `36 35 98:0 /root /place options … - kind source options`.
fn mount(line: &str) -> Option<(PathBuf, &str)> {
    let (place, rest) = line.split_once(" - ")?;
    let place = place.split(' ').nth(4)?;
    let kind = rest.split(' ').next()?;
    Some((PathBuf::from(unescape(place)), kind))
}

/// Blanks and backslashes are written as octal numbers.
fn unescape(text: &str) -> String {
    text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
21 1 0:1 / / rw - overlay overlay rw
22 21 0:2 / /dev rw - tmpfs dev rw
23 22 0:3 / /dev/shm rw,nosuid shared:3 - tmpfs shm rw
24 21 8:1 / /run rw - ext4 /dev/sda rw
25 24 0:4 / /run/user\\0401 rw - ramfs none rw
";

    #[test]
    fn the_innermost_mount_decides() {
        for (path, expected) in [
            ("/dev/shm", true),
            ("/dev/shm/x", true),
            ("/dev/shmx", true),
            ("/run", false),
            ("/run/user 1", true),
            ("/tmp", false),
        ] {
            assert_eq!(in_memory(MOUNTS, Path::new(path)), expected, "{path}");
        }
        assert!(!in_memory("", Path::new("/dev/shm")));
    }
}
