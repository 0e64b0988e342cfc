//! Adds and removes the entries of one cluster. Everything else in the file stays as it is.

use serde_json::{Map, Value};

use super::model::{Access, Kubeconfig, Names};

/// Adds the entries of `access`, in the place of older ones with the same names.
pub fn add(config: &mut Kubeconfig, access: &Access) {
    let root = &mut config.0;
    let names = &access.names;
    root.entry("apiVersion").or_insert_with(|| "v1".into());
    root.entry("kind").or_insert_with(|| "Config".into());
    put(root, "clusters", &names.cluster, access.cluster_entry());
    put(root, "contexts", &names.context, access.context_entry());
    put(root, "users", &names.user, access.user_entry());
}

/// Removes the entries with these names; unselects the context if it was ours. Says whether anything changed.
pub fn remove(config: &mut Kubeconfig, names: &Names) -> bool {
    if config.foreign(names).is_some() {
        return false;
    }
    let root = &mut config.0;
    let mut changed = false;
    for (list, name) in [
        ("clusters", &names.cluster),
        ("contexts", &names.context),
        ("users", &names.user),
    ] {
        if let Some(Value::Array(items)) = root.get_mut(list) {
            let before = items.len();
            items.retain(|item| !is_named(item, name));
            changed |= items.len() != before;
        }
    }
    changed | unselect(config, &names.context)
}

/// Unselects this context if it is the current one.
pub fn unselect(config: &mut Kubeconfig, context: &str) -> bool {
    let ours = config.current_context() == Some(context);
    if ours {
        config.0.insert("current-context".into(), "".into());
    }
    ours
}

/// Selects a context; it may be defined in another file of the list. Says whether anything changed.
pub fn select(config: &mut Kubeconfig, context: &str) -> bool {
    if config.current_context() == Some(context) {
        return false;
    }
    config.0.insert("current-context".into(), context.into());
    true
}

fn is_named(item: &Value, name: &str) -> bool {
    item.get("name").and_then(Value::as_str) == Some(name)
}

fn put(root: &mut Map<String, Value>, list: &str, name: &str, entry: Value) {
    let list = root.entry(list).or_insert(Value::Null);
    let mut items = match std::mem::take(list) {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    match items.iter_mut().find(|item| is_named(item, name)) {
        Some(old) => *old = entry,
        None => items.push(entry),
    }
    *list = Value::Array(items);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::userfile::{Document, Malformed};
    use crate::yaml::Source;

    fn access(name: &str, server: &str) -> Access {
        Access {
            names: Names::same(name),
            server: server.into(),
            certificate_authority: "ca".into(),
            client_certificate: "cert".into(),
            client_key: Secret::new("key".into()),
        }
    }

    fn parse(text: &str) -> Result<Kubeconfig, Malformed> {
        Kubeconfig::parse(text, &Source::new("config"))
    }

    fn text(config: &Kubeconfig) -> String {
        config.render().expose().clone()
    }

    const OURS: &str = "\
apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: Y2E=
    server: https://127.0.0.1:1
  name: kind-a
contexts:
- context:
    cluster: kind-a
    user: kind-a
  name: kind-a
users:
- name: kind-a
  user:
    client-certificate-data: Y2VydA==
    client-key-data: a2V5
current-context: kind-a
";

    const FOREIGN: &str = "\
apiVersion: v1
kind: Config
preferences:
  colors: true
x-team: platform
clusters:
- name: prod
  cluster:
    server: https://prod
    proxy-url: http://proxy
    extensions:
    - name: minikube.sigs.k8s.io
      extension:
        version: v1
contexts:
- name: prod
  context:
    cluster: prod
    user: prod
    namespace: shop
current-context: prod
users:
- name: prod
  user:
    exec:
      command: aws
      args:
      - \"yes\"
      - \"0123\"
";

    #[test]
    fn a_new_file_looks_like_one_of_kubectl() {
        assert_eq!(
            text(&Kubeconfig::of(&access("kind-a", "https://127.0.0.1:1"))),
            OURS
        );
    }

    #[test]
    fn adding_and_removing_leaves_foreign_entries_untouched() {
        let mut config = parse(FOREIGN).unwrap();
        assert_eq!(text(&config), FOREIGN);
        add(&mut config, &access("kind-a", "https://127.0.0.1:1"));
        select(&mut config, "kind-a");
        assert_eq!(config.current_context(), Some("kind-a"));
        assert_eq!(config.contexts().collect::<Vec<_>>(), ["prod", "kind-a"]);
        assert!(remove(&mut config, &Names::same("kind-a")));
        let expected = FOREIGN.replace("current-context: prod", "current-context: \"\"");
        assert_eq!(text(&config), expected);
        assert!(!remove(&mut config, &Names::same("kind-a")));
    }

    #[test]
    fn an_entry_of_the_same_name_is_replaced_in_place() {
        let mut config = parse(OURS).unwrap();
        add(&mut config, &access("kind-b", "https://127.0.0.1:2"));
        select(&mut config, "kind-b");
        add(&mut config, &access("kind-a", "https://127.0.0.1:3"));
        select(&mut config, "kind-a");
        assert_eq!(config.contexts().collect::<Vec<_>>(), ["kind-a", "kind-b"]);
        assert!(text(&config).contains("https://127.0.0.1:3"));
        assert!(!text(&config).contains("https://127.0.0.1:1\n"));
    }

    #[test]
    fn only_our_own_context_is_unselected() {
        let mut config = parse(FOREIGN).unwrap();
        add(&mut config, &access("kind-a", "https://127.0.0.1:1"));
        select(&mut config, "kind-a");
        assert!(select(&mut config, "prod"));
        assert!(!select(&mut config, "prod"));
        remove(&mut config, &Names::same("kind-a"));
        assert_eq!(config.current_context(), Some("prod"));
    }

    #[test]
    fn removing_the_last_entry_leaves_an_empty_file() {
        let mut config = parse(OURS).unwrap();
        remove(&mut config, &Names::same("kind-a"));
        assert_eq!(text(&config), "");
        let mut with_preferences =
            parse(&format!("{OURS}preferences: {{colors: true}}\n")).unwrap();
        remove(&mut with_preferences, &Names::same("kind-a"));
        assert!(text(&with_preferences).contains("colors: true"));
    }

    #[test]
    fn empty_and_null_parts_are_fine_and_wrong_ones_are_not() {
        for empty in ["", "# nothing\n", "clusters: null\nusers: []\n"] {
            let mut config = parse(empty).unwrap();
            add(&mut config, &access("kind-a", "https://127.0.0.1:1"));
            select(&mut config, "kind-a");
            assert_eq!(config.contexts().count(), 1);
        }
        let error = |text| parse(text).unwrap_err().to_string();
        assert_eq!(error("- a\n"), "config:1:1: a mapping is expected");
        assert_eq!(
            error("a: b\nclusters: 3\n"),
            "config:2:11: a list is expected"
        );
        assert_eq!(
            error("a: b\n---\nc: d\n"),
            "config:3:1: a second document begins here"
        );
        assert!(error("a: b\nc: [\n").starts_with("config:2:5: "));
    }
}
