use std::path::Path;
use std::process::Command;

use super::*;
use crate::error::Hint;
use crate::fsx;
use crate::workload::Error;
use crate::workload::build::kustomize::tree::{Link, SourceTree};
use crate::yaml::Source;

/// Folders and files of one test.
struct Files(tempfile::TempDir);

impl Files {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fsx::create_dirs(path.parent().unwrap()).unwrap();
        fsx::write_atomic(&path, bytes, 0o600).unwrap();
    }

    fn link(&self, path: &str, target: &Path) {
        std::os::unix::fs::symlink(target, self.path().join(path)).unwrap();
    }

    fn gather(&self, folder: &str) -> Result<SourceTree, Error> {
        self.gather_with(folder, Restriction::RootOnly)
    }

    fn gather_with(&self, folder: &str, restriction: Restriction) -> Result<SourceTree, Error> {
        let options = Options {
            restriction,
            decrypt: None,
            download: &|url| match url {
                "http://files/a.yaml" => Ok(MAP.as_bytes().to_vec()),
                "https://github.com/o/r" => Ok(b"<html></html>".to_vec()),
                _ => Err(Unreachable("answers 404 (not found)".to_owned())),
            },
            repositories: None,
            helm: None,
        };
        gather(&self.path().join(folder), folder, &options)
    }

    #[track_caller]
    fn fails(&self, folder: &str, expected: &str) {
        let error = self.gather(folder).unwrap_err();
        let text = match error.hint() {
            Some(hint) => format!("{error} ({hint})"),
            None => error.to_string(),
        };
        assert_eq!(text, expected);
    }
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

