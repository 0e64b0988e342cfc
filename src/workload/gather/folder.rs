//! Reads one folder: its kustomization, and what that names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::helm::{Helm, Surroundings};
use super::options::Options;
use super::place::{Place, Read};
use super::reader::{Reader, documents_of};
use super::remote::Store;
use crate::workload::Error;
use crate::workload::build::kustomize::file::{Kustomization, decode};
use crate::workload::build::kustomize::schema::Schema;
use crate::workload::build::kustomize::tree::{Directory, FILE_NAMES, Link};
use crate::workload::build::kustomize::{self, Resource};
use crate::workload::object::Origin;
use crate::yaml::{self, Location, Source};

/// A folder, and the ones it names.
pub(super) struct Loaded {
    /// The folder; links to other folders are still missing.
    pub directory: Directory,
    /// Paths that lead to other folders.
    pub folders: Vec<(String, Place)>,
}

/// What all folders of a build share.
pub(super) struct Means<'m> {
    /// Fetches repositories.
    pub store: Store,
    /// Renders charts.
    pub helm: Helm<'m>,
}

/// Reads a folder. `named_at` is where it is named.
pub(super) fn load(
    place: &Arc<Place>,
    named_at: Option<&Location>,
    options: &Options<'_>,
    means: &Means<'_>,
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
        store: &means.store,
        text: &text,
    };
    let (mut links, mut folders) = reader.follow(&kustomization)?;
    let namespace = match kustomization.namespace.as_str() {
        "" => &place.namespace,
        own => own,
    };
    for (_, folder) in &mut folders {
        folder.namespace = namespace.to_owned();
    }
    let around = Surroundings {
        place,
        kustomization: &kustomization,
        source: &source,
        text: &text,
    };
    let charts = means.helm.inflate(&around)?;
    let configured = configured_charts(&kustomization, &links, means, &around)?;
    links.extend(configured);
    Ok(Loaded {
        directory: Directory {
            shown: place.shown.to_string(),
            file_name: file_name.to_owned(),
            text: text.as_str().into(),
            source: source.clone(),
            kustomization,
            oddities,
            links,
            charts: charts.into_iter().map(Arc::new).collect(),
            remote: place.fetched.as_ref().map(|fetched| fetched.remote.clone()),
        },
        folders,
    })
}

/// What becomes of charts that configuration objects name, by the links under which generators look for them.
fn configured_charts(
    kustomization: &Kustomization,
    links: &BTreeMap<String, Link>,
    means: &Means<'_>,
    around: &Surroundings<'_>,
) -> Result<Vec<(String, Link)>, Error> {
    let mut made = Vec::new();
    for config in &kustomization.generators {
        let documents = match links.get(&config.value) {
            Some(Link::File(file)) => documents_of(&file.bytes),
            Some(_) => continue,
            None => documents_of(config.value.as_bytes()),
        };
        let origin = Origin {
            source: around.source.clone(),
            line: config.at.line,
        };
        let configs: Vec<Resource> = documents
            .into_iter()
            .map(|node| Resource::new(node.into_json(), origin.clone(), &Schema::builtin()))
            .collect();
        for (link, globals, chart) in kustomize::charts_of(&configs)? {
            // Without leave to run helm, whoever uses the chart says so.
            if means.helm.may_run() {
                let file = means.helm.one(&globals, &chart, "", around)?;
                made.push((link, Link::File(Arc::new(file))));
            }
        }
    }
    Ok(made)
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
        let names = crate::text::List::or(FILE_NAMES);
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

pub(super) fn hinted(error: kustomize::Error, hint: Option<String>) -> kustomize::Error {
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
