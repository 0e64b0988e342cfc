//! Everything that leaves the process is searched for the clear values and the keys: both streams, files that are
//! left, and what programs that are started get to see.

use std::path::{Path, PathBuf};

use super::{recipient, text};
use crate::support::context::{Context, Run};

/// Values that only exist in clear text, and as base64.
const VALUES: [&str; 4] = [
    "hunter2-marker",
    "aHVudGVyMi1tYXJrZXI",
    "second-marker-5150",
    "c2Vjb25kLW1hcmtlci01MTUw",
];

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: leak\nstringData:\n  a: hunter2-marker\n  b: second-marker-5150\n";

/// An editor that writes down its arguments and environment, then runs `sed` with the program it was given.
const EDITOR: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$SEEN/arguments\"\nenv | grep -v ^SOPS_AGE_KEY= > \"$SEEN/environment\"\nls -ld \"$(dirname \"$2\")\" \"$2\" > \"$SEEN/modes\"\nexec sed -i \"$1\" \"$2\"\n";

struct World {
    context: Context,
    secrets: Vec<String>,
}

impl World {
    fn new() -> Self {
        let key = text("keys/test.txt");
        let identity = key.lines().last().unwrap().to_owned();
        let context = Context::new()
            .env("SOPS_AGE_KEY_FILE", "keys.txt")
            .file("keys.txt", key)
            .file("editor.sh", EDITOR)
            .file("clear.yaml", SECRET);
        let seen = context.work().join("seen");
        std::fs::create_dir(&seen).unwrap();
        let context = context.env("SEEN", seen.display().to_string());
        let mut secrets: Vec<String> = VALUES.iter().map(|value| (*value).to_owned()).collect();
        secrets.push(identity);
        let world = Self { context, secrets };
        let age = recipient("test");
        let line = [
            "workload",
            "cipher",
            "encrypt",
            "--encrypted-regex",
            "^stringData$",
            "--age",
        ];
        let sealed = world
            .context
            .ksail(line.iter().copied().chain([age.as_str(), "clear.yaml"]));
        let sealed = sealed.expect(0);
        std::fs::write(world.context.work().join("sealed.yaml"), &sealed.stdout).unwrap();
        std::fs::remove_file(world.context.work().join("clear.yaml")).unwrap();
        world.check_run(&sealed);
        world
    }

    fn run(&self, arguments: &[&str], code: i32) -> Run {
        let run = self.context.ksail(arguments).expect(code);
        self.check_run(&run);
        self.check_files();
        run
    }

    fn check(&self, place: &str, text: &str) {
        for secret in &self.secrets {
            assert!(
                !text.contains(secret.as_str()),
                "{place} holds a secret:\n{text}"
            );
        }
    }

    fn check_run(&self, run: &Run) {
        self.check("stdout", &run.stdout);
        self.check("stderr", &run.stderr);
    }

    fn check_files(&self) {
        let mut folders = vec![self.context.work(), self.context.home()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("keys.txt") {
                    let bytes = std::fs::read(&path).unwrap();
                    self.check(
                        &path.display().to_string(),
                        &String::from_utf8_lossy(&bytes),
                    );
                }
            }
        }
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.context.work().join(name), content).unwrap();
    }
}

/// Directories of editors that were not removed.
fn left_behind() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/dev/shm") else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("ksail-edit-")
        })
        .filter(|path| holds_marker(path))
        .collect()
}

fn holds_marker(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut files| {
        files.any(|file| {
            std::fs::read_to_string(file.unwrap().path()).is_ok_and(|text| text.contains("hunter2"))
        })
    })
}

#[test]
fn rotating_and_failing_show_nothing() {
    let world = World::new();
    let sealed = world.context.read("sealed.yaml");
    world.run(&["workload", "cipher", "rotate", "sealed.yaml"], 0);
    world.run(&["workload", "cipher", "rotate", "-i", "sealed.yaml"], 0);
    let value = sealed
        .lines()
        .find(|line| line.contains("  a: ENC"))
        .unwrap();
    for (name, damaged) in [
        ("clear", sealed.replace(value, "    a: hunter2-marker")),
        ("type", sealed.replace("type:str", "type:int")),
        ("key", sealed.replace("    a: ENC", "    hunted: ENC")),
        ("mac", sealed.replace("name: leak", "name: other")),
        ("yaml", sealed.replace(value, "  a: \"hunter2-marker")),
        (
            "twice",
            sealed.replace(value, "    a: hunter2-marker\n    a: hunter2-marker"),
        ),
    ] {
        world.write("damaged.yaml", &damaged);
        for command in ["decrypt", "rotate"] {
            let run = world
                .context
                .ksail(["workload", "cipher", command, "damaged.yaml"])
                .expect(1);
            world.check_run(&run);
            assert!(run.stderr.starts_with("error: "), "{name}: {}", run.stderr);
        }
        let run = world
            .context
            .ksail(["workload", "build", "damaged.yaml"])
            .expect(1);
        world.check_run(&run);
    }
    std::fs::remove_file(world.context.work().join("damaged.yaml")).unwrap();
    world.check_files();
}

#[test]
fn texts_that_do_not_parse_are_not_quoted() {
    let world = World::new();
    let age = recipient("test");
    for (name, content) in [
        ("a.yaml", "a: \"hunter2-marker\n"),
        ("b.yaml", "hunter2-marker\n"),
        ("c.json", "{\"a\": hunter2-marker}"),
        ("d.env", "hunter2-marker\n"),
        ("e.ini", "hunter2-marker\n"),
    ] {
        world.write(name, content);
        let run = world
            .context
            .ksail(["workload", "cipher", "encrypt", "--age", &age, name])
            .expect(1);
        world.check_run(&run);
    }
}

#[test]
fn editors_see_a_private_file_that_goes_away() {
    let world = World::new();
    let context = world
        .context
        .env("SOPS_EDITOR", "sh editor.sh s/5150/5151/");
    let world = World { context, ..world };
    world.run(&["workload", "cipher", "edit", "sealed.yaml"], 0);
    let modes = world.context.read("seen/modes");
    assert!(modes.contains("drwx------"), "{modes}");
    assert!(modes.contains("-rw-------"), "{modes}");
    assert_eq!(left_behind(), Vec::<PathBuf>::new());
}

#[test]
fn edits_that_fail_leave_nothing_behind() {
    for program in ["s/^kind:/[kind:/", "nonsense"] {
        let world = World::new();
        let editor = format!("sh editor.sh {program}");
        let context = world.context.env("SOPS_EDITOR", editor);
        let world = World { context, ..world };
        world.run(&["workload", "cipher", "edit", "sealed.yaml"], 1);
        assert_eq!(left_behind(), Vec::<PathBuf>::new());
    }
}
