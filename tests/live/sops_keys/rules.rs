//! Creation rules: for every configuration and path, ksail chooses what the official sops chooses, or both refuse.

use serde_json::Value;

use super::World;

/// Configurations in which `A` and `B` stand for recipients, and a path.
const CASES: [(&str, &str); 24] = [
    ("creation_rules:\n- age: A\n", "x.yaml"),
    (
        "creation_rules:\n- path_regex: ^a/\n  age: A\n- age: B\n",
        "a/x.yaml",
    ),
    (
        "creation_rules:\n- path_regex: ^a/\n  age: A\n- age: B\n",
        "b/a/x.yaml",
    ),
    (
        "creation_rules:\n- path_regex: /a/\n  age: A\n- path_regex: ''\n  age: B\n",
        "b/a/x.yaml",
    ),
    (
        "creation_rules:\n- path_regex: \\.json$\n  age: A\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- path_regex: (?i)^SECRETS/.*\\.ya?ml$\n  age: A\n",
        "secrets/x.yml",
    ),
    (
        "creation_rules:\n- path_regex: ^\\w+$\n  age: A\n- age: B\n",
        "é",
    ),
    (
        "creation_rules:\n- path_regex: ^[[]x\n  age: A\n- age: B\n",
        "[x",
    ),
    (
        "creation_rules:\n- path_regex: a{,2}\n  age: A\n- age: B\n",
        "a{,2}",
    ),
    (
        "creation_rules:\n- path_regex: \\Qa.b\\E\n  age: A\n- age: B\n",
        "axb",
    ),
    ("creation_rules:\n- path_regex: (?=a)\n  age: A\n", "a"),
    ("creation_rules:\n- path_regex: a**\n  age: A\n", "a"),
    ("creation_rules:\n- age: A, B,\n", "x.yaml"),
    ("creation_rules:\n- age: [A, B]\n", "x.yaml"),
    ("creation_rules:\n- age: ['A,B']\n", "x.yaml"),
    (
        "creation_rules:\n- age: A\n  encrypted_regex: ^b$\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- age: A\n  unencrypted_suffix: _x\n  mac_only_encrypted: true\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- age: A\n  encrypted_suffix: a\n  unencrypted_regex: b\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- key_groups:\n  - age: [A]\n  - age: [B, A, B]\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- shamir_threshold: 3\n  key_groups:\n  - age: [A]\n  - age: [B]\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- shamir_threshold: 1\n  key_groups:\n  - age: [A]\n  - age: [B]\n",
        "x.yaml",
    ),
    (
        "creation_rules:\n- key_groups:\n  - merge: [{age: [A]}, {merge: [{age: [B]}]}]\n    age: [A]\n",
        "x.yaml",
    ),
    ("keys: [&a A]\ncreation_rules:\n- age: [*a]\n", "x.yaml"),
    ("creation_rules: []\n", "x.yaml"),
];

/// What a file says about its keys and its rule, without what differs from run to run.
fn chosen(text: &str) -> Value {
    let mut file: Value = serde_json::from_str(text).unwrap();
    let mut metadata = file["sops"].take();
    for name in ["mac", "lastmodified", "version"] {
        metadata.as_object_mut().unwrap().remove(name);
    }
    let groups = metadata["key_groups"].as_array_mut().map(std::mem::take);
    let mut groups = groups.unwrap_or_default();
    let single = metadata["age"].as_array_mut().map(std::mem::take);
    groups.push(serde_json::json!({ "age": single.unwrap_or_default() }));
    for group in &mut groups {
        for entry in group["age"].as_array_mut().unwrap() {
            entry.as_object_mut().unwrap().remove("enc");
        }
    }
    serde_json::json!({ "metadata": metadata, "groups": groups })
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn rules_choose_what_sops_chooses() {
    let world = World::new();
    let (a, b) = (world.age("a.txt"), world.age("b.txt"));
    for (config, path) in CASES {
        // Letters that stand alone are recipients; those in patterns are not.
        let config: String = config
            .split_inclusive([' ', '[', ']', ',', '\n', '\''])
            .map(|word| match word.split_at(word.len().min(1)) {
                ("A", rest) if rest.len() <= 1 => format!("{a}{rest}"),
                ("B", rest) if rest.len() <= 1 => format!("{b}{rest}"),
                _ => word.to_owned(),
            })
            .collect();
        world.file(".sops.yaml", &config);
        let flags = [
            "encrypt",
            "--filename-override",
            path,
            "--input-type",
            "yaml",
            "--output-type",
            "json",
            "clear.yaml",
        ];
        let (ours, theirs) = (world.cipher(&flags), world.sops(&flags));
        let code = |ended: &crate::support::process::Ended| ended.code.map(|code| code == 0);
        assert_eq!(
            code(&ours),
            code(&theirs),
            "{config}{path}\n{}\n{}",
            ours.stderr,
            theirs.stderr
        );
        if ours.code == Some(0) {
            assert_eq!(
                chosen(&ours.stdout),
                chosen(&theirs.stdout),
                "{config}{path}"
            );
        }
    }
}
