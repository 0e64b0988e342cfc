//! Values that may hold passwords, and what messages show of them.

use std::path::Path;

use super::{decoded, refused};
use crate::config::Error;
use crate::config::k3d::{RegistriesConfig, decode};
use crate::yaml::{Source, load_untyped};

#[test]
fn registries() {
    let config = decoded("registries: {config: conf/registries.yaml}\n");
    let path = RegistriesConfig::Path("/work/dir/conf/registries.yaml".into());
    assert_eq!(config.registries.unwrap().value, path);
    assert_eq!(
        refused("registries: {config: $HOME/r.yaml}\n"),
        "k3d.yaml:3:22: `registries.config` holds `$HOME`, which is not expanded; write `${HOME}`"
    );
    for (text, message) in [
        (
            "|\n    - a\n    - b\n",
            "must hold a mapping with `mirrors` or `configs`",
        ),
        (
            "|\n    a: 1\n    ---\n    b: 1\n",
            "must hold exactly one YAML document",
        ),
    ] {
        assert_eq!(
            refused(&format!("registries:\n  config: {text}")),
            format!("k3d.yaml:5:5: `registries.config` {message}"),
        );
    }
    let broken = refused("registries:\n  config: |\n    mirrors: {\n    a: ]\n");
    assert!(
        broken.starts_with("k3d.yaml:5:5: `registries.config` is not valid YAML: line 2, column "),
        "{broken}"
    );
}

#[test]
fn the_line_of_a_secret_is_not_shown() {
    let source = Source::new("k3d.yaml");
    for (body, message) in [
        (
            "token: [open-sesame]\n",
            "k3d.yaml:3:8: `token` must be a string, not a list",
        ),
        (
            "token: $open-sesame\n",
            "k3d.yaml:3:8: `token` holds a `$` before a name, which is not expanded; put the name in braces",
        ),
        (
            "registries: {config: \"- open-sesame\\n\"}\n",
            "k3d.yaml:3:22: `registries.config` must hold a mapping with `mirrors` or `configs`",
        ),
    ] {
        let text = format!("kind: Simple\napiVersion: k3d.io/v1alpha5\n{body}");
        let root = load_untyped(&text, &source).unwrap().remove(0);
        let error = decode(&root, &source, Path::new("/")).unwrap_err();
        let error: Error = error.in_text(&text);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.excerpt(), None);
    }
}
