//! The command lines of `helm`: data in, data out.

use std::path::{Path, PathBuf};

use crate::workload::build::kustomize::file::{HelmChart, HelmGlobals};

/// Where charts are if the kustomization does not say.
const HOME: &str = "charts";

/// The folder that holds the folder of a chart.
pub(super) fn chart_home(root: &Path, globals: &HelmGlobals, chart: &HelmChart) -> PathBuf {
    let home = match globals.chart_home.as_str() {
        "" => root.join(HOME),
        home => root.join(home),
    };
    match (chart.version.as_str(), chart.repo.as_str()) {
        // So that two versions do not meet.
        (version, repo) if !version.is_empty() && !repo.is_empty() => {
            home.join(format!("{}-{version}", chart.name))
        }
        _ => home,
    }
}

/// Arguments that fetch a chart into its home.
pub(super) fn pull(home: &Path, chart: &HelmChart) -> Vec<String> {
    let mut arguments = texts(&["pull", "--untar", "--untardir"]);
    arguments.push(home.display().to_string());
    if chart.repo.starts_with("oci://") {
        let repo = chart.repo.strip_suffix('/').unwrap_or(&chart.repo);
        arguments.push(format!("{repo}/{}", chart.name));
    } else {
        option(&mut arguments, "--repo", &chart.repo);
        arguments.push(chart.name.clone());
    }
    option(&mut arguments, "--version", &chart.version);
    if chart.devel {
        arguments.push("--devel".to_owned());
    }
    arguments
}

/// What flags of this program contribute.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults<'d> {
    pub api_versions: &'d [String],
    pub kube_version: Option<&'d str>,
    pub debug: bool,
}

/// Arguments that render a chart. `namespace` is that of the kustomization, for charts that name none.
pub(super) fn template(
    home: &Path,
    chart: &HelmChart,
    namespace: &str,
    values: &[PathBuf],
    defaults: &Defaults<'_>,
) -> Vec<String> {
    let mut arguments = texts(&["template"]);
    arguments.push(match chart.release_name.as_str() {
        "" => "--generate-name".to_owned(),
        name => name.to_owned(),
    });
    arguments.push(home.join(&chart.name).display().to_string());
    let namespace = match chart.namespace.as_str() {
        "" => namespace,
        own => own,
    };
    option(&mut arguments, "--namespace", namespace);
    option(&mut arguments, "--name-template", &chart.name_template);
    for file in values {
        option(&mut arguments, "-f", &file.display().to_string());
    }
    // What the kustomization says wins over flags.
    let own: Vec<&str> = chart
        .api_versions
        .iter()
        .map(|it| it.value.as_str())
        .collect();
    let flags = defaults.api_versions.iter().map(String::as_str);
    let versions = if own.is_empty() { flags.collect() } else { own };
    for version in versions {
        option(&mut arguments, "--api-versions", version);
    }
    let version = match chart.kube_version.as_str() {
        "" => defaults.kube_version.unwrap_or_default(),
        own => own,
    };
    option(&mut arguments, "--kube-version", version);
    for (set, flag) in [
        (chart.include_crds, "--include-crds"),
        (chart.skip_tests, "--skip-tests"),
        (chart.skip_hooks, "--no-hooks"),
        (chart.debug || defaults.debug, "--debug"),
        (chart.devel, "--devel"),
    ] {
        if set {
            arguments.push(flag.to_owned());
        }
    }
    arguments
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Adds an option that has a value.
fn option(arguments: &mut Vec<String>, name: &str, value: &str) {
    if !value.is_empty() {
        arguments.extend([name.to_owned(), value.to_owned()]);
    }
}

/// The major version in what `helm version --short` prints: `v3.19.0+g1234567`.
pub(super) fn major(printed: &str) -> Option<u64> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut words = printed.split(|c| !is_part(c));
    let version = words.find(|word| {
        let mut parts = word.split('.');
        word.contains('.') && parts.all(|part| !part.is_empty())
    })?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::build::kustomize::file::decode;
    use crate::yaml::{self, Source};

    fn chart(text: &str) -> (HelmChart, HelmGlobals) {
        let source = Source::new("kustomization.yaml");
        let documents = yaml::load(text, &source).unwrap();
        let mut file = decode(&documents[0], &source).unwrap();
        (file.helm_charts.remove(0), file.helm_globals)
    }

    #[test]
    fn charts_become_command_lines() {
        let root = Path::new("/k");
        let (full, globals) = chart(
            "helmGlobals: {chartHome: c}\nhelmCharts:\n- {name: web, version: 1.2.3, repo: \"https://x\", releaseName: r,\n  \
             nameTemplate: t, includeCRDs: true, skipHooks: true, skipTests: true, apiVersions: [a/v1], kubeVersion: 1.30.0,\n  debug: true, devel: true}\n",
        );
        let home = chart_home(root, &globals, &full);
        assert_eq!(home, Path::new("/k/c/web-1.2.3"));
        assert_eq!(
            pull(&home, &full).join(" "),
            "pull --untar --untardir /k/c/web-1.2.3 --repo https://x web --version 1.2.3 --devel"
        );
        let flags = Defaults {
            api_versions: &["b/v1".to_owned()],
            kube_version: Some("1.1.1"),
            debug: false,
        };
        let values = [PathBuf::from("/t/v.yaml"), PathBuf::from("/k/more.yaml")];
        assert_eq!(
            template(&home, &full, "ns", &values, &flags).join(" "),
            "template r /k/c/web-1.2.3/web --namespace ns --name-template t -f /t/v.yaml -f /k/more.yaml \
             --api-versions a/v1 --kube-version 1.30.0 --include-crds --skip-tests --no-hooks --debug --devel"
        );
        let (bare, globals) =
            chart("helmCharts:\n- {name: web, namespace: own, repo: \"oci://x/y/\"}\n");
        let home = chart_home(root, &globals, &bare);
        assert_eq!(home, Path::new("/k/charts"));
        assert_eq!(
            pull(&home, &bare).join(" "),
            "pull --untar --untardir /k/charts oci://x/y/web"
        );
        assert_eq!(
            template(&home, &bare, "ns", &[], &flags).join(" "),
            "template --generate-name /k/charts/web --namespace own --api-versions b/v1 --kube-version 1.1.1"
        );
    }

    #[test]
    fn versions_are_found_in_what_helm_prints() {
        for (printed, expected) in [
            ("v3.19.0+g1234567\n", Some(3)),
            ("WARNING: x\nv4.0.0\n", Some(4)),
            ("Client: v2.1.0", Some(2)),
            ("nonsense.", None),
        ] {
            assert_eq!(major(printed), expected, "{printed}");
        }
    }
}
