//! Follows what a kustomization names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::folder::hinted;
use super::mentions::{Form, Mention, Wanted, mentions};
use super::options::{Opened, Options};
use super::place::{Place, Read, Refusal};
use super::remote::{Address, Store, without_password};
use crate::config::Located;
use crate::workload::Error;
use crate::workload::build::kustomize::file::Kustomization;
use crate::workload::build::kustomize::tree::{Link, SourceFile};
use crate::workload::build::kustomize::{self, Use, paths_of};
use crate::workload::build::parallel;
use crate::yaml::{self, Location, Node, Source, Value};

/// Follows the paths of one kustomization.
pub(super) struct Reader<'r> {
    /// Where it is.
    pub place: &'r Arc<Place>,
    /// What it may do.
    pub options: &'r Options<'r>,
    /// What repositories are fetched with.
    pub store: &'r Store,
    /// Its text, for excerpts.
    pub text: &'r str,
}

/// What a mention leads to.
enum Target {
    Link(Link),
    Folder(Place),
    /// It is no path at all.
    Text,
}

/// Files by their paths, and other folders.
pub(super) type Followed = (BTreeMap<String, Link>, Vec<(String, Place)>);

impl Reader<'_> {
    /// Follows everything that the kustomization names, and what its configuration objects name.
    pub(super) fn follow(&self, kustomization: &Kustomization) -> Result<Followed, Error> {
        let mentions = mentions(kustomization);
        let configs = mentions
            .iter()
            .filter(|mention| mention.wanted == Wanted::TextOrResource);
        let configs: Vec<Located<String>> = configs.map(|mention| mention.path.clone()).collect();
        let (mut links, mut folders) = self.follow_all(mentions)?;
        for config in configs {
            let documents = match links.get(&config.value) {
                Some(Link::File(file)) => documents_of(&file.bytes),
                Some(_) => continue,
                None => documents_of(config.value.as_bytes()),
            };
            let (more, others) = self.follow_documents(&documents, &config.at, &links)?;
            links.extend(more);
            folders.extend(others);
        }
        Ok((links, folders))
    }

    /// Follows what configuration objects name, but for what is known.
    pub(super) fn follow_documents(
        &self,
        documents: &[Node],
        at: &Location,
        known: &BTreeMap<String, Link>,
    ) -> Result<Followed, Error> {
        let mut mentions = Vec::new();
        for named in paths_of(documents) {
            if known.contains_key(&named.path) {
                continue;
            }
            let form = match named.usage {
                Use::Patch => Form::Manifest,
                Use::Keyed(key) => Form::Keyed(key),
                Use::Variables => Form::Variables,
                Use::Configuration => Form::Configuration,
            };
            mentions.push(Mention {
                field: "path",
                path: Located {
                    value: named.path,
                    at: at.clone(),
                },
                // Whether it has to exist is for whoever uses it to say.
                wanted: Wanted::FileOrText(form),
            });
        }
        self.follow_all(mentions)
    }

    /// Follows paths; what is named twice is read once.
    fn follow_all(&self, mut mentions: Vec<Mention>) -> Result<Followed, Error> {
        let mut seen = BTreeSet::new();
        mentions.retain(|mention| seen.insert(mention.path.value.clone()));
        let targets = parallel::try_map(mentions, |mention| {
            let target = self.target(&mention)?;
            Ok::<_, Error>((mention.path.value, target))
        })?;
        let mut links = BTreeMap::new();
        let mut folders = Vec::new();
        for (path, target) in targets {
            match target {
                Target::Link(link) => {
                    links.insert(path, link);
                }
                Target::Folder(place) => folders.push((path, place)),
                Target::Text => {}
            }
        }
        Ok((links, folders))
    }

    fn target(&self, mention: &Mention) -> Result<Target, Error> {
        let path = mention.path.value.as_str();
        match &mention.wanted {
            Wanted::File(form) => match self.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, form),
                Ok(Read::Folder) => Err(self.fail(mention, Refusal::new(FOLDER))),
                Ok(Read::Nothing) => Err(self.missing(mention, MISSING)),
                Err(refusal) => Err(self.fail(mention, refusal)),
            },
            Wanted::FileOrText(_) if path.contains('\n') => Ok(Target::Text),
            Wanted::FileOrText(form) => match self.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, form),
                Ok(Read::Folder) => Ok(missing_link(FOLDER)),
                Ok(Read::Nothing) => Ok(missing_link(MISSING)),
                Err(refusal) => Ok(missing_link(refusal.why)),
            },
            Wanted::TextOrResource if is_object(path) => Ok(Target::Text),
            Wanted::TextOrResource if path.contains('\n') => {
                let what = "the text holds no object, and it is no path either";
                Err(self.error(mention, what).into())
            }
            Wanted::TextOrResource | Wanted::Resource if is_http(path) => self.url(mention),
            Wanted::TextOrResource | Wanted::Resource => match self.place.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, &Form::Manifest),
                Ok(Read::Folder | Read::Nothing) => self.folder(mention),
                Err(refusal) => Err(self.fail(mention, refusal)),
            },
            Wanted::Folder => self.folder(mention),
        }
    }

    fn read(&self, path: &str) -> Result<Read, Refusal> {
        if is_http(path) {
            return self.download(path).map(Read::File);
        }
        self.place.read(path)
    }

    fn download(&self, url: &str) -> Result<Vec<u8>, Refusal> {
        (self.options.download)(url).map_err(|why| Refusal::new(why.0))
    }

    /// A URL of HTTP may be that of a file or of a repository. What it looks like is tried first.
    fn url(&self, mention: &Mention) -> Result<Target, Error> {
        let url = mention.path.value.as_str();
        let Some(address) = Address::parse(url) else {
            return match self.download(url) {
                Ok(bytes) => self.file(url, bytes, &Form::Manifest),
                Err(refusal) => Err(self.fail(mention, refusal)),
            };
        };
        let file = || {
            let bytes = self.download(url)?;
            match std::str::from_utf8(&bytes) {
                Ok(text) if is_object(text) => Ok(bytes),
                _ => Err(Refusal::new("holds no objects")),
            }
        };
        let folder = || Place::remote(&address, self.store, Some(self.place));
        let (file, folder) = if address.looks_like_file() || !address.is_marked() {
            match file() {
                Ok(bytes) => (Ok(bytes), None),
                refused => (refused, Some(folder())),
            }
        } else {
            match folder() {
                Ok(place) => return Ok(Target::Folder(place)),
                refused => (file(), Some(refused)),
            }
        };
        match (file, folder) {
            (Ok(bytes), _) => self.file(url, bytes, &Form::Manifest),
            (Err(_), Some(Ok(place))) => Ok(Target::Folder(place)),
            (Err(file), None) => Err(self.fail(mention, file)),
            (Err(file), Some(Err(folder))) => {
                let both = format!("{}; as a file, it {}", folder.why, file.why);
                Err(self.fail(
                    mention,
                    Refusal {
                        why: both,
                        hint: folder.hint,
                    },
                ))
            }
        }
    }

    fn file(&self, path: &str, bytes: Vec<u8>, form: &Form) -> Result<Target, Error> {
        let source = if is_http(path) {
            Source::new(without_password(path))
        } else {
            Source::new(self.place.shown.join(path).to_string())
        };
        let opened = match self.options.decrypt {
            Some(decrypt) => decrypt(&source, bytes, form)?,
            None => Opened {
                bytes,
                confidential: false,
            },
        };
        Ok(Target::Link(Link::File(Arc::new(SourceFile {
            source,
            bytes: opened.bytes,
            confidential: opened.confidential,
        }))))
    }

    fn folder(&self, mention: &Mention) -> Result<Target, Error> {
        let path = mention.path.value.as_str();
        let found = match Address::parse(path) {
            Some(address) => Place::remote(&address, self.store, Some(self.place)).map(Some),
            None => self.place.folder(path),
        };
        match found {
            Ok(Some(place)) => Ok(Target::Folder(place)),
            Ok(None) => Err(self.missing(mention, "is neither a file nor a folder")),
            Err(refusal) => Err(self.fail(mention, refusal)),
        }
    }

    fn missing(&self, mention: &Mention, why: &str) -> Error {
        let path = mention.path.value.as_str();
        let neighbours = self.place.neighbours(path);
        let nearest = crate::text::nearest(path, neighbours.iter().map(String::as_str));
        let refusal = match nearest {
            Some(nearest) => Refusal::new(why).with_hint(format!("did you mean `{nearest}`?")),
            None => Refusal::new(why),
        };
        self.fail(mention, refusal)
    }

    fn fail(&self, mention: &Mention, refusal: Refusal) -> Error {
        let path = without_password(&mention.path.value);
        let what = format!("`{path}` {}", refusal.why);
        hinted(self.error(mention, &what), refusal.hint).into()
    }

    fn error(&self, mention: &Mention, what: &str) -> kustomize::Error {
        let what = format!("`{}`: {what}", mention.field);
        kustomize::Error::at(&mention.path.at, what).in_text(self.text)
    }
}

/// Ends of sentences that begin with a path.
const MISSING: &str = "does not exist";
const FOLDER: &str = "is a folder, where a file is expected";

fn missing_link(why: impl Into<String>) -> Target {
    Target::Link(Link::Missing(why.into()))
}

fn is_http(path: &str) -> bool {
    let scheme = path.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// The documents of a text; none if it is no YAML, which others will say.
pub(super) fn documents_of(bytes: &[u8]) -> Vec<Node> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    yaml::load(text, &Source::new("")).unwrap_or_default()
}

/// Whether a text holds objects rather than being a path. An empty one holds none of them, and is no path.
fn is_object(text: &str) -> bool {
    let is_map = |node: &Node| matches!(node.value, Value::Map(_) | Value::Null);
    yaml::load(text, &Source::new("")).is_ok_and(|documents| documents.iter().all(is_map))
}
