//! Keys that only an installed sops can use: PGP with a real `gpg`, and Vault with a server that speaks its transit
//! engine's two calls.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use serde_json::{Value, json};

use super::World;

#[test]
#[ignore = "needs sops (make testbed)"]
fn pgp_works_both_ways_and_is_named_without_sops() {
    let mut world = World::new();
    let home = tempfile::TempDir::with_prefix("gpg").unwrap();
    std::fs::set_permissions(
        home.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o700),
    )
    .unwrap();
    world.env("GNUPGHOME", home.path().display().to_string());
    let make = [
        "--batch",
        "--passphrase",
        "",
        "--quick-gen-key",
        "someone",
        "default",
        "default",
        "never",
    ];
    world.run("gpg", &make).expect(0);
    let listed = world
        .run("gpg", &["--list-keys", "--with-colons"])
        .expect(0)
        .stdout;
    let fingerprint = listed
        .lines()
        .find_map(|line| line.strip_prefix("fpr:"))
        .unwrap();
    let fingerprint = fingerprint.trim_matches(':').to_owned();
    world.both_ways(&["--pgp", &fingerprint]);

    let stranger = world.age("stranger.txt");
    let flags = [
        "encrypt",
        "--pgp",
        &fingerprint,
        "--age",
        &stranger,
        "clear.yaml",
    ];
    world.file("both.yaml", world.sops(&flags).expect(0).stdout);
    let clear = world.cipher(&["decrypt", "both.yaml"]).expect(0).stdout;
    assert_eq!(clear, super::CLEAR);

    world.run("gpgconf", &["--kill", "all"]).expect(0);
    let empty = tempfile::TempDir::with_prefix("gpg").unwrap();
    world.env("GNUPGHOME", empty.path().display().to_string());
    let refused = world.cipher(&["decrypt", "ours.yaml"]).expect(1);
    let expected = format!("encrypted for PGP `{fingerprint}`");
    assert!(refused.stderr.contains(&expected), "{}", refused.stderr);

    world.env("PATH", "/usr/bin:/bin");
    let refused = world.cipher(&["decrypt", "ours.yaml"]).expect(1);
    let expected = "`sops` is not installed, which ksail needs for PGP";
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("hint: install `sops`"),
        "{}",
        refused.stderr
    );
    let refused = world
        .cipher(&["encrypt", "--pgp", &fingerprint, "clear.yaml"])
        .expect(1);
    assert!(refused.stderr.contains(expected), "{}", refused.stderr);
}

/// A transit engine whose cipher is none: what it wraps can be read.
fn vault() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || while answer(&stream).is_some() {});
        }
    });
    address
}

/// Answers one request; `None` when the connection is over.
fn answer(mut stream: &TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let data = if first.contains("/v1/team/transit/encrypt/key") {
        json!({ "ciphertext": format!("vault:v1:{}", body["plaintext"].as_str()?) })
    } else if first.contains("/v1/team/transit/decrypt/key") {
        json!({ "plaintext": body["ciphertext"].as_str()?.strip_prefix("vault:v1:")? })
    } else {
        return None;
    };
    let text = json!({ "data": data }).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        text.len()
    );
    stream.write_all((head + &text).as_bytes()).ok()
}

#[test]
#[ignore = "needs sops (make testbed)"]
fn vault_works_both_ways_through_sops() {
    let mut world = World::new();
    world.env("VAULT_TOKEN", "token");
    let uri = format!("{}/v1/team/transit/keys/key", vault());
    world.both_ways(&["--hc-vault-transit", &uri]);
    let other = format!("{}/v1/team/transit/keys/other", vault());
    let refused = world.cipher(&["encrypt", "--hc-vault-transit", &other, "clear.yaml"]);
    let refused = refused.expect(1);
    let expected = format!("wrap: HashiCorp Vault key `{other}`: ");
    assert!(
        refused.stderr.contains("wrap: "),
        "{} {expected}",
        refused.stderr
    );
}
