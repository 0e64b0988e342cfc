use super::super::testing::built;

const OBJECTS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: src}
data: {word: abc, num: "8080", path: a/b/c, empty: ""}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other, labels: {app: other}}
data: {x: y}
---
apiVersion: x/v1
kind: T
metadata: {name: t}
spec:
  str: x
  int: 5
  bool: true
  map: {a: 1}
  list: [{name: nginx, v: a}, {name: nginx-2, v: b}]
  prim: [a, ab, c]
  json: '{"b": {"p": 1}, "a": "<x>"}'
  pretty: |
    {
      "b": 1.50,
      "a": [ ]
    }
  yaml: |
    # c
    a:
        b:   'x'   # d

        list:
          - one
          - "two"
    z: {q: 1}
"#;

/// What `T` looks like after one replacement, as JSON text; or the error.
fn replaced(source: &str, target: &str) -> Result<serde_json::Value, String> {
    let text =
        format!("resources: [r.yaml]\nreplacements:\n- {source}\n  targets:\n  - {target}\n");
    let files: &[(&str, &[u8])] = &[
        ("kustomization.yaml", text.as_bytes()),
        ("r.yaml", OBJECTS.as_bytes()),
    ];
    let mut objects = built(files)?;
    let t = objects.iter().position(|object| object["kind"] == "T");
    Ok(objects.swap_remove(t.unwrap()))
}

/// The value of a field, by a pointer.
fn field(source: &str, path: &str, options: &str, pointer: &str) -> Result<String, String> {
    let source = format!("source: {{{source}}}");
    let target = format!("{{select: {{kind: T}}, fieldPaths: ['{path}'], options: {{{options}}}}}");
    let object = replaced(&source, &target)?;
    Ok(object
        .pointer(pointer)
        .map_or("none".to_owned(), ToString::to_string))
}

const WORD: &str = "kind: ConfigMap, name: src, fieldPath: data.word";
const NUM: &str = "kind: ConfigMap, name: src, fieldPath: data.num";
const CREATE: &str = "create: true";

/// Source, path and options of a target, and the value that a pointer finds then.
const CASES: &str = r##"
$WORD | spec.str |  | /spec/str | "abc"
$NUM | spec.str |  | /spec/str | "8080"
$NUM | spec.int |  | /spec/int | 8080
$NUM | spec.new | $CREATE | /spec/new | 8080
$NUM | metadata.annotations.a | $CREATE | /metadata/annotations/a | "8080"
$WORD | spec.map |  | /spec/map | "abc"
kind: T, fieldPath: spec.map | spec.str |  | /spec/str | ""
kind: T, fieldPath: spec.map | spec.new | $CREATE | /spec/new | {"a":1}
kind: T, fieldPath: spec.list.1 | spec.new | $CREATE | /spec/new | {"name":"nginx-2","v":"b"}
kind: T, fieldPath: spec.list.-.v | spec.str |  | /spec/str | "b"
kind: T, fieldPath: 'spec.list.[name=nginx].v' | spec.str |  | /spec/str | "a"
kind: T | spec.str |  | /spec/str | "t"
$WORD | spec.list.[name=nginx].v |  | /spec/list | [{"name":"nginx","v":"abc"},{"name":"nginx-2","v":"abc"}]
$WORD | spec.list.[name=new].n | $CREATE | /spec/list/2 | {"n":"abc","name":"new"}
$WORD | spec.prim.[=a] |  | /spec/prim | ["abc","abc","c"]
$WORD | spec.prim.[=zz] | $CREATE | /spec/prim/3 | "abc"
$WORD | spec.prim.3 | $CREATE | /spec/prim/3 | "abc"
$WORD | spec.prim.* |  | /spec/prim | ["abc","abc","abc"]
$WORD | spec.new.list.0.x | $CREATE | /spec/new | {"list":[{"x":"abc"}]}
$WORD | metadata.labels.[a.b/c] | $CREATE | /metadata/labels | {"a.b/c":"abc"}
$WORD | spec.str | delimiter: '-', index: 5 | /spec/str | "x-abc"
$WORD | spec.str | delimiter: '-', index: -1 | /spec/str | "abc-x"
$WORD | spec.str | delimiter: '-' | /spec/str | "abc"
name: src, fieldPath: data.path, options: {delimiter: /, index: 1} | spec.str |  | /spec/str | "b"
$WORD | spec.json.a |  | /spec/json | "{\"a\":\"abc\",\"b\":{\"p\":1}}"
$WORD | spec.json.b.new | $CREATE | /spec/json | "{\"a\":\"\\u003cx\\u003e\",\"b\":{\"new\":\"abc\",\"p\":1}}"
$NUM | spec.json.b.p |  | /spec/json | "{\"a\":\"\\u003cx\\u003e\",\"b\":{\"p\":8080}}"
$WORD | spec.pretty.a |  | /spec/pretty | "{\n  \"a\": \"abc\",\n  \"b\": 1.5\n}"
$WORD | spec.yaml.a.b |  | /spec/yaml | "# c\na:\n  b: 'abc' # d\n  list:\n  - one\n  - \"two\"\nz: {q: 1}"
$WORD | spec.yaml.a.list.* |  | /spec/yaml | "# c\na:\n  b: 'x' # d\n  list:\n  - abc\n  - \"abc\"\nz: {q: 1}"
$NUM | spec.yaml.a.new | $CREATE | /spec/yaml | "# c\na:\n  b: 'x' # d\n  list:\n  - one\n  - \"two\"\n  new: 8080\nz: {q: 1}"
"##;

