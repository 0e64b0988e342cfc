//! From folder to folder, those that are equally far from the first one at the same time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{Loaded, Means, hinted, load};
use super::helm::Helm;
use super::options::{Options, Restriction};
use super::place::{Place, Refusal, canonical};
use super::reader::{Reader, documents_of};
use super::remote::{Address, Store, without_password};
use super::source::Shown;
use crate::config::Located;
use crate::fsx;
use crate::workload::Error;
use crate::workload::build::kustomize;
use crate::workload::build::kustomize::tree::{Directory, Link, SourceTree};
use crate::workload::build::parallel;
use crate::yaml::{Location, Node, Source};

/// Folders lead to folders at most this often.
const MAX_DEPTH: usize = 128;

/// All ways that lead to a folder together, of all folders.
const MAX_VISITS: usize = 20_000;

/// What tells folders apart: the same one may be reached under different rules.
type Key = (PathBuf, Option<Arc<Path>>, bool, Option<String>, String);

/// A folder that is known and not yet read.
struct Pending {
    index: usize,
    place: Arc<Place>,
    named_at: Option<Location>,
}

/// Reads the kustomization in a folder and everything it needs. `shown` is what messages call the folder.
pub(crate) fn gather(
    folder: &Path,
    shown: &str,
    options: &Options<'_>,
) -> Result<SourceTree, Error> {
    let means = Means {
        store: Store::new(options.repositories.clone()),
        helm: Helm::new(options.helm.as_ref()),
    };
    let place = match first(folder, shown, options, &means.store) {
        Ok(place) => place,
        Err(refusal) => {
            let what = format!("`{}` {}", without_password(shown), refusal.why);
            let error = kustomize::Error::at(&Source::new("kustomization").whole(), what);
            return Err(hinted(error, refusal.hint).into());
        }
    };
    Walk::default().run(place, options, &means)
}

fn first(
    folder: &Path,
    shown: &str,
    options: &Options<'_>,
    store: &Store,
) -> Result<Place, Refusal> {
    if let Some(address) = Address::parse(shown) {
        return Place::remote(&address, store, None);
    }
    let missing = || Refusal::new("is no folder");
    let root = canonical(folder)?.ok_or_else(missing)?;
    if !fsx::is_dir(&root) {
        return Err(missing());
    }
    Ok(Place {
        root,
        shown: Shown::local(shown),
        restriction: options.restriction,
        repository: None,
        named_by: None,
        fetched: None,
        namespace: String::new(),
    })
}

/// What is known while walking.
#[derive(Default)]
struct Walk {
    indices: HashMap<Key, usize>,
    directories: Vec<Directory>,
    places: Vec<Arc<Place>>,
}

impl Walk {
    fn run(
        mut self,
        first: Place,
        options: &Options<'_>,
        means: &Means<'_>,
    ) -> Result<SourceTree, Error> {
        let helm = options.helm.is_some();
        self.indices.insert(key(&first, helm), 0);
        let mut level = vec![Pending {
            index: 0,
            place: Arc::new(first),
            named_at: None,
        }];
        let mut depth = 0;
        while !level.is_empty() {
            depth += 1;
            let loaded = parallel::try_map(level, |pending| {
                if depth > MAX_DEPTH {
                    let here = Source::new(pending.place.shown.to_string()).whole();
                    let what = format!("more than {MAX_DEPTH} kustomizations lead here");
                    return Err(Error::from(kustomize::Error::at(&here, what)));
                }
                let loaded = load(&pending.place, pending.named_at.as_ref(), options, means)?;
                Ok((pending, loaded))
            })?;
            level = Vec::new();
            for (pending, loaded) in loaded {
                self.add(pending, loaded, helm, &mut level);
            }
        }
        self.check_visits()?;
        self.follow_configurations(options, means)?;
        Ok(SourceTree {
            directories: self.directories,
            root: 0,
        })
    }

