//! A cluster's name, and the promise that nothing of that name is left when the test ends.

use super::{IMAGE, docker};

/// Removes everything of a cluster when dropped, by the label and by means that share nothing with ksail.
pub(crate) struct Cluster {
    name: &'static str,
}

impl Cluster {
    /// Claims `name`, which no other test uses, and clears away what a crashed run of the same test left.
    pub(crate) fn claim(name: &'static str) -> Self {
        assert!(
            name.starts_with("live-"),
            "clusters of tests are called live-…"
        );
        let found = docker(["image", "inspect", "--format={{.Id}}", IMAGE]);
        assert_eq!(
            found.code,
            Some(0),
            "the Engine has no {IMAGE}: run `make testbed`\n{}",
            found.raw()
        );
        let cluster = Self { name };
        cluster.remove();
        cluster
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Names of its containers in any state, sorted.
    pub(crate) fn containers(&self) -> Vec<String> {
        let label = format!("label=io.x-k8s.kind.cluster={}", self.name);
        let listed = docker(["ps", "--all", "--filter", &label, "--format={{.Names}}"]).expect(0);
        let mut names: Vec<String> = listed.stdout.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Fails the test if any container of the cluster is left.
    #[track_caller]
    pub(crate) fn assert_gone(&self) {
        assert_eq!(
            self.containers(),
            Vec::<String>::new(),
            "left of cluster {}",
            self.name
        );
    }

    /// Ids of the anonymous volumes of its containers.
    pub(crate) fn volumes(&self) -> Vec<String> {
        let names = self.containers();
        let format = "--format={{range .Mounts}}{{.Name}} {{end}}";
        let inspected = docker(
            ["inspect", format]
                .into_iter()
                .chain(names.iter().map(String::as_str)),
        );
        inspected
            .expect(0)
            .stdout
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    fn remove(&self) {
        let names = self.containers();
        if !names.is_empty() {
            let remove = ["rm", "--force", "--volumes"].into_iter();
            docker(remove.chain(names.iter().map(String::as_str)));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in self.containers() {
                let log = docker(["logs", "--tail=40", &name]);
                eprintln!("--- last lines of {name}\n{}", log.stdout);
            }
        }
        self.remove();
    }
}
