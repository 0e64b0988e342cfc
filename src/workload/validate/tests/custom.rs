//! Kinds that the input defines.

use super::{STRICT, check, findings};

/// A definition of `Thing` in `example.com/v1` with this `spec`, and one object of it.
fn thing(schema: &str, spec: &str) -> String {
    format!(
        "\
apiVersion: example.com/v1
kind: Thing
metadata: {{name: a, namespace: b}}
spec: {spec}
---
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
      subresources: {{status: {{}}}}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {schema}
            status: {{type: object}}
    - {{name: v2, served: false, storage: false, schema: {{openAPIV3Schema: {{type: object}}}}}}
"
    )
}

/// Schema, value, and what is found in it.
const CASES: &[(&str, &str, &str)] = &[
    (
        "{type: object, properties: {a: {type: string}}}",
        "{a: x}",
        "",
    ),
    (
        "{type: object, properties: {name: {type: string}}}",
        "{nane: x}",
        "spec.nane: unknown field, did you mean `name`?",
    ),
    (
        "{type: object, properties: {a: {type: string}}}",
        "{a: null}",
        "",
    ),
    (
        "{type: object, properties: {a: {type: string, nullable: true}}}",
        "{a: null}",
        "",
    ),
    (
        "{type: object, x-kubernetes-preserve-unknown-fields: true}",
        "{a: {b: c}}",
        "",
    ),
    (
        "{type: object, additionalProperties: {type: integer}}",
        "{a: 1, b: x}",
        "spec.b: expected an integer, found a string",
    ),
    (
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "{a: null}",
        "spec: `a` is missing",
    ),
    (
        "{type: object, required: [a], properties: {a: {type: string, nullable: true}}}",
        "{a: null}",
        "",
    ),
    (
        "{type: object, properties: {a: {type: array, items: {type: string}}}}",
        "{a: [null]}",
        "spec.a[0]: must not be null, expected a string",
    ),
    (
        "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
        "{apiVersion: v1, kind: X, metadata: {lables: {a: b}}, any: thing}",
        "spec.metadata.lables: unknown field, did you mean `labels`?",
    ),
    (
        "{type: object, required: [a, b], properties: {a: {type: string}, b: {type: string}}}",
        "{a: x}",
        "spec: `b` is missing",
    ),
    (
        "{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}",
        "{a: 1.5}",
        "spec.a: expected an integer or a string, found a number",
    ),
    (
        "{type: object, properties: {a: {x-kubernetes-int-or-string: true}}}",
        "{a: 50%}",
        "",
    ),
    (
        "{type: object, properties: {a: {type: string, pattern: '^a+$'}}}",
        "{a: b}",
        "spec.a: `b` does not match `^a+$`",
    ),
    (
        "{type: object, properties: {a: {type: string, format: cidr}}}",
        "{a: 10.0.0.0}",
        "spec.a: `10.0.0.0` is not a range of addresses such as `10.0.0.0/8`",
    ),
    (
        "{type: object, properties: {a: {type: string, format: isbn}, b: {type: string, format: unheard}}}",
        "{a: 0-321-75104-4, b: anything}",
        "spec.a: `0-321-75104-4` is not an ISBN",
    ),
    (
        "{type: object, properties: {a: {type: string, anyOf: [{format: ipv4}, {format: ipv6}]}}}",
        "{a: example}",
        "spec.a: satisfies none of the alternatives of its schema (`anyOf`)",
    ),
    (
        "{type: object, properties: {a: {type: string, oneOf: [{format: ipv4}, {format: ipv6}]}}}",
        "{a: fd00::1}",
        "",
    ),
    (
        "{type: object, properties: {a: {type: string, enum: [small, large]}}}",
        "{a: tiny}",
        "spec.a: `tiny` is not one of `small` and `large`",
    ),
    (
        "{type: object, properties: {a: {type: string, maxLength: 1}}}",
        "{a: xyz}",
        "spec.a: has 3 characters, must have at most 1",
    ),
    (
        "{type: object, properties: {a: {type: integer, minimum: 1, maximum: 3}}}",
        "{a: 0}",
        "spec.a: must be at least 1",
    ),
    (
        "{type: object, properties: {a: {type: number, maximum: 3, exclusiveMaximum: true}}}",
        "{a: 3}",
        "spec.a: must be less than 3",
    ),
    (
        "{type: object, properties: {a: {type: integer, multipleOf: 5}}}",
        "{a: 12}",
        "spec.a: must be a multiple of 5",
    ),
    (
        "{type: object, minProperties: 2, x-kubernetes-preserve-unknown-fields: true}",
        "{a: 1}",
        "spec: has 1 fields, must have at least 2",
    ),
    (
        "{type: object, properties: {a: {type: array, items: {type: string}, x-kubernetes-list-type: set}}}",
        "{a: [x, z, x]}",
        "spec.a[2]: is the same as the item on line 4",
    ),
    (
        "{type: object, properties: {a: {type: array, minItems: 1, items: {type: string}}}}",
        "{a: []}",
        "spec.a: has 0 items, must have at least 1",
    ),
    (
        "{type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}",
        "{a: x, b: z}",
        "spec: must satisfy exactly one of the 2 alternatives of its schema (`oneOf`), satisfies 2",
    ),
    (
        "{type: object, properties: {a: {type: string}}, not: {required: [a]}}",
        "{a: x}",
        "spec: satisfies what its schema forbids (`not`)",
    ),
    (
        "{type: object, properties: {a: {type: integer}}, anyOf: [{properties: {a: {minimum: 5}}}, {properties: {a: {maximum: 1}}}]}",
        "{a: 3}",
        "spec: satisfies none of the alternatives of its schema (`anyOf`)",
    ),
    (
        "{type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
        "{apiVersion: v1, metadata: {labels: {a: b}}}",
        "spec: `kind` is missing",
    ),
];

