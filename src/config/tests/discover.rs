//! Finding and reading the files.

use std::path::Path;

use crate::config::kind::KindConfig;
use crate::config::schema::{NAME, Setting};
use crate::config::{DistributionFile, Project, Request, discover};
use crate::env::EnvMap;
use crate::fsx;

struct Dir(tempfile::TempDir);

impl Dir {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = dir.path(name);
            fsx::create_dirs(path.parent().unwrap()).unwrap();
            fsx::write_atomic(&path, text.as_bytes(), 0o600).unwrap();
        }
        dir
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn discover(
        &self,
        cwd: &str,
        config: Option<&str>,
        env: &[(&str, &str)],
        stdin: &str,
    ) -> Result<Project, String> {
        let (cwd, env): (_, EnvMap) = (self.path(cwd), env.iter().copied().collect());
        let request = Request {
            config: config.map(Path::new),
            distribution_config: None,
            distribution: None,
            cwd: &cwd,
            env: &env,
        };
        discover(&request, &mut stdin.as_bytes()).map_err(|error| {
            error
                .to_string()
                .replace(self.0.path().to_str().unwrap(), "DIR")
        })
    }
}

#[track_caller]
fn kind(project: &Project) -> KindConfig {
    match &project.distribution {
        Some(DistributionFile::Kind(config)) => (**config).clone(),
        other => panic!("{other:?}"),
    }
}

const KSAIL: &str = "apiVersion: ksail.io/v1alpha1\nkind: Cluster\n";
const KIND: &str = "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nname: from-kind\n";

#[test]
fn the_nearest_project_file_wins_and_brings_its_kind_file() {
    let dir = Dir::new(&[
        ("ksail.yaml", "broken: ["),
        (
            "a/ksail.yaml",
            &format!("{KSAIL}metadata: {{name: 'p-${{USER:-x}}'}}\n"),
        ),
        (
            "a/kind.yaml",
            &format!("{KIND}nodes: [{{extraMounts: [{{hostPath: data, containerPath: /d}}]}}]\n"),
        ),
        ("a/b/c/x", ""),
    ]);
    let project = dir.discover("a/b/c", None, &[("USER", "me")], "").unwrap();
    assert_eq!(project.directory, dir.path("a"));
    assert_eq!(project.file, Some(dir.path("a/ksail.yaml")));
    assert_eq!(
        project.settings.get(&NAME).unwrap().value,
        Setting::Text("p-me".into())
    );
    let kind = kind(&project);
    assert_eq!(kind.name.unwrap().value, "from-kind");
    assert_eq!(kind.nodes[0].mounts[0].host_path, dir.path("a/data"));
    assert!(project.warnings.is_empty());
}

#[test]
fn without_a_project_file_the_working_directory_counts() {
    let dir = Dir::new(&[("kind.yaml", KIND), ("sub/x", "")]);
    assert!(
        dir.discover("", None, &[], "")
            .unwrap()
            .distribution
            .is_some()
    );
    let project = dir.discover("sub", None, &[], "").unwrap();
    assert_eq!(
        (project.directory, project.distribution),
        (dir.path("sub"), None)
    );
}

