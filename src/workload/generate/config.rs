//! ConfigMaps and Secrets.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::Error;
use super::hash::{go_json, suffix};
use super::object::{Meta, object};

/// Longest key.
const MAX_KEY: usize = 253;

/// Keys and values, sorted.
#[derive(Default)]
pub struct Data(BTreeMap<String, Zeroizing<Vec<u8>>>);

impl std::fmt::Debug for Data {
    /// Keys only: values may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Data {
    /// Adds a value.
    pub fn add(&mut self, key: &str, value: Vec<u8>) -> Result<(), Error> {
        let value = Zeroizing::new(value);
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fits = !key.is_empty() && key.len() <= MAX_KEY && key.chars().all(inner);
        if !fits || key == "." || key.starts_with("..") {
            return Err(Error::value(
                "KEY",
                format!(
                    "`{key}`: a key has up to 253 letters, digits, `-`, `_` and `.`, and does not begin with `..`"
                ),
            ));
        }
        match self.0.insert(key.to_owned(), value) {
            Some(_) => Err(Error::Twice(key.to_owned())),
            None => Ok(()),
        }
    }

    fn base64(&self) -> Map<String, Value> {
        let entry = |(key, value): (&String, &Zeroizing<Vec<u8>>)| {
            (key.clone(), STANDARD.encode(value).into())
        };
        self.0.iter().map(entry).collect()
    }
}

/// `KEY=VALUE`. What is wrong is told without the value.
pub fn literal(text: &str) -> Result<(&str, &str), Error> {
    let pair = text.split_once('=').filter(|(key, _)| !key.is_empty());
    pair.ok_or_else(|| Error::value("--from-literal", "expected `KEY=VALUE`"))
}

/// `[KEY=]PATH`; the key is the last part of the path if none is named.
pub fn entry(text: &str) -> Result<(Option<&str>, &str), Error> {
    let broken = |why: &str| Error::value("--from-file", format!("`{text}`: {why}"));
    match text.split_once('=') {
        None => Ok((None, text)),
        Some(("", _)) => Err(broken("the key is missing")),
        Some((_, "")) => Err(broken("the path is missing")),
        Some((_, path)) if path.contains('=') => Err(broken("keys and paths have no `=`")),
        Some((key, path)) => Ok((Some(key), path)),
    }
}

/// Lines `NAME=VALUE`. A line without `=` takes the value from the environment; empty lines and comments are none.
pub fn read_env_lines(
    text: &str,
    file: &str,
    variable: impl Fn(&str) -> Option<String>,
    data: &mut Data,
) -> Result<(), Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (line, variable(line).unwrap_or_default()),
        };
        let fits = |c: char| c.is_ascii_graphic() && c != '=';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(Error::Line {
                file: file.to_owned(),
                line: index + 1,
                why: "this is no name of a variable".to_owned(),
            });
        }
        data.add(name, value.into_bytes())?;
    }
    Ok(())
}

/// A ConfigMap. Values that are no UTF-8 go to `binaryData`.
pub fn config_map(meta: Meta<'_>, data: &Data, append_hash: bool) -> Result<Value, Error> {
    let (mut text, mut binary) = (Map::new(), Map::new());
    for (key, value) in &data.0 {
        match std::str::from_utf8(value) {
            Ok(value) => text.insert(key.clone(), value.into()),
            Err(_) => binary.insert(key.clone(), STANDARD.encode(value).into()),
        };
    }
    let mut metadata = meta.json()?;
    if append_hash {
        let mut hashed = json!({ "kind": "ConfigMap", "name": meta.name, "data": text });
        if !binary.is_empty() {
            hashed["binaryData"] = json!(binary);
        }
        metadata.insert(
            "name".to_owned(),
            format!("{}-{}", meta.name, suffix(&hashed)).into(),
        );
    }
    let mut map = object("v1", "ConfigMap", metadata);
    for (field, values) in [("binaryData", binary), ("data", text)] {
        if !values.is_empty() {
            map.insert(field.to_owned(), values.into());
        }
    }
    Ok(map.into())
}

/// A Secret; its type is left to the API server if it is empty.
pub fn secret(meta: Meta<'_>, kind: &str, data: &Data, append_hash: bool) -> Result<Value, Error> {
    let data = data.base64();
    let mut metadata = meta.json()?;
    if append_hash {
        let hashed = json!({ "kind": "Secret", "type": kind, "name": meta.name, "data": data });
        metadata.insert(
            "name".to_owned(),
            format!("{}-{}", meta.name, suffix(&hashed)).into(),
        );
    }
    let mut secret = object("v1", "Secret", metadata);
    if !kind.is_empty() {
        secret.insert("type".to_owned(), kind.into());
    }
    if !data.is_empty() {
        secret.insert("data".to_owned(), data.into());
    }
    Ok(secret.into())
}

