//! Definitions of kinds that the API server refuses.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{STRICT, check, findings};
use crate::workload::validate::Rule;

fn base() -> Json {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.example.com" },
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": { "type": "object" } } } }
            }]
        }
    })
}

/// The definition with something else at one place.
fn with(at: &str, value: Json) -> Json {
    let mut definition = base();
    if at == "/" {
        return value;
    }
    let (parent, key) = at.rsplit_once('/').unwrap();
    let parent = definition.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Json::Array(items), value) => items[key.parse::<usize>().unwrap()] = value,
        (Json::Object(fields), Json::Null) => drop(fields.remove(key)),
        (fields, value) => fields[key] = value,
    }
    definition
}

/// The schema of `spec`, on a line of its own.
fn of_spec(schema: &str) -> String {
    format!(
        "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.example.com}}
spec:
  group: example.com
  scope: Namespaced
  names: {{kind: Thing, plural: things}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {schema}
"
    )
}

/// Verdicts are those of the API server's own code.
#[test]
fn definitions_are_judged_as_the_server_judges_them() {
    let table = include_str!("../../../../testdata/validate/definitions.txt");
    let lines: Vec<&str> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let mut text = String::new();
    for line in &lines {
        let mut fields = line.splitn(3, ' ').skip(1);
        let at = fields.next().unwrap();
        let value = serde_json::from_str(fields.next().unwrap()).unwrap();
        text.extend(["---\n", &with(at, value).to_string(), "\n"]);
    }
    let mut found = vec![String::new(); lines.len()];
    for finding in check(&text, STRICT).findings {
        // All of them have the same name.
        if finding.rule != Rule::Duplicate || !finding.path.is_empty() {
            writeln!(found[finding.at.line as usize / 2 - 1], "  {finding}").unwrap();
        }
    }
    let wrong = lines
        .iter()
        .zip(&found)
        .filter(|(line, found)| found.is_empty() != line.starts_with("yes"));
    let wrong: Vec<String> = wrong
        .map(|(line, found)| format!("{line}\n{found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(lines.len() > 400, "{}", lines.len());
}

#[test]
fn findings_say_what_and_where() {
    let root = "spec.versions[0].schema.openAPIV3Schema.properties.spec";
    for (schema, expected) in [
        ("{properties: {}}", "16:19: : `type` is missing"),
        (
            "{type: object, properties: {a: {type: array}}}",
            "16:50: .properties.a: `items` is missing, which a list must have",
        ),
        (
            "{type: object, anyOf: [{type: object}]}",
            "16:43: .anyOf[0].type: must not be in a part of a combination, but outside of it",
        ),
        (
            "{type: object, properties: {a: {type: integer, default: x}}}",
            "16:75: .properties.a.default: expected an integer, found a string",
        ),
    ] {
        let found = findings(&of_spec(schema));
        let expected = expected.replacen(": .", &format!(": {root}."), 1);
        let expected = expected.replacen(": : ", &format!(": {root}: "), 1);
        assert_eq!(found, [expected], "{schema}");
    }
    let text = of_spec("{type: object}").replace("things.example", "thing.example");
    assert_eq!(
        findings(&text),
        ["3:18: metadata.name: must be `things.example.com`: the plural name and the group"]
    );
}

#[test]
fn forms_that_nobody_knows_are_mentioned_once() {
    let property = "{type: string, format: port}";
    let text = of_spec(&format!(
        "{{type: object, properties: {{a: {property}, b: {property}}}}}"
    ));
    let checked = check(&text, STRICT);
    assert_eq!((checked.findings.len(), checked.invalid), (0, 0));
    let warnings: Vec<String> = checked.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].ends_with(
            "properties.a.format: `things.example.com` asks for the format `port`, which the API server does not know here and ignores"
        ),
        "{warnings:?}"
    );
}
