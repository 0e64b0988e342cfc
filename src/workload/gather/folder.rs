//! Reads one folder: its kustomization, and what that names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mentions::{Form, Mention, Wanted, mentions};
use super::options::{Opened, Options};
use super::place::{Place, Read, Refusal};
use crate::workload::Error;
use crate::workload::build::kustomize::file::{Kustomization, decode};
use crate::workload::build::kustomize::tree::{Directory, FILE_NAMES, Link, SourceFile};
use crate::workload::build::kustomize::{self};
use crate::workload::build::parallel;
use crate::yaml::{self, Location, Node, Source, Value};

/// A folder, and the ones it names.
pub(super) struct Loaded {
    /// The folder; links to other folders are still missing.
    pub directory: Directory,
    /// Paths that lead to other folders.
    pub folders: Vec<(String, Place)>,
}

/// Reads a folder. `named_at` is where it is named.
pub(super) fn load(
    place: &Arc<Place>,
    named_at: Option<&Location>,
    options: &Options<'_>,
) -> Result<Loaded, Error> {
    let (file_name, bytes) = find(place, named_at)?;
    let source = Source::new(place.shown.join(file_name).to_string());
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(kustomize::Error::at(&source.whole(), "this is not a UTF-8 text").into());
    };
    let (kustomization, oddities) = read(&text, &source)?;
    let reader = Reader {
        place,
        options,
        source: &source,
        text: &text,
    };
    let (links, folders) = reader.follow(&kustomization)?;
    Ok(Loaded {
        directory: Directory {
            shown: place.shown.to_string(),
            file_name: file_name.to_owned(),
            text: text.as_str().into(),
            source: source.clone(),
            kustomization,
            oddities,
            links,
            charts: Vec::new(),
            remote: None,
        },
        folders,
    })
}

/// The kustomization of a folder, which must be the only one.
fn find(
    place: &Arc<Place>,
    named_at: Option<&Location>,
) -> Result<(&'static str, Vec<u8>), kustomize::Error> {
    let here = Source::new(place.shown.to_string()).whole();
    let mut found = Vec::new();
    for name in FILE_NAMES {
        match place.read(name) {
            Ok(Read::File(bytes)) => found.push((name, bytes)),
            Ok(Read::Folder | Read::Nothing) => {}
            Err(refusal) => {
                let what = format!("`{name}` {}", refusal.why);
                return Err(hinted(kustomize::Error::at(&here, what), refusal.hint));
            }
        }
    }
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|(name, _)| format!("`{name}`")).collect();
        let what = format!(
            "a folder has one kustomization, and here are {}",
            names.join(" and ")
        );
        return Err(kustomize::Error::at(&here, what).with_hint("remove all but one"));
    }
    found.pop().ok_or_else(|| {
        let names = FILE_NAMES.map(|name| format!("`{name}`"));
        let names = crate::text::List::or(names);
        match named_at {
            None => kustomize::Error::at(&here, format!("there is no {names}")),
            Some(at) => {
                let what = format!("`{}` is a folder without a kustomization", place.shown);
                kustomize::Error::at(at, what)
                    .with_hint(format!("name its files one by one, or give it {names}"))
            }
        }
    })
}

/// Reads the text of a kustomization. As kustomize does, only its first document.
fn read(text: &str, source: &Source) -> Result<(Kustomization, Vec<String>), kustomize::Error> {
    let (documents, repeated) = yaml::load_last_of_repeated(text, source)?;
    let oddities = repeated
        .iter()
        .map(|error| format!("{error}; the last one counts"))
        .collect();
    match documents.first() {
        Some(document) if !document.is_null() => decode(document, source)
            .map(|kustomization| (kustomization, oddities))
            .map_err(|error| error.in_text(text).into()),
        _ => Err(kustomize::Error::at(&source.whole(), "it is empty")
            .with_hint("a kustomization needs at least one field, `resources` for example")),
    }
}

struct Reader<'r> {
    place: &'r Arc<Place>,
    options: &'r Options<'r>,
    source: &'r Source,
    text: &'r str,
}

/// What a mention leads to.
enum Target {
    Link(Link),
    Folder(Place),
    /// It is no path at all.
    Text,
}

impl Reader<'_> {
    /// Follows everything that the kustomization names.
    fn follow(
        &self,
        kustomization: &Kustomization,
    ) -> Result<(BTreeMap<String, Link>, Vec<(String, Place)>), Error> {
        let mut seen = BTreeMap::new();
        let mut first = mentions(kustomization);
        // What is named twice is read once.
        first.retain(|mention| seen.insert(mention.path.value.clone(), ()).is_none());
        let targets = parallel::try_map(first, |mention| {
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
            Wanted::File(form) => match self.place.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, form),
                Ok(Read::Folder) => Err(self.fail(
                    mention,
                    Refusal::new("is a folder, where a file is expected"),
                )),
                Ok(Read::Nothing) => Err(self.missing(mention, "does not exist")),
                Err(refusal) => Err(self.fail(mention, refusal)),
            },
            Wanted::FileOrText(_) if path.contains('\n') => Ok(Target::Text),
            Wanted::FileOrText(form) => match self.place.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, form),
                Ok(Read::Folder) => Ok(missing_link("is a folder, where a file is expected")),
                Ok(Read::Nothing) => Ok(missing_link("does not exist")),
                Err(refusal) => Ok(missing_link(refusal.why)),
            },
            Wanted::TextOrResource if is_object(path) => Ok(Target::Text),
            Wanted::TextOrResource if path.contains('\n') => Err(self.fail_whole(
                mention,
                "the text holds no object, and it is no path either",
            )),
            Wanted::TextOrResource | Wanted::Resource => match self.place.read(path) {
                Ok(Read::File(bytes)) => self.file(path, bytes, &Form::Manifest),
                Ok(Read::Folder | Read::Nothing) => self.folder(mention),
                Err(refusal) => Err(self.fail(mention, refusal)),
            },
            Wanted::Folder => self.folder(mention),
        }
    }

    fn file(&self, path: &str, bytes: Vec<u8>, form: &Form) -> Result<Target, Error> {
        let source = Source::new(self.place.shown.join(path).to_string());
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
        match self.place.folder(&mention.path.value) {
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
        let what = format!("`{}` {}", mention.path.value, refusal.why);
        match hinted(self.error(mention, &what), refusal.hint) {
            error => error.into(),
        }
    }

    fn fail_whole(&self, mention: &Mention, what: &str) -> Error {
        self.error(mention, what).into()
    }

    fn error(&self, mention: &Mention, what: &str) -> kustomize::Error {
        let what = format!("`{}`: {what}", mention.field);
        kustomize::Error::at(&mention.path.at, what).in_text(self.text)
    }
}

fn hinted(error: kustomize::Error, hint: Option<String>) -> kustomize::Error {
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn missing_link(why: impl Into<String>) -> Target {
    Target::Link(Link::Missing(why.into()))
}

/// Whether a text holds objects rather than being a path. An empty one holds none of them, and is no path.
fn is_object(text: &str) -> bool {
    let is_map = |node: &Node| matches!(node.value, Value::Map(_) | Value::Null);
    yaml::load(text, &Source::new("")).is_ok_and(|documents| documents.iter().all(is_map))
}
