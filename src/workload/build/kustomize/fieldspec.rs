//! Field specifications: which field of which kinds a transformer touches, and how to get there.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::gvk::Gvk;
use super::resource::text;
use super::shared::{self, Part};

/// One field of the kinds that `gvk` selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    /// Kinds it is about; empty parts take anything.
    pub gvk: Gvk,
    /// Fields separated by `/` (one in a name is written `\/`); `[]` behind a name says that it is a list.
    pub path: String,
    /// Whether missing parts are made.
    pub create: bool,
}

/// What stands at the end of a path that has to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    /// Nothing is made, even where the specification says so.
    Nothing,
    /// A null for the setter to replace.
    Scalar,
    /// An empty mapping.
    Mapping,
}

impl FieldSpec {
    /// A field of all kinds.
    pub(crate) fn any(path: &str, create: bool) -> Self {
        Self {
            gvk: Gvk::default(),
            path: path.to_owned(),
            create,
        }
    }

    /// Calls `set` with every value at the path, if the object is of a kind that this is about. The error is that of
    /// `set`, or what stands in the way on the path.
    pub(crate) fn apply(
        &self,
        object: &mut Value,
        make: Make,
        set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
    ) -> Result<(), String> {
        if !selects(&self.gvk, text(object, "apiVersion"), text(object, "kind")) {
            return Ok(());
        }
        Way::new(self).follow(object, make, set)
    }
}

/// Whether a selector takes an object with these two fields; its empty parts take anything.
pub(crate) fn selects(selector: &Gvk, api_version: &str, kind: &str) -> bool {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let fits = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
    fits(&selector.kind, kind) && fits(&selector.group, group) && fits(&selector.version, version)
}

/// A specification with its path taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// As it is specified.
    pub spec: FieldSpec,
    parts: Vec<String>,
}

impl Way {
    fn new(spec: &FieldSpec) -> Self {
        Self {
            spec: spec.clone(),
            parts: split_path(&spec.path),
        }
    }

    /// The ways to all values at the end of the path, in the order in which [`Way::follow`] comes to them.
    pub(crate) fn ends(&self, object: &Value) -> Vec<shared::Way> {
        let mut found = Vec::new();
        point(object, &self.parts, &mut Vec::new(), &mut found);
        found
    }

    /// Calls `set` with every value at the end of the path, of whatever kind the object is.
    pub(crate) fn follow(
        &self,
        object: &mut Value,
        make: Make,
        set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
    ) -> Result<(), String> {
        let make = if self.spec.create {
            make
        } else {
            Make::Nothing
        };
        walk(object, &self.parts, make, set)
            .map_err(|why| format!("the field `{}` cannot be set: {why}", self.spec.path))
    }
}

/// Specifications that are applied to many objects, found by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ways {
    list: Vec<Way>,
    /// Places of those for a kind and for all kinds, in order.
    by_kind: HashMap<String, Vec<usize>>,
    any_kind: Vec<usize>,
}

impl Ways {
    /// All of these, in this order.
    pub(crate) fn new<'s>(specs: impl IntoIterator<Item = &'s FieldSpec>) -> Self {
        let mut ways = Self::default();
        for (place, spec) in specs.into_iter().enumerate() {
            if spec.gvk.kind.is_empty() {
                ways.any_kind.push(place);
                ways.by_kind.values_mut().for_each(|list| list.push(place));
            } else {
                let so_far = &ways.any_kind;
                let list = ways.by_kind.entry(spec.gvk.kind.clone());
                list.or_insert_with(|| so_far.clone()).push(place);
            }
            ways.list.push(Way::new(spec));
        }
        ways
    }

    /// Those for an object with these two fields.
    pub(crate) fn of<'s, 'o>(
        &'s self,
        api_version: &'o str,
        kind: &'o str,
    ) -> impl Iterator<Item = &'s Way> + use<'s, 'o> {
        let places = self.by_kind.get(kind).unwrap_or(&self.any_kind);
        places
            .iter()
            .map(|place| &self.list[*place])
            .filter(move |way| selects(&way.spec.gvk, api_version, kind))
    }

    /// Calls `set` with every value at the end of a path of those for the object.
    pub(crate) fn apply(
        &self,
        object: &mut Value,
        make: Make,
        set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
    ) -> Result<(), String> {
        let ways: Vec<&Way> = self
            .of(text(object, "apiVersion"), text(object, "kind"))
            .collect();
        ways.into_iter()
            .try_for_each(|way| way.follow(object, make, set))
    }
}

