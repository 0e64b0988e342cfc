//! Valid objects, broken at every place in every way.

use std::fmt;

use serde_json::{Value, json};

/// An object with one thing changed.
pub(super) struct Case {
    pub(super) object: Value,
    how: String,
    /// JSON pointer to what was changed.
    at: String,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (&self.object["kind"], &self.object["metadata"]["name"]);
        write!(f, "{kind} {name} {}: {}", self.at, self.how)
    }
}

/// What is put in the place of a value.
fn others() -> [Value; 11] {
    [
        json!("zz"),
        json!("7"),
        json!(""),
        json!(7),
        json!(-1),
        json!(3_000_000_000_i64),
        json!(1.5),
        json!(true),
        json!(null),
        json!([]),
        json!({}),
    ]
}

/// The object itself, and with each of its fields and items replaced, left out, repeated, or joined by an unknown one.
pub(super) fn broken(object: &Value) -> Vec<Case> {
    let mut pointers = Vec::new();
    collect(object, String::new(), &mut pointers);
    let mut cases = vec![Case {
        object: object.clone(),
        how: "unchanged".into(),
        at: String::new(),
    }];
    let mut add = |at: &str, how: String, change: &dyn Fn(&mut Value)| {
        let mut changed = object.clone();
        change(changed.pointer_mut(at).unwrap());
        cases.push(Case {
            object: changed,
            how,
            at: at.to_owned(),
        });
    };
    for at in &pointers {
        let value = object.pointer(at).unwrap();
        if let Some((parent, key)) = at.rsplit_once('/') {
            let key = key.replace("~1", "/").replace("~0", "~");
            for other in others().into_iter().filter(|other| other != value) {
                add(at, format!("set to {other}"), &|place| {
                    *place = other.clone();
                });
            }
            if object.pointer(parent).is_some_and(Value::is_object) {
                add(parent, format!("without {key}"), &|place| {
                    drop(place.as_object_mut().unwrap().remove(&key));
                });
            }
        }
        match value {
            Value::Object(_) => add(at, "with an unknown field".into(), &|place| {
                place["zzz"] = json!(1);
            }),
            Value::Array(items) if !items.is_empty() => {
                let first = items[0].clone();
                add(at, "with the first item again".into(), &|place| {
                    place.as_array_mut().unwrap().push(first.clone());
                });
            }
            _ => {}
        }
    }
    cases
}

/// Pointers to all values but `apiVersion` and `kind` of the object, which decide where it is sent.
fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    if ["/apiVersion", "/kind"].contains(&at.as_str()) {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(value, format!("{at}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(at);
}
