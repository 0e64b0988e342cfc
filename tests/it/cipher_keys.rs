//! `workload cipher keys`, `import` and `update-keys`, and keys that other programs have.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::support::context::Context;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops/keys");
const SECRET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sops/secret.yaml");
const TEST: &str = "age1063hx089d6u09txj9nekt9ayn700qf4gfn4djl3ell7czpa5yyks4mqs9k";

/// An age plugin that protects nothing: the file key stands in the stanza as it is.
const PLUGIN: &str = r#"#!/bin/bash
next() {
  read -r head || exit 0
  body=
  while read -r line; do body+=$line; ((${#line} == 64)) || break; done
}
until [[ ${head-} == '-> done' ]]; do
  next
  case $head in
    '-> wrap-file-key') key=$body ;;
    '-> recipient-stanza 0 test') key=$body ;;
  esac
done
case $1 in
  --age-plugin=recipient-v1) printf -- '-> recipient-stanza 0 test\n%s\n' "$key" && next ;;
  --age-plugin=identity-v1) [ -z "${key-}" ] || { printf -- '-> file-key 0\n%s\n' "$key" && next; } ;;
esac
printf -- '-> done\n\n'
"#;
const PLUGIN_RECIPIENT: &str = "age1test1w3jhxaqsdwg9s";
const PLUGIN_IDENTITY: &str = "AGE-PLUGIN-TEST-1W3JHXAQFP4L50";

