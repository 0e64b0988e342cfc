//! Decryption around a build of a kustomization: the files it reads before, and what is still encrypted after.
//!
//! As Flux does it: sources of generators go by the name of the key, patches and resources are documents. Unlike Flux,
//! which sees resources only after the build, files are decrypted as they are on disk, so that their authentication code
//! can be verified.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Error;
use super::build::kustomize::Resource;
use super::build::parallel;
use super::gather::{Form, Opened};
use crate::env::EnvMap;
use crate::sops::{self, Format, Keyring, MacCheck};
use crate::yaml::{self, Node, Source, Value};

/// No encrypted file is longer, as in Flux.
const MAX_SEALED: usize = 5 << 20;
/// What every value that sops encrypted begins with.
const SEALED: &str = "ENC[AES256_GCM,";
/// An annotation that keeps an object as it is.
const DECRYPT: &str = "kustomize.toolkit.fluxcd.io/decrypt";

/// What to decrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Everything.
    All,
    /// What names of objects depend on.
    Names,
    /// Nothing.
    Nothing,
}

/// Decrypts for one build. Keys are looked for when the first encrypted file comes.
pub(crate) struct Unsealer<'e> {
    wanted: Wanted,
    env: &'e EnvMap,
    keys: OnceLock<Keyring>,
}

impl<'e> Unsealer<'e> {
    /// Finds no keys yet.
    pub(crate) fn new(wanted: Wanted, env: &'e EnvMap) -> Self {
        Self {
            wanted,
            env,
            keys: OnceLock::new(),
        }
    }

    fn keys(&self) -> &Keyring {
        self.keys.get_or_init(|| Keyring::discover(self.env))
    }

    /// Decrypts a file that a kustomization names, if it is encrypted.
    pub(crate) fn open(
        &self,
        source: &Source,
        bytes: Vec<u8>,
        form: &Form,
    ) -> Result<Opened, Error> {
        let clear = |bytes| {
            Ok(Opened {
                bytes,
                confidential: false,
            })
        };
        let format = match form {
            Form::Configuration => return clear(bytes),
            Form::Manifest => return self.open_manifest(source, bytes),
            Form::Keyed(key) => format_of(key),
            Form::Variables => match format_of(source.name()) {
                Format::Binary => Format::Dotenv,
                format => format,
            },
        };
        if self.wanted == Wanted::Nothing || !is_marked(&bytes, format) {
            return clear(bytes);
        }
        self.open_whole(source, &bytes, format, format)
            .map(|bytes| Opened {
                bytes,
                confidential: true,
            })
    }

    fn open_whole(
        &self,
        source: &Source,
        bytes: &[u8],
        format: Format,
        into: Format,
    ) -> Result<Vec<u8>, Error> {
        check_size(source, bytes)?;
        let opened = sops::File::open(bytes, format, self.keys(), MacCheck::Verify)
            .and_then(|file| file.clear(into, sops::Style::default()));
        match opened {
            Ok(clear) => Ok(clear.expose().clone()),
            Err(error) => Err(refused(source, error)),
        }
    }