#[test]
fn everything_that_is_named_is_read_once() {
    let files = Files::of(&[
        (
            "app/over/kustomization.yaml",
            "resources: [../base, ../other, http://files/a.yaml]\nconfigMapGenerator:\n- {name: m, files: [k=data.bin], envs: [vars.env]}\n\
             patches: [{path: p.yaml}]\npatchesStrategicMerge: [nothing.yaml]\n",
        ),
        ("app/over/vars.env", "A=1\n"),
        ("app/over/p.yaml", "x"),
        ("app/base/Kustomization", "resources: [a.yaml]\n"),
        ("app/base/a.yaml", MAP),
        ("app/other/kustomization.yml", "resources: [../base/]\n"),
    ]);
    files.write("app/over/data.bin", &[0xff, 0x00]);
    let tree = files.gather("app/over").unwrap();
    let shown: Vec<&str> = tree
        .directories
        .iter()
        .map(|it| it.shown.as_str())
        .collect();
    assert_eq!(shown, ["app/over", "app/base", "app/other"]);
    assert!(matches!(
        tree.directories[2].links["../base/"],
        Link::Directory(1)
    ));
    let links = &tree.root().links;
    let content = |path: &str| match &links[path] {
        Link::File(file) => (file.source.name().to_owned(), file.bytes.clone()),
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!(
        content("data.bin"),
        ("app/over/data.bin".to_owned(), vec![0xff, 0])
    );
    assert_eq!(content("vars.env").1, b"A=1\n");
    assert_eq!(content("http://files/a.yaml").0, "http://files/a.yaml");
    assert!(matches!(&links["nothing.yaml"], Link::Missing(why) if why == "does not exist"));
}

#[test]
fn cycles_are_named_as_a_chain() {
    let files = Files::of(&[
        ("a/kustomization.yaml", "resources: [../b]\n"),
        ("b/kustomization.yaml", "resources:\n- ../c\n"),
        ("c/kustomization.yaml", "components: [../a]\n"),
        ("d/e/kustomization.yaml", "resources: [..]\n"),
        ("f/kustomization.yaml", "resources: [.]\n"),
    ]);
    files.fails(
        "a",
        "c/kustomization.yaml:1:14: `components`: `../a` leads back to where it came from: `a` → `b` → `c` → `a`",
    );
    files.fails(
        "d/e",
        "d/e/kustomization.yaml:1:13: `resources`: `..` leads back to where it came from: `d/e` → `d`",
    );
    files.fails(
        "f",
        "f/kustomization.yaml:1:13: `resources`: `.` leads back to where it came from: `f` → `f`",
    );
}

#[test]
fn files_stay_in_their_folder_unless_allowed() {
    let files = Files::of(&[
        ("a/kustomization.yaml", "resources: [../b.yaml]\n"),
        ("b.yaml", MAP),
        ("c/kustomization.yaml", "resources: [link.yaml]\n"),
        (
            "d/kustomization.yaml",
            "resources: [sub/../own.yaml, inside.yaml]\n",
        ),
        ("d/sub/x", ""),
        ("d/own.yaml", MAP),
        ("real/kustomization.yaml", "resources: [a.yaml]\n"),
        ("real/a.yaml", MAP),
    ]);
    let outside = |folder: &str, path: &str| {
        format!(
            "{folder}/kustomization.yaml:1:13: `resources`: `{path}` is not in or below the folder of the kustomization, `{folder}` \
             (allow it with `--load-restrictor LoadRestrictionsNone`, or move it)"
        )
    };
    files.link("c/link.yaml", &files.path().join("b.yaml"));
    files.link("d/inside.yaml", &files.path().join("d/own.yaml"));
    files.link("way", &files.path().join("real"));
    files.fails("a", &outside("a", "../b.yaml"));
    files.fails("c", &outside("c", "link.yaml"));
    for folder in ["a", "c"] {
        files.gather_with(folder, Restriction::None).unwrap();
    }
    files.gather("d").unwrap();
    files.gather("way").unwrap();
    files.write("a/kustomization.yaml", b"resources: [/etc/hostname]\n");
    files.fails("a", &outside("a", "/etc/hostname"));
    files.write("a/kustomization.yaml", b"resources: [/etc]\n");
    files.fails(
        "a",
        "a/kustomization.yaml:1:13: `resources`: `/etc` is an absolute path, and folders need relative ones",
    );
}

#[test]
fn a_folder_has_one_kustomization() {
    let files = Files::of(&[
        ("a/kustomization.yaml", "resources: [b]\n"),
        ("a/Kustomization", "resources: [b]\n"),
        ("b/kustomization.yaml", "resources: [x]\n"),
        ("b/x/y.yaml", MAP),
        ("c/kustomization.yaml", ""),
        (
            "d/kustomization.yaml",
            "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
         d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
         g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
        ),
        ("e/f", ""),
        ("g/kustomization.yaml", "resources: [deployments.yaml]\n"),
        ("g/deployment.yaml", MAP),
    ]);
    files.fails(
        "a",
        "a: a folder has one kustomization, and here are `kustomization.yaml` and `Kustomization` (remove all but one)",
    );
    files.fails(
        "b",
        "b/kustomization.yaml:1:13: `b/x` is a folder without a kustomization (name its files one by one, or give it \
         `kustomization.yaml`, `kustomization.yml`, or `Kustomization`)",
    );
    files.fails(
        "c",
        "c/kustomization.yaml: it is empty (a kustomization needs at least one field, `resources` for example)",
    );
    assert!(files.gather("d").is_err());
    files.fails(
        "e",
        "e: there is no `kustomization.yaml`, `kustomization.yml`, or `Kustomization`",
    );
    files.fails("nowhere", "kustomization: `nowhere` is no folder");
    files.fails(
        "g",
        "g/kustomization.yaml:1:13: `resources`: `deployments.yaml` is neither a file nor a folder (did you mean `deployment.yaml`?)",
    );
    let error = files.gather("g").unwrap_err();
    assert_eq!(
        error.excerpt(),
        Some("1 | resources: [deployments.yaml]\n  |             ^")
    );
}

#[test]
fn nothing_endless_is_read() {
    let files = Files::of(&[
        (
            "a/kustomization.yaml",
            "configMapGenerator: [{name: a, files: [huge]}]\n",
        ),
        (
            "b/kustomization.yaml",
            "configMapGenerator: [{name: a, files: [pipe]}]\n",
        ),
    ]);
    let huge = std::fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(files.path().join("a/huge"))
        .unwrap();
    huge.set_len(MAX_FILE as u64 + 1).unwrap();
    let pipe = files.path().join("b/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    files.fails(
        "a",
        "a/kustomization.yaml:1:40: `configMapGenerator`: `huge` cannot be read: longer than 64.0 MiB",
    );
    files.fails(
        "b",
        "b/kustomization.yaml:1:40: `configMapGenerator`: `pipe` cannot be read: not a regular file",
    );
    for level in 0..40 {
        for side in ["l", "r"] {
            let text = format!("namePrefix: p\nresources: [../l{0}, ../r{0}]\n", level + 1);
            files.write(
                &format!("{side}{level}/kustomization.yaml"),
                text.as_bytes(),
            );
        }
    }
    for side in ["l40", "r40"] {
        files.write(&format!("{side}/kustomization.yaml"), b"namePrefix: p\n");
    }
    files.fails(
        "l0",
        "l0/kustomization.yaml: its folders lead to each other in more than 20000 ways",
    );
}

#[test]
fn urls_are_files_or_repositories() {
    let files = Files::of(&[("a/kustomization.yaml", "")]);
    for (url, expected) in [
        (
            "http://files/b.yaml",
            "`http://files/b.yaml` answers 404 (not found)",
        ),
        (
            "https://files/o/r/b.yaml",
            "`https://files/o/r/b.yaml` is in a repository, and there is no folder to keep it in; as a file, it answers 404 (not found) \
             (set `XDG_CACHE_HOME` or `HOME`)",
        ),
        (
            "https://github.com/o/r",
            "`https://github.com/o/r` is in a repository, and there is no folder to keep it in; as a file, it holds no objects \
             (set `XDG_CACHE_HOME` or `HOME`)",
        ),
        (
            "git@example.com:o/r",
            "`git@example.com:o/r` is in a repository, and there is no folder to keep it in (set `XDG_CACHE_HOME` or `HOME`)",
        ),
    ] {
        files.write(
            "a/kustomization.yaml",
            format!("resources: [{url:?}]\n").as_bytes(),
        );
        let expected = format!("a/kustomization.yaml:1:13: `resources`: {expected}");
        files.fails("a", &expected);
    }
}

#[test]
fn what_was_fetched_stays_in_its_repository() {
    let files = Files::of(&[
        (
            "repo/base/kustomization.yaml",
            "resources: [a.yaml, ../other]\n",
        ),
        ("repo/base/a.yaml", MAP),
        (
            "repo/other/kustomization.yaml",
            "configMapGenerator: [{name: a, files: [secret]}]\n",
        ),
        ("repo/out/kustomization.yaml", "resources: [../../..]\n"),
        ("repo/back/kustomization.yaml", ""),
        ("secret", "s"),
    ]);
    let repository = files.path().join("repo");
    let url = format!("file://{}", repository.display());
    files.write(
        "repo/back/kustomization.yaml",
        format!("resources: [\"{url}//back\"]\n").as_bytes(),
    );
    files.link("repo/other/secret", &files.path().join("secret"));
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a",
            "commit",
            "-qm",
            "x",
        ],
    ] {
        let done = Command::new("git")
            .args(arguments)
            .current_dir(&repository)
            .status();
        assert!(done.unwrap().success());
    }
    let options = Options {
        restriction: Restriction::None,
        decrypt: None,
        download: &|_| Err(Unreachable(String::new())),
        repositories: Some(files.path().join("cache")),
        helm: None,
    };
    for (path, expected) in [
        ("base", "is not in or below the folder of the kustomization"),
        (
            "out",
            "`../../..` is outside of the repository that names it",
        ),
        ("back", "leads back to where it came from"),
        ("nope", "has no folder `nope`"),
    ] {
        let url = format!("{url}//{path}");
        let error = gather(Path::new(&url), &url, &options)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    files.write("repo/other/kustomization.yaml", b"namePrefix: a-\n");
    let commit = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a",
        "commit",
        "-qam",
        "y",
    ];
    let done = Command::new("git")
        .args(commit)
        .current_dir(&repository)
        .status();
    assert!(done.unwrap().success());
    files.write(
        "app/kustomization.yaml",
        format!("resources: [\"{url}//base\"]\n").as_bytes(),
    );
    let tree = gather(&files.path().join("app"), "app", &options).unwrap();
    let shown: Vec<String> = tree.directories.iter().map(|it| it.shown.clone()).collect();
    assert_eq!(
        shown,
        [
            "app".to_owned(),
            format!("{url}//base"),
            format!("{url}//other")
        ]
    );
    let remote = tree.directories[1].remote.as_ref().unwrap();
    assert_eq!(
        (remote.repository.as_str(), remote.path.as_str()),
        (url.as_str(), "base")
    );
    assert!(tree.directories[2].remote.is_none());
}