/// The columns of a table, names of constants replaced.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let column = |text: &'static str| match text.trim() {
        "$WORD" => WORD,
        "$NUM" => NUM,
        "$CREATE" => CREATE,
        text => text,
    };
    let lines = table.lines().filter(|line| !line.is_empty());
    lines.map(move |line| line.split('|').map(column).collect())
}

#[test]
fn fields_as_kustomize_sets_them() {
    for row in rows(CASES) {
        let [source, path, options, pointer, value] = row[..] else {
            panic!("{row:?}");
        };
        let found = field(source, path, options, pointer).unwrap();
        // The order of keys does not count.
        let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        assert_eq!(
            parsed(&found),
            parsed(value),
            "{source} -> {path} {options}: {found}"
        );
    }
}

/// Source, path and options of a target, and what the error says.
const REFUSED: &str = "
$WORD | spec.int |  | the field holds a number and cannot take a string
$NUM | spec.bool |  | the field holds a boolean and cannot take a number
$WORD | spec.none |  | there is no such field (with `options.create: true`
$WORD | spec.none.x |  | there is no such field
$WORD | spec.str.x | $CREATE | `x` needs a mapping or list, and there is a text
$WORD | spec.int.x | $CREATE | `x` needs a mapping, and there is a plain value
$WORD | spec.prim.5 | $CREATE | there is no item 5 in a list of 3
$WORD | spec.map.[a=b] |  | `[a=b]` needs a list, and there is a mapping
$WORD | spec.list.[(=b] |  | there is no such field
$WORD | spec.list.[name=(] |  | `(` in `[name=(]` is not a regular expression
$WORD | spec.list.[name=q+x] | $CREATE | that expression does not take it
$WORD | spec.map | delimiter: a | `delimiter` needs a plain value
$WORD | spec.json.zzz |  | there is no such field
$WORD | spec.json.b.p |  | the field holds a number and cannot take a string
name: src, fieldPath: data.none | spec.str |  | the field that has the value is missing or empty (`data.none`
name: src, fieldPath: data.path, options: {delimiter: /, index: 3} | spec.str |  | there is no part 3 between `/`
name: scr | spec.str |  | no object is the source of the replacement (did you mean `src`?)
kind: ConfigMap | spec.str |  | is not one object but several: configmap/src and configmap/other
";

#[test]
fn what_cannot_be_replaced() {
    for row in rows(REFUSED) {
        let [source, path, options, error] = row[..] else {
            panic!("{row:?}");
        };
        let found = field(source, path, options, "/spec").unwrap_err();
        assert!(found.contains(error), "{source} -> {path}: {found}");
    }
}

#[test]
fn what_a_replacement_needs() {
    let target = "{select: {kind: T}, fieldPaths: [spec.str]}";
    let value = replaced("sourceValue: '5'", target).unwrap();
    assert_eq!(value["spec"]["str"], "5");
    let target_of_map = "{select: {kind: T}, fieldPaths: [spec.map]}";
    let value = replaced("sourceValue: '5'", target_of_map).unwrap();
    assert_eq!(value["spec"]["map"], 5);
    for (source, target, error) in [
        (
            "source: {name: src}\n  sourceValue: x",
            target,
            "either `source` or `sourceValue`",
        ),
        ("path: ''", target, "needs `source` or `sourceValue`"),
        (
            "sourceValue: x",
            "{fieldPaths: [a]}",
            "a target needs `select`",
        ),
    ] {
        let found = replaced(source, target).unwrap_err();
        assert!(found.contains(error), "{found}");
    }
}

#[test]
fn selectors_of_targets() {
    for (target, hit) in [
        ("{select: {kind: T}, fieldPaths: [spec.str]}", true),
        (
            "{select: {kind: 'T|U', name: t.*}, fieldPaths: [spec.str]}",
            true,
        ),
        (
            "{select: {kind: T}, reject: [{name: t}], fieldPaths: [spec.str]}",
            false,
        ),
        (
            "{select: {kind: T}, reject: [{name: other}], fieldPaths: [spec.str]}",
            true,
        ),
        (
            "{select: {kind: T}, reject: [{labelSelector: '!app'}], fieldPaths: [spec.str]}",
            false,
        ),
        (
            "{select: {kind: T, labelSelector: app=t}, fieldPaths: [spec.str]}",
            false,
        ),
        (
            "{select: {kind: T, namespace: default}, fieldPaths: [spec.str]}",
            false,
        ),
    ] {
        let object = replaced("sourceValue: hit", target).unwrap();
        assert_eq!(object["spec"]["str"] == "hit", hit, "{target}");
    }
}

#[test]
fn files_of_replacements() {
    let one = b"source: {name: src, fieldPath: data.word}\ntargets: [{select: {kind: T}, fieldPaths: [spec.str]}]\n";
    let many = b"- sourceValue: x\n  targets: [{select: {kind: T}, fieldPaths: [spec.map]}]\n- sourceValue: y\n  targets: [{select: {kind: T}, fieldPaths: [spec.prim]}]\n";
    let files: &[(&str, &[u8])] = &[
        (
            "kustomization.yaml",
            b"resources: [r.yaml]\nreplacements: [{path: one.yaml}, {path: many.yaml}]\n",
        ),
        ("r.yaml", OBJECTS.as_bytes()),
        ("one.yaml", one),
        ("many.yaml", many),
    ];
    let objects = built(files).unwrap();
    let t = objects.iter().find(|object| object["kind"] == "T").unwrap();
    assert_eq!(t["spec"]["str"], "abc");
    assert_eq!(t["spec"]["map"], "x");
    assert_eq!(t["spec"]["prim"], "y");
}
