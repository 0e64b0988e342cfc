//! JSON patches (RFC 6902) with the habits of the library that kustomize uses: `replace` and `copy` do not mind a field
//! that is missing, indices can count from the end, and what stands before the first slash of a path does not count.

use serde_json::{Map, Value};

use super::super::resource::{escaped, kind_of};

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

const VERBS: [(&str, Verb); 6] = [
    ("add", Verb::Add),
    ("remove", Verb::Remove),
    ("replace", Verb::Replace),
    ("move", Verb::Move),
    ("copy", Verb::Copy),
    ("test", Verb::Test),
];

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation {
    verb: Verb,
    path: Pointer,
    from: Pointer,
    /// Null if there is none.
    value: Value,
}

/// A path within an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Pointer {
    written: String,
    parts: Vec<String>,
}

impl Pointer {
    fn new(text: &str) -> Self {
        let parts = text.split('/').skip(1);
        Self {
            written: text.to_owned(),
            parts: parts
                .map(|part| part.replace("~1", "/").replace("~0", "~"))
                .collect(),
        }
    }
}

impl Operation {
    /// Reads an entry of a patch. The error is a sentence about the entry.
    pub(super) fn read(entry: &Value) -> Result<Self, String> {
        let Value::Object(fields) = entry else {
            return Err(format!(
                "an operation must be a mapping, not {}",
                kind_of(entry)
            ));
        };
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        let known = || crate::text::List::or(VERBS.map(|(name, _)| name));
        let op = match (text("op"), fields.get("op")) {
            (Some(op), _) => op,
            (None, None) => return Err(format!("`op` is missing, it can be {}", known())),
            (None, Some(_)) => return Err(format!("`op` must be {}", known())),
        };
        let Some((_, verb)) = VERBS.iter().find(|(name, _)| *name == op) else {
            return Err(format!("`op` must be {}, not `{op}`", known()));
        };
        let pointer = |name: &str| match (text(name), fields.get(name)) {
            (Some(text), _) => Ok(Pointer::new(text)),
            (None, None) => Err(format!("`{op}` needs `{name}`")),
            (None, Some(_)) => Err(format!("`{name}` of `{op}` must be a string")),
        };
        Ok(Self {
            verb: *verb,
            path: pointer("path")?,
            from: match verb {
                Verb::Move | Verb::Copy => pointer("from")?,
                _ => Pointer::default(),
            },
            value: fields.get("value").cloned().unwrap_or_default(),
        })
    }

    /// Applies it to an object. The error is a sentence that names operation and path.
    pub(super) fn apply(&self, root: &mut Value) -> Result<(), String> {
        let path = &self.path;
        let done = match self.verb {
            Verb::Add => add(root, path, self.value.clone()),
            Verb::Remove => remove(root, path).map(drop),
            Verb::Replace => self.replace(root),
            Verb::Move => remove(root, &self.from).and_then(|value| add(root, path, value)),
            Verb::Copy => {
                get(root, &self.from).and_then(|value| add(root, path, value.unwrap_or_default()))
            }
            Verb::Test => self.test(root),
        };
        done.map_err(|why| {
            let op = VERBS.iter().find(|(_, verb)| *verb == self.verb);
            let op = op.map_or("", |(name, _)| name);
            format!("the operation `{op}` at `{}` fails: {why}", path.written)
        })
    }

    fn replace(&self, root: &mut Value) -> Result<(), String> {
        if self.path.written.is_empty() {
            root.clone_from(&self.value);
            return Ok(());
        }
        let (parent, key) = parent(root, &self.path)?;
        match parent {
            Parent::Mapping(fields) => {
                fields.insert(key.to_owned(), self.value.clone());
            }
            Parent::List(items) => {
                let index = index(key, items.len())?;
                items[index] = self.value.clone();
            }
        }
        Ok(())
    }

