//! `ksail.io/depends-on`: which objects of a run have to be ready before others are applied.
//!
//! The value is a comma-separated list of references:
//!
//! - `GROUP/namespaces/NAMESPACE/KIND/NAME` and `GROUP/KIND/NAME`, as `config.kubernetes.io/depends-on` has them (that
//!   annotation is read, too); the core group is empty: `/namespaces/default/ConfigMap/settings`;
//! - `KIND/NAME`, for whatever group has it.
//!
//! References without a namespace mean an object in the namespace of the one that carries them, or one without a
//! namespace.

use std::collections::HashMap;

use super::Error;
use super::object::{Object, ObjectId};
use crate::k8s::resource::Resource;
use crate::text::nearest;

/// Annotations that are read.
const ANNOTATIONS: [&str; 2] = ["ksail.io/depends-on", "config.kubernetes.io/depends-on"];

/// For each object the positions of those that it depends on, without repetitions.
pub type Edges = Vec<Vec<usize>>;

/// Reads the annotations of all objects.
///
/// # Errors
///
/// References that are malformed, that fit no object of the run or several, and circles of them.
pub fn edges(objects: &[&Object]) -> Result<Edges, Error> {
    let mut edges: Edges = vec![Vec::new(); objects.len()];
    let mut names: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        if let Some(text) = annotation(object) {
            if names.is_empty() {
                for (index, object) in objects.iter().enumerate() {
                    names.entry(&object.id.name).or_default().push(index);
                }
            }
            for part in text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
            {
                let target = Reference::parse(part)
                    .and_then(|reference| reference.resolve(&object.id, objects, &names))
                    .map_err(|reason| refuse(object, part, &reason))?;
                if !edges[index].contains(&target) {
                    edges[index].push(target);
                }
            }
        }
    }
    refuse_circles(objects, &edges)?;
    Ok(edges)
}

/// All that an object has to wait for: what it says itself, and the definition of its kind if that is part of the run.
///
/// # Errors
///
/// As [`edges`].
pub fn needs(objects: &[&Object]) -> Result<Edges, Error> {
    let mut needs = edges(objects)?;
    let mut definitions = HashMap::new();
    for (index, object) in objects.iter().enumerate() {
        if object.id.kind == "CustomResourceDefinition" {
            let kinds = Resource::defined_by(&object.json).into_iter();
            definitions.extend(kinds.map(|(kind, _)| (kind, index)));
        }
    }
    if definitions.is_empty() {
        return Ok(needs);
    }
    for (needs, object) in needs.iter_mut().zip(objects) {
        let kind = (object.id.api_version.clone(), object.id.kind.clone());
        if let Some(definition) = definitions.get(&kind)
            && !needs.contains(definition)
        {
            needs.push(*definition);
        }
    }
    refuse_circles(objects, &needs)?;
    Ok(needs)
}

fn refuse_circles(objects: &[&Object], edges: &Edges) -> Result<(), Error> {
    match circle(edges) {
        None => Ok(()),
        Some(circle) => {
            let names: Vec<String> = circle
                .iter()
                .map(|at| objects[*at].id.to_string())
                .collect();
            Err(Error::Object {
                origin: objects[circle[0]].origin.clone(),
                reason: format!("objects wait for each other: {}", names.join(" → ")),
            })
        }
    }
}

fn annotation(object: &Object) -> Option<String> {
    let annotations = object.json.pointer("/metadata/annotations")?;
    let texts: Vec<&str> = ANNOTATIONS
        .iter()
        .filter_map(|name| annotations.get(name)?.as_str())
        .collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn refuse(object: &Object, reference: &str, reason: &str) -> Error {
    Error::Object {
        origin: object.origin.clone(),
        reason: format!("{} depends on `{reference}`, {reason}", object.id),
    }
}

/// What a reference says; what it leaves open is `None`.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'a> {
    group: Option<&'a str>,
    namespace: Option<&'a str>,
    kind: &'a str,
    name: &'a str,
}