#[test]
fn a_config_flag_takes_either_kind_of_file() {
    let dir = Dir::new(&[
        ("other/ksail.yaml", KSAIL),
        ("other/kind.yaml", KIND),
        (
            "k.yaml",
            &format!("{KIND}nodes: [{{extraMounts: [{{hostPath: data, containerPath: /d}}]}}]\n"),
        ),
        (
            "s/k3d.yaml",
            "apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata: {name: from-k3d}\n",
        ),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n"),
    ]);
    let project = dir.discover("", Some("other/ksail.yaml"), &[], "").unwrap();
    assert!(project.distribution.is_some() && project.directory == dir.path("other"));
    let project = dir.discover("other", Some("../k.yaml"), &[], "").unwrap();
    assert_eq!(
        kind(&project).nodes[0].mounts[0].host_path,
        dir.path("other/data"),
        "as kind does"
    );
    assert_eq!(project.file, None);
    assert!(
        dir.discover("", Some("-"), &[], KIND)
            .unwrap()
            .distribution
            .is_some()
    );
    assert!(
        dir.discover("", Some("-"), &[], KSAIL)
            .unwrap()
            .distribution
            .is_none()
    );
    let project = dir.discover("", Some("s/k3d.yaml"), &[], "").unwrap();
    assert_eq!(
        project.distribution.unwrap().name().unwrap().value,
        "from-k3d"
    );
    let project = dir.discover("s", None, &[], "").unwrap();
    assert_eq!(project.distribution.unwrap().format().distribution, "K3s");
    for (config, stdin, message) in [
        (
            "none.yaml",
            "",
            "`DIR/none.yaml`, named by `--config`, does not exist",
        ),
        (
            "-",
            "",
            "`<stdin>` must hold exactly one YAML document, not 0",
        ),
        (
            "-",
            "a: 1\n---\nb: 2\n",
            "`<stdin>` must hold exactly one YAML document, not 2",
        ),
        ("-", "name: x\n", "<stdin>:1:1: `apiVersion` is missing"),
        (
            "pod.yaml",
            "",
            "pod.yaml:1:13: `apiVersion` must be `ksail.io/v1alpha1`, `kind.x-k8s.io/v1alpha4`, or `k3d.io/v1alpha5`, not `v1`",
        ),
    ] {
        assert_eq!(
            dir.discover("", Some(config), &[], stdin).unwrap_err(),
            message
        );
    }
}

#[test]
fn errors_show_the_line() {
    let dir = Dir::new(&[
        ("ksail.yaml", KSAIL),
        ("kind.yaml", &format!("{KIND}node: []\n")),
    ]);
    let (cwd, env) = (dir.path(""), EnvMap::default());
    let request = Request {
        config: None,
        distribution: None,
        distribution_config: None,
        cwd: &cwd,
        env: &env,
    };
    let error = discover(&request, &mut std::io::empty()).unwrap_err();
    assert_eq!(error.to_string(), "kind.yaml:4:1: unknown field `node`");
    assert_eq!(error.excerpt(), Some("4 | node: []\n  | ^"));
}

#[test]
fn the_kind_file_can_be_named() {
    let dir = Dir::new(&[
        (
            "ksail.yaml",
            &format!("{KSAIL}spec: {{cluster: {{distributionConfig: conf/k.yaml}}}}\n"),
        ),
        ("conf/k.yaml", KIND),
        ("env.yaml", &KIND.replace("from-kind", "${UNSET_NAME}")),
        (
            "missing/ksail.yaml",
            &format!("{KSAIL}spec: {{cluster: {{distributionConfig: kind.yaml}}}}\n"),
        ),
        ("binary/ksail.yaml", KSAIL),
    ]);
    assert!(
        dir.discover("", None, &[], "")
            .unwrap()
            .distribution
            .is_some()
    );
    let project = dir
        .discover(
            "",
            None,
            &[("KSAIL_SPEC_CLUSTER_DISTRIBUTIONCONFIG", "env.yaml")],
            "",
        )
        .unwrap();
    assert_eq!(kind(&project).name, None);
    assert_eq!(
        project.warnings,
        ["env.yaml:3:7: variable `UNSET_NAME` is not set and has no default; using an empty text"]
    );
    assert_eq!(
        dir.discover("missing", None, &[], "").unwrap_err(),
        "`DIR/missing/kind.yaml`, named by `spec.cluster.distributionConfig` (ksail.yaml:3:38), does not exist"
    );
    fsx::write_atomic(&dir.path("binary/kind.yaml"), b"\xff\xfe", 0o600).unwrap();
    assert_eq!(
        dir.discover("binary", None, &[], "").unwrap_err(),
        "`kind.yaml` is not a UTF-8 text"
    );
    assert_eq!(
        dir.discover("", Some("conf"), &[], "").unwrap_err(),
        "cannot read `conf`"
    );
}

