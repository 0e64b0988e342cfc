use std::collections::BTreeMap;

use super::super::contexts::directory_name;
use super::*;
use crate::error::Hint;

#[derive(Default)]
struct Fake(BTreeMap<PathBuf, &'static str>);

impl Fake {
    fn with(mut self, path: &str, content: &'static str) -> Self {
        self.0.insert(path.into(), content);
        self
    }
}

impl Files for Fake {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, fsx::Error> {
        Ok(self.0.get(path).map(|content| content.as_bytes().to_vec()))
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = self
            .0
            .keys()
            .filter_map(|file| Some(path.join(file.strip_prefix(path).ok()?.iter().next()?)))
            .collect();
        found.dedup();
        found
    }
}

fn env(variables: &[(&str, &str)]) -> EnvMap {
    variables.iter().copied().collect()
}

fn found(flag: Option<&str>, variables: &[(&str, &str)], files: &Fake) -> String {
    let address = resolve(flag, &env(variables), files).unwrap();
    format!("{} {}", address.endpoint, address.origin)
}

/// `printf remote | sha256sum`
const REMOTE: &str = "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a";

fn with_remote(meta: &'static str) -> Fake {
    let meta_path = format!(
        "/h/.docker/contexts/meta/{}/meta.json",
        directory_name("remote")
    );
    Fake::default().with(&meta_path, meta)
}

const META: &str =
    r#"{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://build:2376"}}}"#;

type Case<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], &'a str);

#[test]
fn sources_override_each_other_in_order() {
    let files = with_remote(META).with(
        "/h/.docker/config.json",
        r#"{"currentContext":"remote","auths":{}}"#,
    );
    let home = ("HOME", "/h");
    let host = ("DOCKER_HOST", "tcp://env:1");
    let cases: [Case; 5] = [
        (
            Some("unix:///flag.sock"),
            &[home, host],
            "unix:///flag.sock from --docker-host",
        ),
        (
            None,
            &[home, host, ("DOCKER_CONTEXT", "remote")],
            "tcp://env:1 from DOCKER_HOST",
        ),
        (
            None,
            &[home],
            "tcp://build:2376 from Docker context `remote`",
        ),
        (
            None,
            &[home, ("DOCKER_CONTEXT", "default")],
            "unix:///var/run/docker.sock the default address",
        ),
        (
            None,
            &[home, ("DOCKER_CONFIG", "/elsewhere")],
            "unix:///var/run/docker.sock the default address",
        ),
    ];
    for (flag, variables, expected) in cases {
        assert_eq!(found(flag, variables, &files), expected);
    }
}

#[test]
fn the_rootless_socket_is_the_second_choice() {
    let variables = [("XDG_RUNTIME_DIR", "/run/user/1000")];
    let rootless = Fake::default().with("/run/user/1000/docker.sock", "");
    assert_eq!(
        found(None, &variables, &rootless),
        "unix:///run/user/1000/docker.sock the default address"
    );
    let both = rootless.with(DEFAULT_SOCKET, "");
    assert_eq!(
        found(None, &variables, &both),
        "unix:///var/run/docker.sock the default address"
    );
}

#[test]
fn ports_default_as_the_docker_client_does() {
    let files = Fake::default()
        .with("/c/ca.pem", "")
        .with("/c/cert.pem", "")
        .with("/c/key.pem", "");
    let plain = found(Some("tcp://host"), &[], &files);
    assert_eq!(plain, "tcp://host:2375 from --docker-host");
    let tls = [("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/c")];
    let address = resolve(Some("tcp://host"), &env(&tls), &files).unwrap();
    let expected = Tls {
        authority: Some("/c/ca.pem".into()),
        identity: Some(("/c/cert.pem".into(), "/c/key.pem".into())),
        skip_verification: false,
    };
    assert_eq!(
        address.endpoint,
        Endpoint::Tcp("host:2376".into(), Some(expected))
    );
}

#[test]
fn a_context_brings_its_own_tls_files() {
    let tls = format!(
        "/h/.docker/contexts/tls/{}/docker/ca.pem",
        directory_name("remote")
    );
    let files = with_remote(META).with(&tls, "");
    let variables = [("HOME", "/h"), ("DOCKER_CONTEXT", "remote")];
    let address = resolve(None, &env(&variables), &files).unwrap();
    let Endpoint::Tcp(_, Some(found)) = address.endpoint else {
        panic!("no TLS: {address:?}");
    };
    assert_eq!(found.authority, Some(tls.into()));
    assert_eq!(found.identity, None);
    assert!(!found.skip_verification);
}

#[test]
fn errors_name_what_was_tried() {
    let variables = [("HOME", "/h"), ("DOCKER_CONTEXT", "rmote")];
    let unknown = resolve(None, &env(&variables), &with_remote(META)).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "there is no Docker context `rmote` (from DOCKER_CONTEXT)"
    );
    assert_eq!(
        unknown.hint().unwrap(),
        "this machine has `remote`, and `default`"
    );

    let tls = [("HOME", "/h"), ("DOCKER_TLS_VERIFY", "1")];
    let missing = resolve(Some("tcp://h"), &env(&tls), &Fake::default()).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "TLS is on (from DOCKER_TLS_VERIFY), but `/h/.docker/ca.pem` does not exist"
    );

    for (address, why) in [
        ("/var/run/docker.sock", "the scheme is missing"),
        ("npipe:////./pipe/x", "the scheme is not supported"),
        (
            "ssh://me@host:2222",
            "give the port in `~/.ssh/config` (`Port` under `Host`), not in the address",
        ),
        (
            "tcp://host:1/path",
            "a host and a port are expected, nothing more",
        ),
    ] {
        let error = resolve(Some(address), &EnvMap::default(), &Fake::default()).unwrap_err();
        assert!(error.to_string().ends_with(why), "{error}");
    }
}

#[test]
fn context_directories_are_named_by_digest() {
    assert_eq!(directory_name("remote"), REMOTE);
}