#[test]
fn charts_need_leave_to_run_helm() {
    let files = Files::of(&[("a/kustomization.yaml", "helmCharts: [{name: web}]\n")]);
    files.fails(
        "a",
        "a/kustomization.yaml:1:14: the chart `web` needs `helm`, which may not be run (allow it with `--enable-helm`)",
    );
}

#[test]
fn what_is_decrypted_is_told_apart_by_its_use() {
    let files = Files::of(&[
        (
            "a/kustomization.yaml",
            "resources: [r.yaml]\nsecretGenerator: [{name: s, files: [k.json=f], envs: [e]}]\nconfigurations: [c]\n",
        ),
        ("a/r.yaml", MAP),
        ("a/f", "f"),
        ("a/e", "A=b"),
        ("a/c", "namePrefix: []"),
    ]);
    let decrypt = |source: &Source, bytes: Vec<u8>, form: &Form| {
        let line = format!("{source} {form:?}");
        drop(bytes);
        Ok(Opened {
            bytes: line.into_bytes(),
            confidential: true,
        })
    };
    let options = Options {
        restriction: Restriction::RootOnly,
        decrypt: Some(&decrypt),
        download: &|_| Err(Unreachable(String::new())),
        repositories: None,
        helm: None,
    };
    let tree = gather(&files.path().join("a"), "a", &options).unwrap();
    let all: Vec<String> = tree
        .root()
        .links
        .values()
        .map(|link| match link {
            Link::File(file) => String::from_utf8(file.bytes.clone()).unwrap(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        all,
        [
            "a/c Configuration",
            "a/e Variables",
            "a/f Keyed(\"k.json\")",
            "a/r.yaml Manifest",
        ]
    );
}