impl<'a> Reference<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (group, namespace, kind, name) = match *parts.as_slice() {
            [kind, name] => (None, None, kind, name),
            [group, kind, name] => (Some(group), None, kind, name),
            [group, "namespaces", namespace, kind, name] if !namespace.is_empty() => {
                (Some(group), Some(namespace), kind, name)
            }
            _ => ("".into(), None, "", ""),
        };
        if kind.is_empty() || name.is_empty() {
            return Err(
                "which is no reference: write `KIND/NAME`, `GROUP/KIND/NAME` or \
                 `GROUP/namespaces/NAMESPACE/KIND/NAME`"
                    .into(),
            );
        }
        Ok(Self {
            group,
            namespace,
            kind,
            name,
        })
    }

    fn fits(&self, id: &ObjectId) -> bool {
        id.name == self.name
            && id.kind == self.kind
            && self.group.is_none_or(|group| group == id.group())
    }

    fn resolve(
        &self,
        from: &ObjectId,
        objects: &[&Object],
        names: &HashMap<&str, Vec<usize>>,
    ) -> Result<usize, String> {
        let of_name = names.get(self.name).into_iter().flatten().copied();
        let fitting: Vec<usize> = of_name.filter(|at| self.fits(&objects[*at].id)).collect();
        let within = |namespace: Option<&str>| -> Vec<usize> {
            let lives = |at: &&usize| objects[**at].id.namespace.as_deref() == namespace;
            fitting.iter().filter(lives).copied().collect()
        };
        let mut found = match self.namespace {
            Some(namespace) => within(Some(namespace)),
            None => within(from.namespace.as_deref()),
        };
        if found.is_empty() && self.namespace.is_none() {
            found = within(None);
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(self.unknown(objects, !fitting.is_empty())),
            _ => Err("which fits several objects: name the group, too".into()),
        }
    }

    fn unknown(&self, objects: &[&Object], elsewhere: bool) -> String {
        let what = "which is not among the objects to apply";
        if elsewhere {
            return format!("{what}; there is one in another namespace, which has to be named");
        }
        let candidates = objects
            .iter()
            .filter(|object| object.id.kind == self.kind)
            .map(|object| object.id.name.as_str());
        match nearest(self.name, candidates) {
            Some(name) => format!("{what}; did you mean `{name}`?"),
            None => what.to_owned(),
        }
    }
}