/// Credentials of one registry.
pub struct DockerConfig<'a> {
    /// Its address.
    pub server: &'a str,
    /// User.
    pub user: &'a str,
    /// Password.
    pub password: &'a str,
    /// Address of the user, which nobody needs any more.
    pub email: Option<&'a str>,
}

/// The value of `.dockerconfigjson`, byte for byte as kubectl writes it: in the order of its fields.
pub fn docker_config(of: &DockerConfig<'_>) -> Vec<u8> {
    let text = |value: &str| go_json(&value.into());
    let auth = STANDARD.encode(format!("{}:{}", of.user, of.password));
    let email = of.email.filter(|email| !email.is_empty());
    let email = email.map(|email| format!("\"email\":{},", text(email)));
    format!(
        "{{\"auths\":{{{}:{{\"username\":{},\"password\":{},{}\"auth\":{}}}}}}}",
        text(of.server),
        text(of.user),
        text(of.password),
        email.unwrap_or_default(),
        text(&auth)
    )
    .into_bytes()
}

/// The values of a Secret for TLS, if the key is that of the certificate.
pub fn tls_data(certificate: Vec<u8>, key: Vec<u8>) -> Result<Data, Error> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| Error::value("--cert", error.to_string()))?;
    if chain.is_empty() {
        return Err(Error::value(
            "--cert",
            "there is no PEM certificate in the file",
        ));
    }
    // What the parser quotes of a private key must not be shown.
    let private = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| Error::value("--key", "there is no PEM private key in the file"))?;
    CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(
        |error| match error {
            rustls::Error::InconsistentKeys(_) => {
                Error::value("--key", "it is not the key of the certificate")
            }
            other => Error::value("--cert", other.to_string()),
        },
    )?;
    let mut data = Data::default();
    data.add("tls.crt", certificate)?;
    data.add("tls.key", key)?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: Meta<'_> = Meta {
        name: "c",
        namespace: None,
    };

    fn data(pairs: &[(&str, &[u8])]) -> Data {
        let mut data = Data::default();
        for (key, value) in pairs {
            data.add(key, value.to_vec()).unwrap();
        }
        data
    }

    #[test]
    fn hashes_are_those_of_kubectl_with_binary_values_too() {
        let text = "A=1\n#c\n  B=2=3 \nHOME\n";
        let data = data(&[("bin", b"\xff\x00"), ("x", text.as_bytes())]);
        let map = config_map(META, &data, true).unwrap();
        assert_eq!(map["metadata"]["name"], "c-86g6k7969f");
        assert_eq!(map["binaryData"]["bin"], "/wA=");
    }

    #[test]
    fn docker_configurations_are_those_of_kubectl() {
        let of = DockerConfig {
            server: "https://x",
            user: "u",
            password: "p<&",
            email: Some("e"),
        };
        assert_eq!(
            STANDARD.encode(docker_config(&of)),
            "eyJhdXRocyI6eyJodHRwczovL3giOnsidXNlcm5hbWUiOiJ1IiwicGFzc3dvcmQiOiJwXHUwMDNjXHUwMDI2IiwiZW1haWwiOiJlIiwiYXV0aCI6ImRUcHdQQ1k9In19fQ=="
        );
    }

    #[test]
    fn variables_are_lines_and_may_come_from_the_environment() {
        let mut found = Data::default();
        let variable = |name: &str| (name == "HOME").then(|| "/root".to_owned());
        read_env_lines(
            "\u{feff}A=1\n#c\n\n  B=2=3 \nHOME\nNONE\n",
            "e",
            variable,
            &mut found,
        )
        .unwrap();
        let expected = data(&[
            ("A", b"1"),
            ("B", b"2=3 "),
            ("HOME", b"/root"),
            ("NONE", b""),
        ]);
        assert_eq!(found.0, expected.0);
        let error = read_env_lines("A=1\nB C=secret\n", "e", variable, &mut Data::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "e:2: this is no name of a variable"
        );
    }

    #[test]
    fn keys_are_given_once_and_fit() {
        let mut found = data(&[("a", b"1")]);
        assert_eq!(
            found.add("a", Vec::new()).unwrap_err().to_string(),
            "the key `a` is given twice"
        );
        for key in ["", ".", "..a", "a/b", "ä"] {
            assert!(found.add(key, Vec::new()).is_err(), "{key}");
        }
    }

    #[test]
    fn errors_and_debug_show_no_values() {
        let error = literal("hunter2").unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
        assert!(!format!("{:?}", data(&[("a", b"hunter2")])).contains("hunter2"));
        let error = tls_data(b"x".to_vec(), b"y".to_vec()).unwrap_err();
        assert!(error.to_string().starts_with("`--cert`"), "{error}");
    }
}
