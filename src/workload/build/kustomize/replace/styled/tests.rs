use super::super::super::testing::built;

/// The text of YAML in which `path` has become `new`.
fn edited(text: &str, path: &str, new: &str) -> String {
    let kustomization = format!(
        "resources: [r.yaml]\nreplacements: [{{sourceValue: {new}, targets: [{{select: {{name: t}}, fieldPaths: ['data.text.{path}'], options: {{create: true}}}}]}}]\n"
    );
    let object = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "t"}, "data": {"text": text}});
    let object = object.to_string();
    let files: &[(&str, &[u8])] = &[
        ("kustomization.yaml", kustomization.as_bytes()),
        ("r.yaml", object.as_bytes()),
    ];
    let objects = built(files).unwrap();
    objects[0]["data"]["text"].as_str().unwrap().to_owned()
}

#[test]
fn texts_of_yaml_keep_what_they_can() {
    let comments = "# top\n\n# head\na:\n    b:   'x'   # d\n\n    # list\n    list:\n      - one\n      # two\n      - \"two\"   # t\n    # end of a\nz: {q: 1, r: [a, \"b\"]}\n# last\n";
    let styles = "a:\n- b: 1\n- - p\n- {}\nd: |\n  lit\n  eral\ne: >\n  fol\n  ded\nf: \"8080\"\nh: yes\ni: ~\nj:\nk: 2001-01-01\nl: 1.50\nn: 'it''s'\no: \"tab\\t\"\n";
    for (text, path, expected) in [
        (
            comments,
            "a.list.1",
            "# top\n\n# head\na:\n  b: 'x' # d\n  # list\n  list:\n  - one\n  # two\n  - \"abc\" # t\n  # end of a\nz: {q: 1, r: [a, \"b\"]}\n# last",
        ),
        (
            comments,
            "new",
            "# top\n\n# head\na:\n  b: 'x' # d\n  # list\n  list:\n  - one\n  # two\n  - \"two\" # t\n  # end of a\nz: {q: 1, r: [a, \"b\"]}\n# last\n\nnew: abc",
        ),
        (
            comments,
            "z.r.1",
            "# top\n\n# head\na:\n  b: 'x' # d\n  # list\n  list:\n  - one\n  # two\n  - \"two\" # t\n  # end of a\nz: {q: 1, r: [a, \"abc\"]}\n# last",
        ),
        (
            styles,
            "h",
            "a:\n- b: 1\n- - p\n- {}\nd: |\n  lit\n  eral\ne: >\n  fol ded\n\nf: \"8080\"\nh: abc\ni: ~\nj:\nk: 2001-01-01\nl: 1.50\nn: 'it''s'\no: \"tab\\t\"",
        ),
        ("a: # why\n  b: x # c\n", "a", "a: abc # why"),
    ] {
        assert_eq!(edited(text, path, "abc"), expected, "{path}");
    }
}
