//! The paths of many specifications, gone in one walk: what several share is gone once.

use std::collections::HashMap;

use serde_json::Value;

use super::fieldspec::{FieldSpec, split_path};
use super::gvk::Gvk;
use super::resource::kind_of;

/// What is called with a value at the end of a path, and the number of the specification.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&mut Value, usize) -> Result<(), String>;

/// Fields that lead to the end of at least one path. Nothing is made on the way.
#[derive(Debug, Default)]
pub(super) struct PathTree {
    name: String,
    /// The name says that the field is a list.
    is_list: bool,
    /// Paths that end here.
    ends: Vec<usize>,
    children: Vec<PathTree>,
}

/// Group, version and kind.
pub(super) type Kind<'o> = (&'o str, &'o str, &'o str);

/// A kind by the two fields of an object.
pub(super) fn kind<'o>(api_version: &'o str, kind: &'o str) -> Kind<'o> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    (group, version, kind)
}

/// A tree for each kind that was asked for.
#[derive(Debug)]
pub(super) struct PathTrees(HashMap<String, Vec<Version>>);

/// Group, version, and the tree for the kind in them.
type Version = (String, String, PathTree);

impl PathTrees {
    /// Trees for these kinds.
    pub(super) fn new<'o>(kinds: impl Iterator<Item = Kind<'o>>, specs: &[&FieldSpec]) -> Self {
        let mut trees = Self(HashMap::new());
        for kind in kinds {
            if trees.get(kind).is_none() {
                let tree = PathTree::of_kind(kind, specs);
                let (group, version) = (kind.0.to_owned(), kind.1.to_owned());
                let versions = trees.0.entry(kind.2.to_owned()).or_default();
                versions.push((group, version, tree));
            }
        }
        trees
    }

    /// The tree for a kind; none if it was not asked for.
    pub(super) fn get(&self, (group, version, kind): Kind<'_>) -> Option<&PathTree> {
        let mut versions = self.0.get(kind)?.iter();
        let found = versions.find(|(one, other, _)| one == group && other == version);
        found.map(|(_, _, tree)| tree)
    }
}

impl PathTree {
    /// Those of the specifications that select a kind.
    fn of_kind((group, version, kind): Kind<'_>, specs: &[&FieldSpec]) -> Self {
        let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let selects = |gvk: &Gvk| {
            fits(&gvk.kind, kind) && fits(&gvk.group, group) && fits(&gvk.version, version)
        };
        let mut tree = Self::default();
        for (number, spec) in specs.iter().enumerate() {
            if selects(&spec.gvk) {
                let path = split_path(&spec.path);
                let end = path.iter().fold(&mut tree, |tree, name| tree.child(name));
                end.ends.push(number);
            }
        }
        tree
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let (name, is_list) = match name.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let mut known = self.children.iter();
        let place = known.position(|child| child.name == name && child.is_list == is_list);
        let place = place.unwrap_or_else(|| {
            self.children.push(Self {
                name: name.to_owned(),
                is_list,
                ..Self::default()
            });
            self.children.len() - 1
        });
        &mut self.children[place]
    }

    /// No path begins here.
    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// Calls `visit` with every value at the end of a path. The error is that of `visit`, or what stands in the way.
    pub(super) fn walk(
        &self,
        object: &mut Value,
        specs: &[&FieldSpec],
        visit: Visit<'_>,
    ) -> Result<(), String> {
        self.follow(object, &mut |value, number| {
            visit(value, number).map_err(|why| (number, why))
        })
        .map_err(|(number, why)| {
            let path = &specs[number].path;
            format!("the field `{path}` cannot be set: {why}")
        })
    }

    fn follow(
        &self,
        value: &mut Value,
        visit: &mut dyn FnMut(&mut Value, usize) -> Result<(), (usize, String)>,
    ) -> Result<(), (usize, String)> {
        match value {
            Value::Null => Ok(()),
            Value::Array(items) => items
                .iter_mut()
                .try_for_each(|item| self.follow(item, visit)),
            Value::Object(fields) => {
                for child in &self.children {
                    if let ("", Some(number)) = (&*child.name, child.first_end()) {
                        return Err((number, "an empty field name is in its path".to_owned()));
                    }
                    let Some(field) = fields.get_mut(&child.name) else {
                        continue;
                    };
                    // A list that is there but null counts as an empty one.
                    if child.is_list && field.is_null() {
                        *field = Value::Array(Vec::new());
                    }
                    for number in &child.ends {
                        visit(field, *number)?;
                    }
                    if !child.children.is_empty() {
                        child.follow(field, visit)?;
                    }
                }
                Ok(())
            }
            other => {
                let Some((child, number)) = self.children.first().zip(self.first_end()) else {
                    return Ok(());
                };
                let (name, found) = (&child.name, kind_of(other));
                Err((number, format!("`{name}` would have to be below {found}")))
            }
        }
    }

    /// Any path that ends here or below.
    fn first_end(&self) -> Option<usize> {
        let below = || self.children.iter().find_map(Self::first_end);
        self.ends.first().copied().or_else(below)
    }
}
