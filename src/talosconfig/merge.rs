//! Adds and removes the context of one cluster. Everything else in the file stays as it is.

use serde_json::{Map, Value};

use super::model::{Access, Talosconfig};

/// A context that we have put into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ours<'a> {
    /// Its name.
    pub name: &'a str,
    /// PEM certificate of the cluster's authority: a context of the same name with another one is somebody else's.
    /// `None` if the cluster can no longer tell; the name decides then.
    pub authority: Option<&'a str>,
}

/// Adds a context, in the place of an older one with the same name.
pub fn add(config: &mut Talosconfig, access: &Access) {
    let contexts = config.0.entry("contexts").or_insert(Value::Null);
    if !contexts.is_object() {
        *contexts = Value::Object(Map::new());
    }
    if let Value::Object(contexts) = contexts {
        contexts.insert(access.name.clone(), access.entry());
    }
}

/// Removes our context; unselects it if it was the current one. Says whether anything changed.
pub fn remove(config: &mut Talosconfig, ours: Ours<'_>) -> bool {
    if !config.contexts().any(|name| name == ours.name) || !config.is_local(ours.name) {
        return false;
    }
    let found = config.authority(ours.name);
    let same = |authority: &str| {
        let found = found.as_deref().map(str::trim);
        found == Some(authority.trim())
    };
    if !ours.authority.is_none_or(same) {
        return false;
    }
    if let Some(Value::Object(contexts)) = config.0.get_mut("contexts") {
        // The others keep their order.
        contexts.shift_remove(ours.name);
    }
    if config.current_context() == Some(ours.name) {
        config.0.insert("context".into(), "".into());
    }
    true
}

/// Selects a context. Says whether anything changed.
pub fn select(config: &mut Talosconfig, context: &str) -> bool {
    if config.current_context() == Some(context) {
        return false;
    }
    config.0.insert("context".into(), context.into());
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::userfile::{Document, Malformed};
    use crate::yaml::Source;

    const TALOSCTL: &str = include_str!("../../testdata/talos/talosconfig");
    const FOREIGN: &str = "\
context: prod
contexts:
  prod:
    endpoints:
    - \"192.0.2.1\"
    auth:
      siderov1:
        identity: someone@example.com
    proxy-url: http://proxy
  old: null
x-team: platform
";

    fn access(name: &str) -> Access {
        Access {
            name: name.into(),
            endpoints: vec!["127.0.0.1:50000".into()],
            nodes: vec!["10.5.0.2".into()],
            authority: "ca".into(),
            certificate: "crt".into(),
            key: Secret::new("key".into()),
        }
    }

    fn ours<'a>(name: &'a str, authority: &'a str) -> Ours<'a> {
        Ours {
            name,
            authority: Some(authority),
        }
    }

    fn parse(text: &str) -> Result<Talosconfig, Malformed> {
        Talosconfig::parse(text, &Source::new("config"))
    }

    fn text(config: &Talosconfig) -> String {
        config.render().expose().clone()
    }

    #[test]
    fn a_new_file_looks_like_one_of_talosctl() {
        assert_eq!(
            text(&Talosconfig::of(&access("dev"))),
            "context: dev\ncontexts:\n  dev:\n    endpoints:\n    - \"127.0.0.1:50000\"\n    nodes:\n    - \"10.5.0.2\"\n    ca: Y2E=\n    crt: Y3J0\n    key: a2V5\n"
        );
        assert_eq!(
            text(&Talosconfig::default()),
            "context: \"\"\ncontexts: {}\n"
        );
    }

    #[test]
    fn adding_and_removing_leaves_foreign_contexts_untouched() {
        let mut config = parse(FOREIGN).unwrap();
        assert_eq!(text(&config), FOREIGN);
        add(&mut config, &access("dev"));
        assert!(select(&mut config, "dev"));
        assert!(!select(&mut config, "dev"));
        assert_eq!(
            config.contexts().collect::<Vec<_>>(),
            ["prod", "old", "dev"]
        );
        assert_eq!(config.current_context(), Some("dev"));
        assert!(remove(&mut config, ours("dev", "ca\n")));
        assert_eq!(
            text(&config),
            FOREIGN.replace("context: prod", "context: \"\"")
        );
        assert!(!remove(&mut config, ours("dev", "ca")));
    }

    #[test]
    fn a_context_of_another_cluster_is_not_removed() {
        let mut config = Talosconfig::of(&access("dev"));
        assert!(!remove(&mut config, ours("dev", "another")));
        assert!(!remove(&mut config, ours("prod", "ca")));
        assert_eq!(config.current_context(), Some("dev"));
        let by_name = Ours {
            name: "dev",
            authority: None,
        };
        assert!(remove(&mut config, by_name));
        assert_eq!(config.current_context(), None);
    }

    #[test]
    fn a_context_of_the_same_name_is_replaced_in_place() {
        let mut config = Talosconfig::of(&access("a"));
        add(&mut config, &access("b"));
        let mut again = access("a");
        again.endpoints = vec!["127.0.0.1:50001".into()];
        add(&mut config, &again);
        assert_eq!(config.contexts().collect::<Vec<_>>(), ["a", "b"]);
        assert!(text(&config).contains("127.0.0.1:50001"));
    }

    #[test]
    fn a_file_of_talosctl_is_read() {
        let config = parse(TALOSCTL).unwrap();
        assert_eq!(config.current_context(), Some("test"));
        let authority = config.authority("test").unwrap();
        assert!(authority.starts_with("-----BEGIN CERTIFICATE-----\n"));
        let values = |text: &str| crate::yaml::load(text, &Source::new("config")).unwrap();
        assert_eq!(values(&text(&config)), values(TALOSCTL));
    }

    #[test]
    fn empty_parts_are_fine_and_wrong_ones_are_not() {
        for empty in [
            "",
            "# nothing\n",
            "contexts: null\n",
            "context:\ncontexts: {}\n",
        ] {
            let mut config = parse(empty).unwrap();
            add(&mut config, &access("dev"));
            assert_eq!(config.contexts().count(), 1);
        }
        let error = |text| parse(text).unwrap_err().to_string();
        assert_eq!(error("- a\n"), "config:1:1: a mapping is expected");
        assert_eq!(
            error("contexts:\n  - a\n"),
            "config:2:3: a mapping is expected"
        );
        assert_eq!(
            error("contexts:\n  a: b\n"),
            "config:2:6: a mapping is expected"
        );
        assert_eq!(
            error("a: b\n---\nc: d\n"),
            "config:3:1: a second document begins here"
        );
    }
}
