//! Rules out of texts, and what is wrong with texts.

use std::collections::BTreeMap;

use super::{Config, Rule, SelectionKind, Stores};
use crate::yaml::Source;

const AGE: &str = "age1w0thks5snz9cx8vp95jmryy2uv6cgknswh93f49q0r5td5m9fqzq7xu99t";
const OTHER: &str = "age1063hx089d6u09txj9nekt9ayn700qf4gfn4djl3ell7czpa5yyks4mqs9k";

fn config(text: &str) -> Config {
    Config::parse(text, &Source::new(".sops.yaml"))
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn rule(text: &str, path: &str) -> Rule {
    config(text)
        .rule_for(path, &BTreeMap::new())
        .unwrap()
        .unwrap()
}

fn keys(rule: &Rule) -> Vec<Vec<String>> {
    let groups = rule.groups.iter();
    groups
        .map(|group| group.iter().map(ToString::to_string).collect())
        .collect()
}

fn refusal(text: &str) -> String {
    let parsed = Config::parse(text, &Source::new(".sops.yaml"));
    let refused = parsed.and_then(|config| config.rule_for("a.yaml", &BTreeMap::new()).map(drop));
    refused.unwrap_err().to_string()
}

#[test]
fn the_first_matching_rule_wins_and_an_empty_pattern_matches_all() {
    let text = "creation_rules:
- path_regex: ^prod/.*\\.yaml$
  pgp: A
- path_regex: \\.env$
  pgp: B
- pgp: C
- path_regex: ^prod/
  pgp: D
";
    for (path, expected) in [
        ("prod/x/a.yaml", "A"),
        ("prod/.env", "B"),
        ("prod/a.json", "C"),
        ("/elsewhere/prod/a.yaml", "C"),
    ] {
        assert_eq!(keys(&rule(text, path)), [[expected]], "{path}");
    }
}

#[test]
fn no_rules_are_no_configuration_and_no_match_is_an_error() {
    for text in [
        "",
        "creation_rules:\n",
        "destination_rules: []\n",
        "stores:\n  yaml: {}\n",
    ] {
        assert_eq!(config(text).rule_for("a", &BTreeMap::new()).unwrap(), None);
    }
    assert_eq!(
        refusal("creation_rules:\n- path_regex: b\n  pgp: A\n"),
        ".sops.yaml: `creation_rules` has no rule whose `path_regex` matches `a.yaml`"
    );
    assert!(refusal("creation_rules: []\n").contains("no rule"));
}

#[test]
fn keys_come_as_lists_or_joined_by_commas_in_the_order_of_sops() {
    let text = format!(
        "creation_rules:
- kms: arn:aws:kms:eu:1:key/1, arn:aws:kms:eu:1:key/2+arn:aws:iam::1:role/r
  aws_profile: p
  pgp: [A B, \"C,D\"]
  age: >-
    {AGE},
    {OTHER},
  gcp_kms: projects/p
  hckms: [eu:1]
  azure_keyvault: https://v.vault.azure.net/keys/k/1
  hc_vault_transit_uri: [https://v:8200/v1/transit/keys/k]
"
    );
    let context = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    let rule = config(&text).rule_for("x", &context).unwrap().unwrap();
    assert_eq!(
        keys(&rule),
        [[
            AGE,
            OTHER,
            "AB",
            "C",
            "D",
            "arn:aws:kms:eu:1:key/1|a:b|p",
            "arn:aws:kms:eu:1:key/2+arn:aws:iam::1:role/r|a:b|p",
            "projects/p",
            "eu:1",
            "https://v.vault.azure.net/keys/k/1",
            "https://v:8200/v1/transit/keys/k",
        ]]
    );
}

#[test]
fn key_groups_merge_others_first_and_hold_every_key_once() {
    let text = format!(
        "common: &common
  pgp: [A]
creation_rules:
- shamir_threshold: 2
  pgp: ignored
  key_groups:
  - merge:
    - *common
    - merge: [{{pgp: [B]}}]
    pgp: [A, C]
    age: [{AGE}]
  - kms: [{{arn: arn:k, role: r, aws_profile: p, context: {{x: y}}}}]
    gcp_kms: [{{resource_id: projects/p}}]
    hckms: [{{key_id: eu:1}}]
    azure_keyvault: [{{vaultUrl: https://v, key: k, version: '1'}}]
    hc_vault: [https://v:8200/v1/transit/keys/k]
"
    );
    let rule = rule(&text, "x");
    assert_eq!(
        keys(&rule),
        [
            vec!["A", "B", AGE, "C"],
            vec![
                "arn:k+r|x:y|p",
                "projects/p",
                "eu:1",
                "https://v/keys/k/1",
                "https://v:8200/v1/transit/keys/k"
            ],
        ]
    );
    assert_eq!(rule.threshold, Some(2));
}

#[test]
fn one_rule_chooses_in_one_way() {
    for kind in SelectionKind::ALL {
        let text = format!(
            "creation_rules:\n- pgp: A\n  {}: x\n  mac_only_encrypted: true\n",
            kind.field()
        );
        let rule = rule(&text, "a");
        let selection = rule.selection.unwrap();
        assert_eq!((selection.kind, selection.text.as_str()), (kind, "x"));
        assert!(rule.mac_only_encrypted);
    }
    let text = "creation_rules:\n- pgp: A\n  encrypted_regex: ''\n  encrypted_suffix: x\n";
    assert_eq!(
        rule(text, "a").selection.unwrap().kind,
        SelectionKind::EncryptedSuffix
    );
    assert_eq!(
        refusal("creation_rules:\n- encrypted_regex: a\n  unencrypted_suffix: b\n"),
        ".sops.yaml:2:20: `creation_rules[0].encrypted_regex` cannot stand beside `unencrypted_suffix`: one rule chooses in one way"
    );
}

#[test]
fn stores_are_read() {
    let text = "stores:\n  yaml: {indent: 2}\n  json: {indent: -1}\n  json_binary: {indent: 0}\n  dotenv: {}\n";
    let stores = config(text).stores;
    assert_eq!(
        stores,
        Stores {
            yaml: Some(2),
            json: None,
            json_binary: Some(0)
        }
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        (
            "creation_rule: []\n",
            ".sops.yaml:1:1: unknown field `creation_rule`",
        ),
        (
            "creation_rules:\n- path-regex: a\n",
            ".sops.yaml:2:3: unknown field `creation_rules[0].path-regex`",
        ),
        (
            "creation_rules:\n- path_regex: '(?=a)'\n",
            ".sops.yaml:2:15: `creation_rules[0].path_regex` holds `(?=`, which Go's dialect does not know",
        ),
        (
            "creation_rules:\n- {}\n- encrypted_regex: 'a**'\n",
            ".sops.yaml:3:20: `creation_rules[1].encrypted_regex` repeats the repetition before `*`",
        ),
        (
            "creation_rules:\n- age: [age1x]\n",
            ".sops.yaml:2:9: `creation_rules[0].age[0]` holds `age1x`, which is no age recipient",
        ),
        (
            "creation_rules:\n- age: {a: b}\n",
            ".sops.yaml:2:8: `creation_rules[0].age` must be a list, not a mapping",
        ),
        (
            "creation_rules:\n- key_groups:\n  - kms: [{role: r}]\n",
            ".sops.yaml:3:11: `creation_rules[0].key_groups[0].kms[0].arn` is missing",
        ),
        (
            "creation_rules:\n- shamir_threshold: two\n",
            ".sops.yaml:2:21: `creation_rules[0].shamir_threshold` must be an integer, not a string",
        ),
        (
            "destination_rules:\n- s3_buckets: x\n",
            ".sops.yaml:2:3: unknown field `destination_rules[0].s3_buckets`",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "`.sops.yaml` must hold exactly one YAML document, not 2",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn other_fields_at_the_top_hold_anchors() {
    let text = format!("keys:\n- &me {AGE}\ncreation_rules:\n- age: [*me]\n");
    assert_eq!(keys(&rule(&text, "x")), [[AGE]]);
}

#[test]
fn keys_of_other_rules_are_not_looked_at() {
    let text = "creation_rules:\n- pgp: A\n- age: age1x\n";
    assert_eq!(keys(&rule(text, "x")), [["A"]]);
}