#[test]
fn objects_are_checked_by_the_schema_beside_them() {
    for (schema, spec, expected) in CASES.iter().copied() {
        let found = findings(&thing(schema, spec));
        let found: Vec<&str> = found
            .iter()
            .map(|line| line.split_once(": ").unwrap().1)
            .collect();
        let expected: Vec<&str> = Some(expected)
            .filter(|line| !line.is_empty())
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{schema} {spec}");
    }
}

#[test]
fn metadata_is_that_of_all_objects_and_what_the_schema_adds() {
    let text = thing("{type: object}", "{}").replace(
        "          properties:\n",
        "          properties:\n            metadata: {type: object, properties: {name: {type: string, maxLength: 3}}}\n",
    );
    assert_eq!(findings(&text), [""; 0]);
    let text = text.replace("name: a,", "name: abcd, lables: {},");
    let found = findings(&text);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found[0].contains("metadata.name: has 4 characters"),
        "{found:#?}"
    );
    assert!(
        found[1].contains("metadata.lables: unknown field, did you mean `labels`?"),
        "{found:#?}"
    );
}

#[test]
fn versions_that_are_not_served_do_not_count() {
    let text = thing("{type: object}", "{}").replacen("example.com/v1", "example.com/v2", 1);
    assert_eq!(
        findings(&text),
        [
            "2:7: no schema for kind `Thing` in version `example.com/v2`, did you mean `apiVersion: example.com/v1`?"
        ]
    );
}

#[test]
fn rules_in_cel_are_mentioned_once() {
    let text = thing(
        "{type: object, x-kubernetes-validations: [{rule: \"true\"}, {rule: \"1 > 0\"}]}",
        "{}",
    );
    let checked = check(&text, STRICT);
    assert_eq!(checked.findings, []);
    assert_eq!(checked.notices.len(), 1);
    assert!(checked.notices[0].contains("not evaluated"));
}

#[test]
fn schemas_in_definitions_are_checked_to_their_depth() {
    for (schema, expected) in [
        (
            "{type: array, items: {type: 5}}",
            "items.type: expected a string, found an integer, quote it if it is meant as text",
        ),
        (
            "{type: array, items: text}",
            "items: expected a schema or a list of schemas, found a string",
        ),
        (
            "{type: object, additionalProperties: 1}",
            "additionalProperties: expected a schema or a boolean, found an integer",
        ),
        (
            "{type: object, additionalProperties: {type: string, patern: x}}",
            "additionalProperties.patern: unknown field, did you mean `pattern`?",
        ),
    ] {
        let found = findings(&thing(
            &format!("{{type: object, properties: {{a: {schema}}}}}"),
            "{}",
        ));
        assert_eq!(found.len(), 1, "{found:#?}");
        let expected = format!("openAPIV3Schema.properties.spec.properties.a.{expected}");
        assert!(found[0].ends_with(&expected), "{found:#?}");
    }
}
