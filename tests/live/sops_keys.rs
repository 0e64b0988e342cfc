//! Keys of SOPS, with the official sops on the other side: what one wraps, the other unwraps.

mod groups;
mod rules;
mod services;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::process::Ended;
use crate::support::{peer, run_for};

const PATIENCE: Duration = Duration::from_mins(1);

/// What is encrypted, and must come back.
const CLEAR: &str = "a: 1\nb: secret\n";

/// A home and a working directory with nothing of the developer's in them, and the programs on the path.
struct World {
    root: TempDir,
    env: Vec<(String, String)>,
}

impl World {
    fn new() -> Self {
        let root = TempDir::with_prefix("keys").unwrap();
        for name in ["home", "work"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let sops = peer("sops");
        let path = format!(
            "{}:{}",
            sops.parent().unwrap().display(),
            std::env::var("PATH").unwrap()
        );
        let env = vec![
            ("PATH".to_owned(), path),
            (
                "HOME".to_owned(),
                root.path().join("home").display().to_string(),
            ),
            ("SOPS_DISABLE_VERSION_CHECK".to_owned(), "1".to_owned()),
        ];
        let world = Self { root, env };
        world.file("clear.yaml", CLEAR);
        world
    }

    fn env(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
    }

    fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// Runs a program to its end.
    #[track_caller]
    fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Ended {
        let mut command = Command::new(program.as_ref());
        command
            .args(arguments)
            .env_clear()
            .envs(self.env.iter().cloned())
            .current_dir(self.work());
        run_for(command, PATIENCE)
    }

    #[track_caller]
    fn sops(&self, arguments: &[&str]) -> Ended {
        self.run(peer("sops"), arguments)
    }

    #[track_caller]
    fn cipher(&self, arguments: &[&str]) -> Ended {
        let mut all = vec!["workload", "cipher"];
        all.extend(arguments);
        self.run(env!("CARGO_BIN_EXE_ksail"), &all)
    }

    /// A new age identity in a file of this name; its recipient.
    fn age(&self, name: &str) -> String {
        self.run(peer("age-keygen"), &["-o", name]).expect(0);
        let recipient = self.run(peer("age-keygen"), &["-y", name]).expect(0).stdout;
        recipient.trim().to_owned()
    }

    /// A new ssh key in a file of this name; its recipient.
    fn ssh(&self, name: &str, kind: &str, passphrase: &str) -> String {
        let arguments = ["-q", "-t", kind, "-N", passphrase, "-C", "", "-f", name];
        self.run("ssh-keygen", &arguments).expect(0);
        self.read(&format!("{name}.pub")).trim().to_owned()
    }

    /// Encrypts with each program and decrypts with the other.
    #[track_caller]
    fn both_ways(&self, flags: &[&str]) {
        let with = |first: &[&'static str]| -> Vec<String> {
            let all = first.iter().chain(flags).map(|word| (*word).to_owned());
            all.chain(["clear.yaml".to_owned()]).collect()
        };
        let ours = with(&["encrypt"]);
        let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
        self.file("ours.yaml", self.cipher(&ours).expect(0).stdout);
        assert_eq!(self.sops(&["decrypt", "ours.yaml"]).expect(0).stdout, CLEAR);
        self.file("theirs.yaml", self.sops(&ours).expect(0).stdout);
        let clear = self.cipher(&["decrypt", "theirs.yaml"]).expect(0).stdout;
        assert_eq!(clear, CLEAR);
    }
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn age_recipients_of_every_native_kind_work_both_ways() {
    let mut world = World::new();
    let (native, other) = (world.age("native.txt"), world.age("other.txt"));
    let ed25519 = world.ssh("ed25519", "ed25519", "");
    let rsa = world.ssh("rsa", "rsa", "");
    let all = format!("{native},{other},{ed25519},{rsa}");
    for (variable, file) in [
        ("SOPS_AGE_KEY_FILE", "native.txt"),
        ("SOPS_AGE_KEY_FILE", "other.txt"),
        ("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "ed25519"),
        ("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "rsa"),
    ] {
        world.env.retain(|(name, _)| !name.starts_with("SOPS_AGE"));
        world.env(variable, file);
        world.both_ways(&["--age", &all]);
    }
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn post_quantum_recipients_work_through_sops() {
    let mut world = World::new();
    world
        .run(peer("age-keygen"), &["-pq", "-o", "pq.txt"])
        .expect(0);
    let recipient = world.run(peer("age-keygen"), &["-y", "pq.txt"]).expect(0);
    world.env("SOPS_AGE_KEY_FILE", "pq.txt");
    world.both_ways(&["--age", recipient.stdout.trim()]);
    world.env("PATH", "/usr/bin:/bin");
    let refused = world.cipher(&["decrypt", "theirs.yaml"]).expect(1);
    assert!(
        refused.stderr.contains("`sops` is not installed"),
        "{}",
        refused.stderr
    );
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn locked_keys_are_unlocked_at_a_terminal_and_named_without_one() {
    let mut world = World::new();
    let recipient = world.ssh("locked", "ed25519", "swordfish");
    world.env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "locked");
    let sealed = world
        .sops(&["encrypt", "--age", &recipient, "clear.yaml"])
        .expect(0);
    world.file("theirs.yaml", sealed.stdout);
    let refused = world.cipher(&["decrypt", "theirs.yaml"]).expect(1);
    let expected =
        "`SOPS_AGE_SSH_PRIVATE_KEY_FILE`: protected by a passphrase, and there is no terminal";
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);

    // `script` gives the program a terminal, and types what it is given. What is typed before the question is lost.
    let line = format!(
        "while sleep 1; do echo swordfish || exit; done | script -qec '{} workload cipher decrypt -o clear.out theirs.yaml' /dev/null",
        env!("CARGO_BIN_EXE_ksail")
    );
    let seen = world.run("sh", &["-c", &line]).expect(0);
    assert!(seen.stdout.contains("passphrase of"), "{}", seen.stdout);
    assert!(!seen.stdout.contains("secret"), "{}", seen.stdout);
    assert_eq!(world.read("clear.out"), CLEAR);
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn identities_that_ksail_makes_and_imports_are_those_of_sops() {
    let world = World::new();
    let recipient = world.cipher(&["keys", "generate"]).expect(0).stdout;
    let other = world.age("other.txt");
    world.cipher(&["import", "other.txt"]).expect(0);
    for recipient in [recipient.trim(), &other] {
        world.both_ways(&["--age", recipient]);
        let listed = world
            .cipher(&["keys", "list", "ours.yaml"])
            .expect(0)
            .stdout;
        assert!(listed.contains(&format!("{recipient}  yes")), "{listed}");
    }
    let keys = world.root.path().join("home/.config/sops/age/keys.txt");
    let text = std::fs::read_to_string(keys).unwrap();
    let derived = world.run(
        peer("age-keygen"),
        &["-y", "../home/.config/sops/age/keys.txt"],
    );
    assert_eq!(
        derived.expect(0).stdout,
        format!("{}\n{other}\n", recipient.trim()),
        "{text}"
    );
}
