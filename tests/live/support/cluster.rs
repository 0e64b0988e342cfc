//! A cluster's name, and the promise that nothing of that name is left when the test ends.

use super::{IMAGE, docker, k3s_image, talos_image};

/// Removes everything of a cluster when dropped, by the label and by means that share nothing with ksail.
pub(crate) struct Cluster {
    name: &'static str,
    /// Label of everything that belongs to it.
    label: &'static str,
}

const KIND: &str = "io.x-k8s.kind.cluster";
const K3D: &str = "k3d.cluster";
const TALOS: &str = "talos.cluster.name";

impl Cluster {
    /// Claims `name`, which no other test uses, and clears away what a crashed run of the same test left.
    pub(crate) fn claim(name: &'static str) -> Self {
        Self::of(name, KIND, IMAGE)
    }

    /// The same for a K3s cluster.
    pub(crate) fn claim_k3s(name: &'static str) -> Self {
        Self::of(name, K3D, &k3s_image())
    }

    /// The same for a Talos cluster.
    pub(crate) fn claim_talos(name: &'static str) -> Self {
        Self::of(name, TALOS, &talos_image())
    }

    fn of(name: &'static str, label: &'static str, image: &str) -> Self {
        assert!(
            name.starts_with("live-"),
            "clusters of tests are called live-…"
        );
        let found = docker(["image", "inspect", "--format={{.Id}}", image]);
        assert_eq!(
            found.code,
            Some(0),
            "the Engine has no {image}: run `make testbed`\n{}",
            found.raw()
        );
        let cluster = Self { name, label };
        cluster.remove();
        cluster
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Names of its containers in any state, sorted.
    pub(crate) fn containers(&self) -> Vec<String> {
        self.labelled(&["ps", "--all", "--format={{.Names}}"])
    }

    /// Names of its networks and of its volumes that have names; Kind's clusters have neither.
    fn belongings(&self) -> [Vec<String>; 2] {
        ["network", "volume"].map(|kind| self.labelled(&[kind, "ls", "--format={{.Name}}"]))
    }

    fn labelled(&self, list: &[&str]) -> Vec<String> {
        let label = format!("--filter=label={}={}", self.label, self.name);
        let listed = docker(list.iter().copied().chain([label.as_str()])).expect(0);
        let mut names: Vec<String> = listed.stdout.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Fails the test if anything of the cluster is left.
    #[track_caller]
    pub(crate) fn assert_gone(&self) {
        assert_eq!(
            self.containers(),
            Vec::<String>::new(),
            "left of cluster {}",
            self.name
        );
        assert_eq!(self.belongings(), [const { Vec::<String>::new() }; 2]);
        // That of stock k3d has no label.
        let network = docker(["network", "inspect", &format!("k3d-{}", self.name)]);
        assert_ne!(network.code, Some(0), "{}", network.raw());
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
        if self.label == TALOS {
            docker(["network", "rm", self.name]);
        }
        if self.label == K3D {
            for network in [self.name.to_owned(), format!("k3d-{}", self.name)] {
                docker(["network", "rm", &network]);
            }
            let [_, volumes] = self.belongings();
            for volume in volumes {
                docker(["volume", "rm", &volume]);
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in self.containers() {
                let log = docker(["logs", "--tail=40", &name]);
                eprintln!("--- last lines of {name}\n{}{}", log.stdout, log.stderr);
            }
        }
        self.remove();
    }
}