    /// Takes a folder that was read, and notes those it names.
    fn add(&mut self, pending: Pending, loaded: Loaded, helm: bool, next: &mut Vec<Pending>) {
        let Loaded {
            mut directory,
            folders,
        } = loaded;
        // Folders of a level are read in the order in which they got their indices.
        debug_assert_eq!(pending.index, self.directories.len());
        self.places.push(pending.place);
        for (path, place) in folders {
            let count = self.indices.len();
            let index = match self.indices.entry(key(&place, helm)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    new.insert(count);
                    next.push(Pending {
                        index: count,
                        named_at: Some(place_of(&directory, &path)),
                        place: Arc::new(place),
                    });
                    count
                }
            };
            directory.links.insert(path, Link::Directory(index));
        }
        self.directories.push(directory);
    }

    /// Refuses folders that lead to each other in so many ways that a build, which goes all of them, would not end.
    fn check_visits(&self) -> Result<(), Error> {
        // Folders that are named come behind one that names them, but not behind all of those: counted from the end,
        // each once.
        let mut counts: Vec<Option<usize>> = vec![None; self.directories.len()];
        let mut stack = vec![(0, false)];
        while let Some((index, counted)) = stack.pop() {
            let named = self.directories[index].links.values();
            let named = named.filter_map(|link| match link {
                Link::Directory(index) => Some(*index),
                _ => None,
            });
            if counted {
                let ways = named.fold(1_usize, |ways, named| {
                    ways.saturating_add(counts[named].unwrap_or_default())
                });
                counts[index] = Some(ways);
            } else if counts[index].is_none() {
                counts[index] = Some(0);
                stack.push((index, true));
                stack.extend(named.map(|named| (named, false)));
            }
        }
        match counts.first() {
            Some(Some(ways)) if *ways > MAX_VISITS => {
                let source = &self.directories[0].source;
                let what = format!("its folders lead to each other in more than {MAX_VISITS} ways");
                Err(kustomize::Error::at(&source.whole(), what).into())
            }
            _ => Ok(()),
        }
    }

    /// Reads what configuration objects name that are in folders of their own: from the folder that names those.
    fn follow_configurations(
        &mut self,
        options: &Options<'_>,
        means: &Means<'_>,
    ) -> Result<(), Error> {
        for index in 0..self.directories.len() {
            let directory = &self.directories[index];
            let mut documents = Vec::new();
            for entry in configurations(directory) {
                if let Some(Link::Directory(folder)) = directory.links.get(&entry.value) {
                    self.documents_below(*folder, MAX_DEPTH, &mut documents);
                }
            }
            if documents.is_empty() {
                continue;
            }
            let reader = Reader {
                place: &self.places[index],
                options,
                store: &means.store,
                text: &directory.text,
            };
            let at = directory.source.whole();
            let (more, _) = reader.follow_documents(&documents, &at, &directory.links)?;
            self.directories[index].links.extend(more);
        }
        Ok(())
    }

    fn documents_below(&self, index: usize, depth: usize, found: &mut Vec<Node>) {
        let directory = &self.directories[index];
        for entry in &directory.kustomization.resources {
            match directory.links.get(&entry.value) {
                Some(Link::File(file)) => found.extend(documents_of(&file.bytes)),
                Some(Link::Directory(folder)) if depth > 0 => {
                    self.documents_below(*folder, depth - 1, found);
                }
                _ => {}
            }
        }
    }
}

fn configurations(directory: &Directory) -> impl Iterator<Item = &Located<String>> {
    let file = &directory.kustomization;
    let lists = [&file.generators, &file.transformers, &file.validators];
    lists.into_iter().flatten()
}

fn key(place: &Place, helm: bool) -> Key {
    (
        place.root.clone(),
        place.repository.clone(),
        place.restriction == Restriction::RootOnly,
        place.fetched.as_ref().map(|fetched| fetched.url.clone()),
        // Only charts depend on it, and they are rendered only if helm may be run.
        if helm {
            place.namespace.clone()
        } else {
            String::new()
        },
    )
}

/// Where a folder names a path.
fn place_of(directory: &Directory, path: &str) -> Location {
    let file = &directory.kustomization;
    let lists = [
        &file.resources,
        &file.components,
        &file.generators,
        &file.transformers,
        &file.validators,
    ];
    let mut entries = lists.into_iter().flatten();
    match entries.find(|entry| entry.value == path) {
        Some(entry) => entry.at.clone(),
        None => directory.source.whole(),
    }
}

/// Whether a folder that the user names is the URL of a repository.
pub(crate) fn is_url(path: &Path) -> bool {
    path.to_str().and_then(Address::parse).is_some()
}

/// An error of a build with an excerpt, where it is about a kustomization.
pub(crate) fn explain(error: kustomize::Error, tree: &SourceTree) -> kustomize::Error {
    if error.excerpt().is_some() {
        return error;
    }
    let Some(at) = error.location() else {
        return error;
    };
    let mut directories = tree.directories.iter();
    match directories.find(|directory| directory.source == at.source) {
        Some(directory) => error.in_text(&directory.text),
        None => error,
    }
}