    fn test(&self, root: &mut Value) -> Result<(), String> {
        let found = match self.path.written.as_str() {
            "" => Some(root.clone()),
            _ => get(root, &self.path)?,
        };
        if found.unwrap_or_default() == self.value {
            return Ok(());
        }
        Err("the value is another one".to_owned())
    }
}

/// A JSON pointer with these parts.
fn written(parts: &[String]) -> String {
    let parts = parts.iter().map(|part| format!("/{}", escaped(part)));
    parts.collect::<Vec<_>>().concat()
}

/// What can have something below it.
enum Parent<'v> {
    Mapping(&'v mut Map<String, Value>),
    List(&'v mut Vec<Value>),
}

/// What a path leads to but for its last part, and that part.
fn parent<'v, 'p>(root: &'v mut Value, path: &'p Pointer) -> Result<(Parent<'v>, &'p str), String> {
    let Some((last, parts)) = path.parts.split_last() else {
        return Err(format!("the path `{}` has no slash", path.written));
    };
    let mut value = root;
    for (depth, part) in parts.iter().enumerate() {
        let next = match value {
            Value::Object(fields) => fields.get_mut(part.as_str()),
            Value::Array(items) => {
                let index =
                    index(part, items.len()).map_err(|why| at(&written(&parts[..depth]), &why))?;
                items.get_mut(index)
            }
            _ => None,
        };
        match next {
            Some(next) if !next.is_null() => value = next,
            _ => return Err(format!("there is no `{}`", written(&parts[..=depth]))),
        }
    }
    match value {
        Value::Object(fields) => Ok((Parent::Mapping(fields), last)),
        Value::Array(items) => Ok((Parent::List(items), last)),
        other => Err(format!("`{}` is {}", written(parts), kind_of(other))),
    }
}

fn at(walked: &str, why: &str) -> String {
    format!("{why} in `{walked}`")
}

/// The place of an item that is there.
fn index(key: &str, length: usize) -> Result<usize, String> {
    let place = place(key, length)?;
    if place < length {
        Ok(place)
    } else {
        Err(beyond(key, length))
    }
}

/// The place that a key means in a list of a length; negative ones count from its end.
fn place(key: &str, length: usize) -> Result<usize, String> {
    let number: i64 = match key.parse() {
        Ok(number) => number,
        Err(_) => return Err(format!("`{key}` is no index of a list")),
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if number < 0 { number + length } else { number };
    usize::try_from(place).map_err(|_| beyond(key, usize::try_from(length).unwrap_or(0)))
}

fn beyond(key: &str, length: usize) -> String {
    let items = crate::text::Count(length, "item");
    format!("the index {key} is beyond a list with {items}")
}

/// The value at a path; none if it is a field that is missing.
fn get(root: &mut Value, path: &Pointer) -> Result<Option<Value>, String> {
    let (parent, key) = parent(root, path)?;
    Ok(match parent {
        Parent::Mapping(fields) => fields.get(key).cloned(),
        Parent::List(items) => Some(items[index(key, items.len())?].clone()),
    })
}

fn add(root: &mut Value, path: &Pointer, value: Value) -> Result<(), String> {
    let (parent, key) = parent(root, path)?;
    match parent {
        Parent::Mapping(fields) => {
            fields.insert(key.to_owned(), value);
        }
        Parent::List(items) if key == "-" => items.push(value),
        Parent::List(items) => {
            let place = place(key, items.len() + 1)?;
            if place > items.len() {
                return Err(beyond(key, items.len()));
            }
            items.insert(place, value);
        }
    }
    Ok(())
}

fn remove(root: &mut Value, path: &Pointer) -> Result<Value, String> {
    let (parent, key) = parent(root, path)?;
    match parent {
        Parent::Mapping(fields) => fields
            .remove(key)
            .ok_or_else(|| format!("there is no `{}`", path.written)),
        Parent::List(items) => {
            let index = index(key, items.len())?;
            Ok(items.remove(index))
        }
    }
}
