//! `workload cipher` on files, with the public keys of `testdata/sops`, and what leaves the process while it works.

mod leaks;

use std::path::PathBuf;

use crate::support::context::Context;

/// A file of the test data.
fn data(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/sops")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(name: &str) -> String {
    String::from_utf8(data(name)).unwrap()
}

/// The recipient of `keys/test.txt`.
fn recipient(name: &str) -> String {
    let keys = text(&format!("keys/{name}.txt"));
    let line = keys.lines().find(|line| line.contains("public key"));
    line.unwrap().rsplit(' ').next().unwrap().to_owned()
}

fn world() -> Context {
    Context::new().env("SOPS_AGE_KEY", text("keys/test.txt"))
}

/// An editor that runs this program of `sed` on its file.
fn sed(program: &str) -> String {
    format!("sed -i {program}")
}

#[test]
fn files_of_all_formats_go_both_ways() {
    let world = [
        "plain.env",
        "sections.ini",
        "numbers.json",
        "kinds.yaml",
        "text.txt",
    ]
    .iter()
    .fold(world(), |world, name| {
        world.file(name, data(&format!("source/{name}")))
    });
    for name in [
        "plain.env",
        "sections.ini",
        "numbers.json",
        "kinds.yaml",
        "text.txt",
    ] {
        let encrypted = world
            .ksail([
                "workload",
                "cipher",
                "encrypt",
                "--age",
                &recipient("test"),
                name,
            ])
            .expect(0);
        assert!(encrypted.stdout.contains("ENC[AES256_GCM,data:"), "{name}");
        std::fs::write(
            world.work().join(format!("sealed-{name}")),
            &encrypted.stdout,
        )
        .unwrap();
        let sealed = format!("sealed-{name}");
        let decrypted = world
            .ksail(["workload", "cipher", "decrypt", &sealed])
            .expect(0);
        assert_eq!(decrypted.stdout, text(&format!("clear/{name}")), "{name}");
    }
}

#[test]
fn creation_rules_choose_keys_and_values() {
    let rules = format!(
        "creation_rules:\n  - path_regex: ^k8s/\n    encrypted_regex: ^(data|stringData)$\n    age: {}\nstores:\n  yaml:\n    indent: 2\n",
        recipient("test")
    );
    let world = world()
        .file(".sops.yaml", rules)
        .file("k8s/a.yaml", data("source/secret.yaml"))
        .file("k8s/b.yaml", data("source/secret.yaml"))
        .file("other.yaml", "a: 1\n");
    world
        .ksail([
            "workload",
            "cipher",
            "encrypt",
            "-i",
            "k8s/a.yaml",
            "k8s/b.yaml",
        ])
        .expect(0);
    for name in ["k8s/a.yaml", "k8s/b.yaml"] {
        let sealed = world.read(name);
        assert!(sealed.contains("kind: Secret\n"), "{sealed}");
        assert!(
            sealed.contains("\n  encrypted_regex: ^(data|stringData)$\n"),
            "{sealed}"
        );
    }
    let run = world
        .ksail(["workload", "cipher", "encrypt", "other.yaml"])
        .expect(64);
    assert!(
        run.stderr
            .contains("no rule whose `path_regex` matches `other.yaml`"),
        "{}",
        run.stderr
    );
    let run = world
        .ksail(["workload", "cipher", "encrypt", "-i", "k8s/a.yaml"])
        .expect(1);
    assert!(
        run.stderr
            .starts_with("error: already_encrypted: `k8s/a.yaml`: "),
        "{}",
        run.stderr
    );
}