fn key(name: &str) -> String {
    std::fs::read_to_string(Path::new(KEYS).join(name)).unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn program(t: &Context, name: &str, content: &str) {
    let path = t.work().join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
fn an_identity_is_imported_once_for_its_owner_alone() {
    let t = Context::new().file("age.key", key("test.txt"));
    let run = t.ksail(["workload", "cipher", "import", "age.key"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("added `{TEST}`")),
        "{}",
        run.stderr
    );
    let file = t.home().join(".config/sops/age/keys.txt");
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# imported: "), "{text}");

    let again = t.ksail(["workload", "cipher", "import", "age.key"]);
    assert!(again.stderr.contains("already"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);

    let decrypted = t.ksail(["workload", "cipher", "decrypt", SECRET]);
    assert_eq!(decrypted.code, Some(0), "{}", decrypted.stderr);
}

#[test]
fn an_identity_on_the_command_line_is_refused_and_not_repeated() {
    let t = Context::new();
    let secret = key("test.txt").lines().last().unwrap().to_owned();
    let run = t.ksail(["workload", "cipher", "import", &secret]);
    assert_eq!(run.code, Some(64), "{}", run.stderr);
    assert!(
        run.stderr.contains("not taken on the command line"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains(&secret));
    assert!(!t.home().join(".config").exists());
}

#[test]
fn what_is_no_identity_is_not_imported() {
    let t = Context::new()
        .file("nonsense", "sesame\n")
        .file("ssh", key("ssh_ed25519"));
    for (file, expected) in [
        ("nonsense", "line 1 is no age identity"),
        ("ssh", "ssh keys"),
    ] {
        let run = t.ksail(["workload", "cipher", "import", file]);
        assert_eq!(run.code, Some(64), "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert!(!run.stderr.contains("sesame"));
    }
    let run = t.ksail(["workload", "cipher", "import"]);
    assert!(
        run.stderr.contains("there is no age identity in it"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_generated_identity_is_found_afterwards() {
    let t = Context::new();
    let made = t.ksail(["workload", "cipher", "keys", "generate"]);
    let recipient = made.stdout.trim().to_owned();
    assert!(recipient.starts_with("age1"), "{}", made.stderr);
    let listed = t.ksail(["workload", "cipher", "keys", "list", "-o", "json"]);
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(
        listed["sources"][0]["identities"],
        serde_json::json!([recipient])
    );

    let printed = t.ksail(["workload", "cipher", "keys", "generate", "--stdout"]);
    assert!(printed.stdout.contains("AGE-SECRET-KEY-1"));
    let list = t.ksail(["workload", "cipher", "keys", "list"]);
    let list = &list.stdout;
    assert!(
        list.contains(&recipient) && !list.contains("SECRET"),
        "{list}"
    );
}

#[test]
fn files_show_their_recipients_and_whether_they_open() {
    let t = Context::new().env("SOPS_AGE_KEY_FILE", format!("{KEYS}/test.txt"));
    let groups = SECRET.replace("secret.yaml", "groups.yaml");
    let run = t.ksail(["workload", "cipher", "keys", "list", SECRET, &groups]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stdout.contains(&format!("{TEST}  yes")),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("2 (2 of 3 needed)"), "{}", run.stdout);
    assert!(run.stderr.contains("no_key: "), "{}", run.stderr);
    let run = t.ksail(["workload", "cipher", "keys", "list", SECRET]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn commands_are_told_the_recipient() {
    let command = format!("sh -c 'echo $SOPS_AGE_RECIPIENT > asked; cat {KEYS}/test.txt'");
    let t = Context::new().env("SOPS_AGE_KEY_CMD", command);
    let run = t.ksail(["workload", "cipher", "decrypt", SECRET]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(t.read("asked"), format!("{TEST}\n"));
}

#[test]
fn plugins_wrap_and_unwrap() {
    let mut t = Context::new().file("clear.yaml", "a: sesame\n");
    program(&t, "age-plugin-test", PLUGIN);
    let without = std::env::var("PATH").unwrap();
    let with = format!("{}:{without}", t.work().display());
    let encrypt = [
        "workload",
        "cipher",
        "encrypt",
        "-i",
        "--age",
        PLUGIN_RECIPIENT,
        "clear.yaml",
    ];
    let refused = t.ksail(encrypt);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    let expected = "`age-plugin-test` is not installed";
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);

    t = t.env("PATH", with);
    let sealed = t.ksail(encrypt);
    assert_eq!(sealed.code, Some(0), "{}", sealed.stderr);
    assert!(!t.read("clear.yaml").contains("sesame"));
    let decrypt = ["workload", "cipher", "decrypt", "clear.yaml"];
    assert_eq!(t.ksail(decrypt).code, Some(1));
    t = t.env("SOPS_AGE_KEY", PLUGIN_IDENTITY);
    let opened = t.ksail(decrypt);
    assert_eq!(opened.stdout, "a: sesame\n", "{}", opened.stderr);
    t = t.env("PATH", without);
    let refused = t.ksail(decrypt);
    assert!(
        refused.stderr.contains("needs `age-plugin-test`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn keys_of_a_file_follow_the_rules() {
    let t = Context::new()
        .env("SOPS_AGE_KEY_FILE", format!("{KEYS}/test.txt"))
        .file("secret.yaml", std::fs::read(SECRET).unwrap())
        .file(".sops.yaml", format!("creation_rules:\n- age: {TEST}\n"));
    let before = t.read("secret.yaml");
    let update = ["workload", "cipher", "update-keys", "secret.yaml"];
    let idle = t.ksail(update);
    assert_eq!(idle.code, Some(0), "{}", idle.stderr);
    assert!(
        idle.stderr.contains("`secret.yaml` is up to date"),
        "{}",
        idle.stderr
    );

    let other = t.ksail([
        "workload",
        "cipher",
        "keys",
        "generate",
        "--keys-file",
        "other.txt",
    ]);
    let other = other.stdout.trim().to_owned();
    let rules = format!("creation_rules:\n- age: [{other}]\n");
    std::fs::write(t.work().join(".sops.yaml"), rules).unwrap();
    let unanswered = t.ksail(update);
    assert_eq!(unanswered.code, Some(64), "{}", unanswered.stderr);
    let shown = format!("secret.yaml:\n  + {other}\n  - {TEST}\n");
    assert_eq!(unanswered.stdout, shown);
    assert_eq!(t.read("secret.yaml"), before);

    let done = t.ksail(update.iter().chain(&["--yes"]));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let decrypt = ["workload", "cipher", "decrypt", "secret.yaml"];
    assert_eq!(t.ksail(decrypt).code, Some(1));
    let t = t.env("SOPS_AGE_KEY_FILE", "other.txt");
    let opened = t.ksail(decrypt);
    assert_eq!(opened.code, Some(0), "{}", opened.stderr);
    let values = |text: &str| text.split("\nsops:").next().unwrap().to_owned();
    assert_eq!(values(&t.read("secret.yaml")), values(&before));
}