    fn open_manifest(&self, source: &Source, bytes: Vec<u8>) -> Result<Opened, Error> {
        let as_it_is = |bytes, confidential| {
            Ok(Opened {
                bytes,
                confidential,
            })
        };
        let sealed = memchr::memmem::find(&bytes, SEALED.as_bytes()).is_some();
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) if sealed => text,
            _ => return as_it_is(bytes, false),
        };
        // What is no YAML is told by whoever needs it to be.
        let Ok(mut documents) = yaml::load(text, &source.clone().confidential()) else {
            return as_it_is(bytes, false);
        };
        if !documents.iter().any(is_to_open) {
            return as_it_is(bytes, false);
        }
        check_size(source, &bytes)?;
        let names = documents.iter().any(has_sealed_names);
        match self.wanted {
            Wanted::Nothing if names => return Err(sealed_as_a_whole(source).into()),
            Wanted::Nothing => return as_it_is(bytes, false),
            Wanted::Names if !names => return as_it_is(bytes, true),
            Wanted::Names | Wanted::All => {}
        }
        self.open_documents(&mut documents, text, MacCheck::Verify)
            .map_err(|error| refused(source, error))?;
        let values: Vec<_> = documents.into_iter().map(Node::into_json).collect();
        as_it_is(yaml::documents_to_yaml(&values).into_bytes(), true)
    }

    /// Decrypts documents in place, but for those that are to stay as they are.
    fn open_documents(
        &self,
        documents: &mut Vec<Node>,
        text: &str,
        check: MacCheck,
    ) -> Result<(), sops::Error> {
        let all = std::mem::take(documents);
        let places: Vec<bool> = all.iter().map(is_to_open).collect();
        let (mut open, kept): (Vec<Node>, Vec<Node>) = all.into_iter().partition(is_to_open);
        sops::decrypt(&mut open, text, self.keys(), check)?;
        let (mut open, mut kept) = (open.into_iter(), kept.into_iter());
        let next = places
            .into_iter()
            .filter_map(|opened| if opened { open.next() } else { kept.next() });
        documents.extend(next);
        Ok(())
    }

    /// Decrypts objects that are still encrypted after the build, which may have changed them, and what Secrets hold.
    pub(crate) fn open_objects(&self, resources: Vec<Resource>) -> Result<Vec<Resource>, Error> {
        if self.wanted != Wanted::All {
            return Ok(resources);
        }
        parallel::try_map(resources, |resource| self.open_object(resource))
    }

    fn open_object(&self, mut resource: Resource) -> Result<Resource, Error> {
        let source = resource.origin.source.clone();
        if resource.mark("annotations", DECRYPT) == Some("disabled") {
            return Ok(resource);
        }
        if resource.json.get("sops").is_some() {
            let text = yaml::to_yaml(&resource.json);
            let mut documents = yaml::load(&text, &source.clone().confidential())?;
            if documents.iter().any(sops::is_encrypted) {
                self.open_documents(&mut documents, &text, MacCheck::Ignore)
                    .map_err(|error| refused(&source, error))?;
                if let Some(document) = documents.pop() {
                    resource.json = document.into_json();
                }
                resource.confidential = true;
            }
        }
        if resource.kind() == "Secret" && resource.api_version() == "v1" {
            self.open_entries(&mut resource, &source)?;
        }
        Ok(resource)
    }

    /// Entries of a Secret that are encrypted files.
    fn open_entries(&self, resource: &mut Resource, source: &Source) -> Result<(), Error> {
        let entries = resource.json.get_mut("data");
        let Some(entries) = entries.and_then(serde_json::Value::as_object_mut) else {
            return Ok(());
        };
        for (key, value) in entries {
            let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
            let Some(bytes) = bytes else { continue };
            let into = format_of(key);
            let formats = [
                into,
                Format::Yaml,
                Format::Json,
                Format::Dotenv,
                Format::Ini,
            ];
            let Some(format) = formats
                .into_iter()
                .find(|format| is_marked(&bytes, *format))
            else {
                continue;
            };
            let name = Source::new(format!("{source}: `data.{key}`"));
            let clear = self.open_whole(&name, &bytes, format, into)?;
            *value = STANDARD.encode(clear).into();
        }
        Ok(())
    }
}

/// The format of the value of a key.
fn format_of(key: &str) -> Format {
    if key.ends_with(".dockerconfigjson") {
        return Format::Json;
    }
    Format::of_path(std::path::Path::new(key))
}

/// Whether a file has what encrypted files of its format have.
fn is_marked(bytes: &[u8], format: Format) -> bool {
    let has = |marker: &str| memchr::memmem::find(bytes, marker.as_bytes()).is_some();
    match format {
        Format::Yaml => has("mac: ENC["),
        Format::Json | Format::Binary => has("\"mac\": \"ENC[") || has("\"mac\":\"ENC["),
        Format::Dotenv => has("sops_mac=ENC["),
        Format::Ini => has("[sops]"),
    }
}

/// Whether a document is encrypted and may be decrypted.
fn is_to_open(document: &Node) -> bool {
    let annotations = || document.get("metadata")?.get("annotations");
    let kept = annotations()
        .and_then(|annotations| annotations.get(DECRYPT)?.as_str())
        .is_some_and(|word| word == "disabled");
    sops::is_encrypted(document) && !kept
}

/// Whether it cannot be said without keys what a document is.
fn has_sealed_names(document: &Node) -> bool {
    let metadata = document.get("metadata");
    let inside = ["name", "namespace"].map(|key| metadata?.get(key));
    let outside = ["apiVersion", "kind"].map(|key| document.get(key));
    let sealed =
        |node: &Node| matches!(&node.value, Value::String(text) if text.starts_with(SEALED));
    let mut names = inside.into_iter().chain(outside);
    is_to_open(document) && names.any(|node| node.is_some_and(sealed))
}

fn check_size(source: &Source, bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= MAX_SEALED {
        return Ok(());
    }
    let what = "an encrypted file of a kustomization may not be longer than 5 MiB";
    Err(super::build::KustomizationError::at(&source.whole(), what).into())
}

fn sealed_as_a_whole(source: &Source) -> super::build::KustomizationError {
    let what = "it is encrypted as a whole, and a kustomization has to know what its objects are";
    super::build::KustomizationError::at(&source.whole(), what).with_hint(
        "encrypt values only: `encrypted_regex: ^(data|stringData)$` in `.sops.yaml`; or leave out `--no-decrypt`",
    )
}

fn refused(source: &Source, error: sops::Error) -> Error {
    Error::Decrypt {
        file: source.name().to_owned(),
        source: error,
    }
}