#[test]
fn one_bad_file_does_not_keep_others_from_being_done() {
    let world = world()
        .file("a.yaml", data("secret.yaml"))
        .file("b.yaml", data("fault/value_auth-flipped.yaml"))
        .file("c.yaml", data("secret.yaml"));
    let run = world
        .ksail([
            "workload", "cipher", "decrypt", "-i", "a.yaml", "b.yaml", "c.yaml",
        ])
        .expect(1);
    assert!(
        run.stderr.contains("value_auth: `b.yaml`: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("1 of 3 files failed"), "{}", run.stderr);
    assert_eq!(world.read("a.yaml"), text("clear/secret.yaml"));
    assert_eq!(world.read("c.yaml"), text("clear/secret.yaml"));
    assert_eq!(world.read("b.yaml"), text("fault/value_auth-flipped.yaml"));
}

#[test]
fn parts_and_other_formats_can_be_printed() {
    let world = world()
        .file("kinds.yaml", data("kinds.yaml"))
        .file("bad.yaml", data("fault/mac_mismatch-clear.yaml"));
    let run = |arguments: &[&str]| {
        let line = ["workload", "cipher", "decrypt"].iter().chain(arguments);
        world.ksail(line)
    };
    assert_eq!(
        run(&["--extract", "[\"list\"][0]", "kinds.yaml"])
            .expect(0)
            .stdout,
        "one"
    );
    let json = run(&["--output-type", "json", "--indent", "2", "kinds.yaml"]).expect(0);
    assert!(
        json.stdout
            .starts_with("{\n  \"time\": \"2020-01-02T03:04:05.12+02:00\""),
        "{}",
        json.stdout
    );
    let missing = run(&["--extract", "[\"nothing\"]", "kinds.yaml"]).expect(1);
    assert!(
        missing.stderr.starts_with("error: extract: `kinds.yaml`: "),
        "{}",
        missing.stderr
    );
    assert!(
        run(&["bad.yaml"])
            .expect(1)
            .stderr
            .contains("mac_mismatch: ")
    );
    run(&["--ignore-mac", "bad.yaml"]).expect(0);
    run(&["-o", "out.yaml", "kinds.yaml"]).expect(0);
    assert_eq!(world.read("out.yaml"), text("clear/kinds.yaml"));
}

#[test]
fn a_new_data_key_and_new_recipients() {
    let world = world().file("a.yaml", data("secret.yaml"));
    let stranger = recipient("stranger");
    world
        .ksail([
            "workload",
            "cipher",
            "rotate",
            "-i",
            "--add-age",
            &stranger,
            "a.yaml",
        ])
        .expect(0);
    let rotated = world.read("a.yaml");
    assert!(rotated.contains(&stranger));
    let sealed = |text: &str| {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with("user:"));
        line.unwrap().to_owned()
    };
    assert_ne!(sealed(&rotated), sealed(&text("secret.yaml")));
    let decrypted = world
        .ksail(["workload", "cipher", "decrypt", "a.yaml"])
        .expect(0);
    assert_eq!(decrypted.stdout, text("clear/secret.yaml"));
    world
        .ksail([
            "workload",
            "cipher",
            "rotate",
            "-i",
            "--rm-age",
            &recipient("test"),
            "a.yaml",
        ])
        .expect(0);
    let run = world
        .ksail(["workload", "cipher", "decrypt", "a.yaml"])
        .expect(1);
    assert!(
        run.stderr.starts_with("error: no_key: `a.yaml`: "),
        "{}",
        run.stderr
    );
}

#[test]
fn editing_changes_what_was_changed() {
    let world = world().file("a.yaml", data("secret.yaml"));
    let link = world.work().join("link.yaml");
    std::os::unix::fs::symlink("a.yaml", &link).unwrap();
    let world = world.env("SOPS_EDITOR", sed("s/abc/changed/"));
    world
        .ksail(["workload", "cipher", "edit", "link.yaml"])
        .expect(0);
    assert!(link.is_symlink());
    let (before, after) = (text("secret.yaml"), world.read("a.yaml"));
    // Lines may move: like sops, the comment behind `token` is written above it.
    let sealed = |line: &str| {
        line.split_once("ENC[")
            .map(|(_, rest)| rest.split(']').next().unwrap().to_owned())
    };
    let differing: Vec<&str> = before
        .lines()
        .filter(|line| sealed(line).is_some_and(|value| !after.contains(&value)))
        .map(|line| line.split(':').next().unwrap().trim())
        .collect();
    assert_eq!(differing, ["token", "mac"]);
    let decrypted = world
        .ksail(["workload", "cipher", "decrypt", "a.yaml"])
        .expect(0);
    assert!(
        decrypted.stdout.contains("token: changed"),
        "{}",
        decrypted.stdout
    );
}

#[test]
fn an_unchanged_or_broken_edit_leaves_the_file_alone() {
    for (editor, code, message) in [
        ("true".to_owned(), 0, "a.yaml: not changed"),
        (
            "false".to_owned(),
            1,
            "error: editor: `false` ended with exit status: 1",
        ),
        (sed("'s/^kind:/- kind:/'"), 1, "error: yaml: `a.yaml`: "),
        (
            "'open".to_owned(),
            1,
            "error: editor: `SOPS_EDITOR` has an open quote",
        ),
    ] {
        let world = world()
            .file("a.yaml", data("secret.yaml"))
            .env("SOPS_EDITOR", editor);
        let run = world
            .ksail(["workload", "cipher", "edit", "a.yaml"])
            .expect(code);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(world.read("a.yaml"), text("secret.yaml"));
    }
}

#[test]
fn a_new_file_starts_with_an_example() {
    let world = world().env("EDITOR", sed("s/example_value/mine/"));
    let age = recipient("test");
    world
        .ksail(["workload", "cipher", "edit", "--age", &age, "new.yaml"])
        .expect(0);
    let decrypted = world
        .ksail(["workload", "cipher", "decrypt", "new.yaml"])
        .expect(0);
    assert!(
        decrypted.stdout.contains("example_key: mine"),
        "{}",
        decrypted.stdout
    );
}

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let world = world().file("a.yaml", "a: 1\n");
    for arguments in [
        &["encrypt", "a.yaml"][..],
        &["encrypt", "-i"],
        &["encrypt", "a.yaml", "b.yaml"],
        &["decrypt", "-o", "x", "a.yaml", "b.yaml"],
        &[
            "encrypt",
            "--encrypted-regex",
            "a",
            "--encrypted-suffix",
            "b",
            "--age",
            "x",
            "a.yaml",
        ],
        &["encrypt", "--age", "nonsense", "a.yaml"],
    ] {
        let line = ["workload", "cipher"].iter().chain(arguments);
        let run = world.ksail(line).expect(64);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
    assert_eq!(world.read("a.yaml"), "a: 1\n");
}