/// The objects of a circle in order, the first one repeated at the end.
fn circle(edges: &Edges) -> Option<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnPath,
        Done,
    }
    let mut seen = vec![Seen::No; edges.len()];
    for start in 0..edges.len() {
        if edges[start].is_empty() || seen[start] != Seen::No {
            continue;
        }
        // A path as long as there are objects must not be walked by recursion.
        let mut path = vec![(start, 0)];
        seen[start] = Seen::OnPath;
        while let Some((at, next)) = path.last_mut() {
            let Some(&target) = edges[*at].get(*next) else {
                seen[*at] = Seen::Done;
                path.pop();
                continue;
            };
            *next += 1;
            match seen[target] {
                Seen::Done => {}
                Seen::No => {
                    seen[target] = Seen::OnPath;
                    path.push((target, 0));
                }
                Seen::OnPath => {
                    let from = path.iter().position(|(at, _)| *at == target)?;
                    let mut circle: Vec<usize> = path[from..].iter().map(|(at, _)| *at).collect();
                    circle.push(target);
                    return Some(circle);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::object::Origin;
    use super::*;
    use crate::yaml::Source;

    fn object(line: u32, namespace: Option<&str>, name: &str, depends: &str) -> Object {
        Object {
            id: ObjectId {
                api_version: "apps/v1".into(),
                kind: "Deployment".into(),
                namespace: namespace.map(str::to_owned),
                name: name.into(),
            },
            origin: Origin {
                source: Source::new("a.yaml"),
                line,
            },
            json: json!({ "metadata": { "annotations": { "ksail.io/depends-on": depends } } }),
            confidential: false,
        }
    }

    fn edges_of(objects: &[Object]) -> Result<Edges, String> {
        let objects: Vec<&Object> = objects.iter().collect();
        edges(&objects).map_err(|error| error.to_string())
    }

    #[test]
    fn all_forms_of_references_are_understood() {
        let all = "Deployment/b, apps/Deployment/b,apps/namespaces/x/Deployment/c";
        let objects = [
            object(1, None, "a", all),
            object(2, None, "b", ""),
            object(3, Some("x"), "c", "Deployment/d"),
            object(4, None, "d", ""),
            object(5, Some("x"), "d", ""),
        ];
        let expected: Edges = vec![vec![1, 2], vec![], vec![4], vec![], vec![]];
        assert_eq!(edges_of(&objects), Ok(expected));
    }

    #[test]
    fn the_annotation_of_other_tools_is_read() {
        let mut first = object(1, Some("x"), "a", "");
        first.json = json!({ "metadata": { "annotations": {
            "config.kubernetes.io/depends-on": "apps/namespaces/y/Deployment/b"
        }}});
        let objects = [first, object(2, Some("y"), "b", "")];
        assert_eq!(edges_of(&objects), Ok(vec![vec![1], vec![]]));
    }

    #[test]
    fn whatever_fits_nothing_is_refused_with_its_place() {
        let other = || object(7, Some("x"), "database", "");
        for (reference, reason) in [
            (
                "Deployment/databas",
                "which is not among the objects to apply; did you mean `database`?",
            ),
            (
                "Deployment/database",
                "which is not among the objects to apply; there is one in another namespace, which has to be named",
            ),
            (
                "batch/Deployment/other",
                "which is not among the objects to apply",
            ),
            (
                "database",
                "which is no reference: write `KIND/NAME`, `GROUP/KIND/NAME` or `GROUP/namespaces/NAMESPACE/KIND/NAME`",
            ),
            (
                "apps/x/y/Deployment/database",
                "which is no reference: write `KIND/NAME`, `GROUP/KIND/NAME` or `GROUP/namespaces/NAMESPACE/KIND/NAME`",
            ),
        ] {
            let error = edges_of(&[object(3, None, "a", reference), other()]).unwrap_err();
            assert_eq!(
                error,
                format!("a.yaml:3: deployment.apps/a depends on `{reference}`, {reason}")
            );
        }
    }

    #[test]
    fn circles_are_told_in_order() {
        let objects = [
            object(1, None, "a", "Deployment/b"),
            object(2, None, "b", "Deployment/c"),
            object(3, None, "c", "Deployment/b"),
        ];
        let expected = "a.yaml:2: objects wait for each other: deployment.apps/b → deployment.apps/c → deployment.apps/b";
        assert_eq!(edges_of(&objects), Err(expected.into()));
        let alone = [object(1, None, "a", "Deployment/a")];
        assert!(
            edges_of(&alone)
                .unwrap_err()
                .contains("deployment.apps/a → deployment.apps/a")
        );
    }

    #[test]
    fn custom_resources_need_their_definition() {
        let mut definition = object(1, None, "things.x.io", "");
        definition.id.api_version = "apiextensions.k8s.io/v1".into();
        definition.id.kind = "CustomResourceDefinition".into();
        definition.json["spec"] = json!({
            "group": "x.io", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true }]
        });
        let mut thing = object(9, None, "a", "");
        (thing.id.api_version, thing.id.kind) = ("x.io/v1".into(), "Thing".into());
        let expected: Edges = vec![vec![1], vec![]];
        assert_eq!(needs(&[&thing, &definition]).unwrap(), expected);
        definition.json["metadata"]["annotations"]["ksail.io/depends-on"] = "Thing/a".into();
        let error = needs(&[&thing, &definition]).unwrap_err().to_string();
        assert!(
            error.starts_with("a.yaml:9: objects wait for each other: thing.x.io/a → "),
            "{error}"
        );
    }

    #[test]
    fn long_chains_are_no_problem() {
        let objects: Vec<Object> = (0..20_000)
            .map(|i| object(1, None, &format!("n{i}"), &format!("Deployment/n{}", i + 1)))
            .chain([object(1, None, "n20000", "")])
            .collect();
        assert_eq!(edges_of(&objects).unwrap()[19_999], [20_000]);
    }
}