/// The parts of a path; `\/` is a slash within one.
pub(crate) fn split_path(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = path.strip_prefix('/').unwrap_or(path).chars().peekable();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('\\', Some(part)) if chars.peek() == Some(&'/') => {
                chars.next();
                part.push('/');
            }
            ('/', _) => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            (_, None) => {}
        }
    }
    parts
}

fn point(value: &Value, path: &[String], so_far: &mut Vec<Part>, found: &mut Vec<shared::Way>) {
    match (value, path.split_first()) {
        (_, None) => found.push(so_far.as_slice().into()),
        (Value::Array(items), _) => {
            for (at, item) in items.iter().enumerate() {
                so_far.push(Part::Item(at));
                point(item, path, so_far, found);
                so_far.pop();
            }
        }
        (Value::Object(fields), Some((name, rest))) => {
            let name = name.strip_suffix("[]").unwrap_or(name);
            if let Some(field) = fields.get(name) {
                so_far.push(Part::Field(name.to_owned()));
                point(field, rest, so_far, found);
                so_far.pop();
            }
        }
        _ => {}
    }
}

fn walk(
    value: &mut Value,
    path: &[String],
    make: Make,
    set: &mut dyn FnMut(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    let Some((name, rest)) = path.split_first() else {
        return set(value);
    };
    match value {
        Value::Null => Ok(()),
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| walk(item, path, make, set)),
        Value::Object(fields) => {
            let (name, is_list) = match name.strip_suffix("[]") {
                Some(name) => (name, true),
                None => (name.as_str(), false),
            };
            if name.is_empty() {
                return Err("an empty field name is in its path".to_owned());
            }
            match step(fields, name, is_list, rest.is_empty(), make) {
                Some(field) => walk(field, rest, make, set),
                None => Ok(()),
            }
        }
        other => Err(format!(
            "`{name}` would have to be below {}",
            super::resource::kind_of(other)
        )),
    }
}

/// The field of a mapping, made if it is missing or null and may be made.
fn step<'v>(
    fields: &'v mut Map<String, Value>,
    name: &str,
    is_list: bool,
    last: bool,
    make: Make,
) -> Option<&'v mut Value> {
    let fresh = match make {
        _ if is_list => None,
        Make::Nothing => None,
        _ if !last => Some(Value::Object(Map::new())),
        Make::Scalar => Some(Value::Null),
        Make::Mapping => Some(Value::Object(Map::new())),
    };
    let Some(fresh) = fresh else {
        let field = fields.get_mut(name)?;
        // A list that is there but null counts as an empty one.
        if is_list && field.is_null() {
            *field = Value::Array(Vec::new());
        }
        return Some(field);
    };
    let field = fields.entry(name).or_insert(Value::Null);
    if field.is_null() {
        *field = fresh;
    }
    Some(field)
}

/// Adds a specification unless there is one that it would cover, as kustomize has it: an older one for a kind keeps a
/// newer one for all kinds out. The error is the path of two that contradict each other.
pub(crate) fn merge_one(specs: &mut Vec<FieldSpec>, new: FieldSpec) -> Result<(), String> {
    let covered = |old: &&FieldSpec| old.gvk.is_selected_by(&new.gvk) && old.path == new.path;
    match specs.iter().find(covered) {
        Some(old) if old.create != new.create => Err(new.path),
        Some(_) => Ok(()),
        None => {
            specs.push(new);
            Ok(())
        }
    }
}

/// [`merge_one`] for all of them.
pub(crate) fn merge_all(
    specs: &mut Vec<FieldSpec>,
    new: impl IntoIterator<Item = FieldSpec>,
) -> Result<(), String> {
    new.into_iter().try_for_each(|spec| merge_one(specs, spec))
}
