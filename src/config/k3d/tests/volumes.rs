//! Volumes, files and their destinations.

use std::path::Path;

use super::{THREE_TWO, decoded, fit, refused, unfit};
use crate::config::k3d::{FileSource, VolumeSource, VolumeSpec};

fn parse(text: &str) -> Result<VolumeSpec, String> {
    VolumeSpec::parse(text, Path::new("/work/dir"))
        .map_err(|refusal| refusal.problem("f").to_string())
}

#[test]
fn every_form() {
    for (text, bind) in [
        ("/a:/b", Some("/a:/b")),
        ("/a$/$1:/b", Some("/a$/$1:/b")),
        ("./a:/b", Some("/work/dir/a:/b")),
        ("../a/./c:/b/", Some("/work/a/c:/b")),
        (".:/b", Some("/work/dir:/b")),
        ("name:/b:ro", Some("name:/b:ro")),
        ("k3d-x.1_y:/b", Some("k3d-x.1_y:/b")),
        ("/a:/b:ro,rshared", Some("/a:/b:ro,rshared")),
        ("/b", None),
        ("/b:ro", None),
        ("/a:k3s-storage", Some("/a:/var/lib/rancher/k3s/storage")),
        (
            "/a:k3s-storage/sub",
            Some("/a:/var/lib/rancher/k3s/storage/sub"),
        ),
        (
            "/a:k3s-registry-config",
            Some("/a:/etc/rancher/k3s/registries.yaml"),
        ),
        (
            "/a:k3s-containerd-tmpl:ro",
            Some("/a:/var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl:ro"),
        ),
    ] {
        assert_eq!(parse(text).unwrap().bind().as_deref(), bind, "{text}");
    }
    let own = parse("/b:ro").unwrap();
    assert_eq!(own.source, VolumeSource::Anonymous);
    assert_eq!((own.destination.as_str(), own.options.len()), ("/b", 1));
}

#[test]
fn wrong_forms() {
    let names = "`k3s-storage`, `k3s-manifests`, `k3s-manifests-custom`, `k3s-containerd`, `k3s-containerd-tmpl`, or `k3s-registry-config`";
    for (text, message) in [
        (
            "/a:/b:ro:x",
            "has more than two `:`; it must be `[SOURCE:]DESTINATION[:OPTIONS]`".to_owned(),
        ),
        (
            "/a:b",
            format!("has the destination `b`, which must be an absolute path or begin with {names}"),
        ),
        (
            "./a",
            format!("has the destination `./a`, which must be an absolute path or begin with {names}"),
        ),
        (
            "/a:",
            "has the destination ``, which is the root of the node".to_owned(),
        ),
        (
            "/a:/",
            "has the destination `/`, which is the root of the node".to_owned(),
        ),
        (
            "/a:/b/../c",
            "has the destination `/b/../c`, which must not contain `..`".to_owned(),
        ),
        (
            "/a:k3s-registry-config/x",
            "has the destination `k3s-registry-config/x`, but `k3s-registry-config` is a file"
                .to_owned(),
        ),
        ("/a:/b:rx", "has the unknown mount option `rx`".to_owned()),
        (":/b", "has nothing before its first `:`".to_owned()),
        (
            "~/a:/b",
            "begins with `~`, which only shells know; write `${HOME}`".to_owned(),
        ),
        (
            "$HOME/a:/b",
            "holds `$HOME`, which is not expanded; write `${HOME}`".to_owned(),
        ),
        (
            "/a:/$b-c",
            "holds `$b`, which is not expanded; write `${b}`".to_owned(),
        ),
        (
            "a b:/b",
            "has the source `a b`, which is neither a path with a `/` nor a possible name of a volume"
                .to_owned(),
        ),
        (
            "x:/b",
            "has the source `x`, which is neither a path with a `/` nor a possible name of a volume"
                .to_owned(),
        ),
    ] {
        assert_eq!(parse(text).unwrap_err(), format!("`f` {message}"), "{text}");
    }
    assert_eq!(
        refused("volumes:\n- volume: /a:/b:rx\n"),
        "k3d.yaml:4:11: `volumes[0].volume` has the unknown mount option `rx`"
    );
}

#[test]
fn one_place_of_a_node_has_one_volume() {
    let body = "volumes:\n- {volume: '/a:/x', nodeFilters: ['server:*']}\n- {volume: '/b:/x', nodeFilters: ['agent:*', 'server:1']}\n";
    fit(&body.replace(", 'server:1'", ""), THREE_TWO);
    assert_eq!(
        unfit(body, THREE_TWO),
        "k3d.yaml:5:12: `volumes[1].volume` mounts at `/x`, where `volumes[0].volume` (k3d.yaml:4:12) already mounts in the same node"
    );
}

#[test]
fn files() {
    let config = decoded(
        "files:\n- {source: ../a.yaml, destination: k3s-manifests/b.yaml}\n- {source: /abs, destination: k3s-registry-config}\n- {source: \"one\\n\", destination: /etc//x}\n",
    );
    let files: Vec<_> = config
        .files
        .iter()
        .map(|rule| {
            (
                rule.item.value.source.clone(),
                rule.item.value.destination.as_str(),
            )
        })
        .collect();
    assert_eq!(
        files,
        [
            (
                FileSource::Path("/work/a.yaml".into()),
                "/var/lib/rancher/k3s/server/manifests/b.yaml"
            ),
            (
                FileSource::Path("/abs".into()),
                "/etc/rancher/k3s/registries.yaml"
            ),
            (FileSource::Inline("one\n".into()), "/etc/x"),
        ]
    );
    for (file, message) in [
        (
            "{source: $DIR/a, destination: /a}",
            "4:12: `files[0].source` holds `$DIR`, which is not expanded; write `${DIR}`",
        ),
        (
            "{source: a, destination: /$A}",
            "4:28: `files[0].destination` holds `$A`, which is not expanded; write `${A}`",
        ),
        ("{source: a}", "4:3: `files[0].destination` is missing"),
        ("{destination: /a}", "4:3: `files[0].source` is missing"),
        (
            "{source: a, destination: k3s-manifests}",
            "4:28: `files[0].destination` has the destination `k3s-manifests`, which is a directory; add the name of the file, as in `k3s-manifests/app.yaml`",
        ),
        (
            "{source: a, destination: /etc/}",
            "4:28: `files[0].destination` has the destination `/etc/`, which is a directory; add the name of the file, as in `/etc/app.yaml`",
        ),
        (
            "{source: a, destination: /a, mode: 0600}",
            "4:32: unknown field `files[0].mode`",
        ),
    ] {
        assert_eq!(
            refused(&format!("files:\n- {file}\n")),
            format!("k3d.yaml:{message}"),
            "{file}"
        );
    }
}
