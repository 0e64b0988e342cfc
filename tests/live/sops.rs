//! Files go both ways between ksail and the official sops: what one encrypts the other decrypts to the same bytes, for
//! all formats, all kinds of rules, key groups, and generated trees.

mod trees;

use std::path::PathBuf;

use crate::support::world::World;

/// Sources of the test data, one or more of each format.
const SOURCES: [&str; 11] = [
    "types.yaml",
    "strings.yaml",
    "secret.yaml",
    "multi.yaml",
    "kinds.yaml",
    "beyond-json.yaml",
    "numbers.json",
    "plain.env",
    "sections.ini",
    "text.txt",
    "object.json",
];

/// Rules that make sense for any file.
const RULES: [&[&str]; 9] = [
    &[],
    &["--encrypted-regex", "^(data|stringData|a|b)"],
    &["--unencrypted-regex", r"^(\w+[^e])$"],
    &["--encrypted-suffix", "e"],
    &["--unencrypted-suffix", "a"],
    &["--encrypted-comment-regex", "sops:enc"],
    &["--unencrypted-comment-regex", "sops:clear"],
    &["--mac-only-encrypted"],
    &["--mac-only-encrypted", "--encrypted-regex", "a$"],
];

fn data(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/sops")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn recipient(name: &str) -> String {
    let keys = data(&format!("keys/{name}.txt"));
    let line = keys.lines().find(|line| line.contains("public key"));
    line.unwrap().rsplit(' ').next().unwrap().to_owned()
}

/// A world whose user has the test keys.
fn world() -> World {
    let world = World::new();
    let keys = format!("{}\n{}", data("keys/test.txt"), data("keys/second.txt"));
    world.file("../home/.config/sops/age/keys.txt", &keys);
    world
}

fn sops(world: &World, arguments: &[&str]) -> String {
    let all = ["--disable-version-check"].iter().chain(arguments);
    world.peer("sops", all).expect(0).stdout.clone()
}

fn cipher(world: &World, arguments: &[&str]) -> String {
    let all = ["workload", "cipher"].iter().chain(arguments);
    world.ksail(all).expect(0).stdout.clone()
}

/// Encrypts a file with each program, and decrypts both results with both.
fn both_ways(world: &World, name: &str, flags: &[&str]) {
    let ours = cipher(world, &[&["encrypt"][..], flags, &[name]].concat());
    let theirs = sops(world, &[&["--encrypt"][..], flags, &[name]].concat());
    world.file(&format!("ours/{name}"), &ours);
    world.file(&format!("theirs/{name}"), &theirs);
    let (ours, theirs) = (format!("ours/{name}"), format!("theirs/{name}"));
    let expected = sops(world, &["--decrypt", &theirs]);
    let place = format!("{name} {flags:?}");
    assert_eq!(
        sops(world, &["--decrypt", &ours]),
        expected,
        "{place}: sops reads ours"
    );
    assert_eq!(
        cipher(world, &["decrypt", &theirs]),
        expected,
        "{place}: we read theirs"
    );
    assert_eq!(
        cipher(world, &["decrypt", &ours]),
        expected,
        "{place}: we read ours"
    );
}

#[test]
#[ignore = "needs sops (testbed/peers.sh)"]
fn all_formats_and_rules_go_both_ways() {
    let world = world();
    let age = recipient("test");
    for name in SOURCES.iter().chain(&[
        "comment-rules.yaml",
        "comment-clear.yaml",
        "comments.yaml",
        "suffix.yaml",
    ]) {
        world.file(name, &data(&format!("source/{name}")));
        for rule in RULES {
            let flags = [&["--age", age.as_str()][..], rule].concat();
            both_ways(&world, name, &flags);
        }
    }
}

#[test]
#[ignore = "needs sops (testbed/peers.sh)"]
fn key_groups_go_both_ways() {
    let world = world();
    let mut config = "creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n".to_owned();
    for name in ["test", "second", "stranger"] {
        config.extend(["      - age: [\"", &recipient(name), "\"]\n"]);
    }
    world.file(".sops.yaml", &config);
    for name in [
        "secret.yaml",
        "numbers.json",
        "plain.env",
        "sections.ini",
        "text.txt",
    ] {
        world.file(name, &data(&format!("source/{name}")));
        both_ways(&world, name, &[]);
    }
}

#[test]
#[ignore = "needs sops (testbed/peers.sh)"]
fn generated_trees_go_both_ways() {
    let world = world();
    let age = recipient("test");
    for seed in 1..=24 {
        let (yaml, json) = trees::generate(seed);
        let name = format!("tree-{seed}");
        world.file(&format!("{name}.yaml"), &yaml);
        world.file(&format!("{name}.json"), &json);
        let rule = RULES[usize::try_from(seed).unwrap() % RULES.len()];
        for ending in ["yaml", "json"] {
            let flags = [&["--age", age.as_str()][..], rule].concat();
            both_ways(&world, &format!("{name}.{ending}"), &flags);
        }
    }
}

#[test]
#[ignore = "needs sops (testbed/peers.sh)"]
fn rotated_files_go_both_ways() {
    let world = world();
    for name in [
        "secret.yaml",
        "multi-all.yaml",
        "object.json",
        "plain.env",
        "sections.ini",
        "text.txt",
        "comment-rules.yaml",
    ] {
        let expected = data(&format!("clear/{name}"));
        world.file(name, &data(name));
        let stranger = recipient("stranger");
        cipher(&world, &["rotate", "-i", "--add-age", &stranger, name]);
        assert_eq!(sops(&world, &["--decrypt", name]), expected, "{name}");
        sops(
            &world,
            &["--rotate", "--in-place", "--rm-age", &stranger, name],
        );
        assert_eq!(cipher(&world, &["decrypt", name]), expected, "{name}");
    }
}

#[test]
#[ignore = "needs sops (testbed/peers.sh)"]
fn other_formats_come_out_alike() {
    let world = world();
    for (name, formats) in [
        ("kinds.yaml", &["json", "yaml"][..]),
        ("object.json", &["yaml", "json"]),
        ("plain.env", &["json", "yaml"]),
        ("sections.ini", &["json", "yaml"]),
    ] {
        world.file(name, &data(name));
        for format in formats {
            let flags = ["--output-type", format, name];
            let ours = cipher(&world, &[&["decrypt"][..], &flags[..]].concat());
            let theirs = sops(&world, &[&["--decrypt"][..], &flags[..]].concat());
            assert_eq!(ours, theirs, "{name} as {format}");
        }
    }
    // Items of `list` have comments between them, which sops counts, and prints as a structure of its own.
    for path in ["[\"whole\"]", "[\"list\"]", "[\"time\"]"] {
        let ours = cipher(&world, &["decrypt", "--extract", path, "kinds.yaml"]);
        let theirs = sops(&world, &["--decrypt", "--extract", path, "kinds.yaml"]);
        assert_eq!(ours, theirs, "{path}");
    }
}