const PATCH: &str = "machine: {certSANs: ['${HOST:-a.example}']}\n";

#[track_caller]
fn patches(project: &Project) -> Vec<String> {
    match &project.distribution {
        Some(DistributionFile::Talos(config)) => config
            .patches
            .iter()
            .map(|patch| format!("{:?} {}", patch.scope(), patch.source()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_of_patches_is_read_by_folder_and_name() {
    let dir = Dir::new(&[
        ("talos/workers/a.yaml", PATCH),
        ("talos/cluster/20-b.yaml", PATCH),
        ("talos/cluster/10-z.yml", PATCH),
        ("talos/cluster/README.md", "not read"),
        ("talos/cluster/.hidden.yaml", "not: read"),
        (
            "talos/control-planes/c.json",
            "[{\"op\": \"remove\", \"path\": \"/machine\"}]",
        ),
        ("talos/lost.yaml", PATCH),
        (
            "ksail.yaml",
            &format!("{KSAIL}spec: {{cluster: {{distributionConfig: talos}}}}\n"),
        ),
        ("sub/x", ""),
    ]);
    for cwd in ["", "sub"] {
        let project = dir.discover(cwd, None, &[], "").unwrap();
        let found = patches(&project).join("\n");
        let prefix = dir.path("").display().to_string();
        assert_eq!(
            found.replace(&prefix, ""),
            "All talos/cluster/10-z.yml\nAll talos/cluster/20-b.yaml\nControlPlanes talos/control-planes/c.json\n\
             Workers talos/workers/a.yaml"
        );
        let warnings = project.warnings.join("\n").replace(&prefix, "");
        assert_eq!(
            warnings,
            "`talos/lost.yaml` is not read: it belongs into `cluster`, `control-planes`, or `workers`"
        );
    }
}

#[test]
fn a_folder_is_found_by_its_folders() {
    let dir = Dir::new(&[("talos/cluster/a.yaml", PATCH), ("other/talos/x", "")]);
    assert_eq!(patches(&dir.discover("", None, &[], "").unwrap()).len(), 1);
    assert_eq!(
        dir.discover("other", None, &[], "").unwrap().distribution,
        None
    );
}

#[test]
fn what_is_wrong_in_a_folder_has_its_place() {
    let patch = "machine:\n  sysctls: {a: '${NUMBER}'}\n  netwrk: {}\n";
    let dir = Dir::new(&[("talos/workers/w.yaml", patch)]);
    assert_eq!(
        dir.discover("", None, &[("NUMBER", "1")], "").unwrap_err(),
        "talos/workers/w.yaml:3:3: unknown field `machine.netwrk`"
    );
}

#[test]
fn a_new_folder_is_found_and_changes_nothing() {
    use crate::config::scaffold::Scaffold;
    use crate::config::{Nodes, TALOS};
    let scaffold = Scaffold {
        name: Some("dev"),
        format: &TALOS,
        nodes: Nodes {
            control_planes: 1,
            workers: 2,
        },
        source_directory: "k8s",
        sample: false,
    };
    let drafts = scaffold.files();
    let paths: Vec<String> = drafts
        .iter()
        .map(|draft| draft.path.display().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "ksail.yaml",
            "talos/cluster/example.yaml",
            "talos/control-planes/example.yaml",
            "talos/workers/example.yaml"
        ]
    );
    assert!(drafts[0].text.contains("distributionConfig: talos\n"));
    assert!(drafts[0].text.contains("workers: 2\n"));
    let files: Vec<(&str, &str)> = paths[1..]
        .iter()
        .zip(&drafts[1..])
        .map(|(path, draft)| (path.as_str(), draft.text.as_str()))
        .collect();
    let project = Dir::new(&files).discover("", None, &[], "").unwrap();
    assert_eq!(patches(&project), Vec::<String>::new());
}
