//! Runs `helm` for the charts of one kustomization.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::super::options::HelmOptions;
use super::super::place::{Place, Read, Refusal};
use super::super::remote::{Failure, run};
use super::arguments::{Defaults, chart_home, major, pull, template};
use super::values::merged;
use crate::fsx;
use crate::text::plain;
use crate::workload::build::kustomize::Error;
use crate::workload::build::kustomize::file::{HelmChart, HelmGlobals, Kustomization};
use crate::workload::build::kustomize::tree::SourceFile;
use crate::yaml::{self, Source};

/// An installed `helm`, as far as flags allow it.
pub(in crate::workload::gather) struct Helm<'h> {
    options: Option<&'h HelmOptions>,
    /// Whether the version will do; asked once for each build.
    version: OnceLock<Result<(), Refusal>>,
    /// Two charts may have one home.
    pulling: Mutex<()>,
}

/// Where the charts of a kustomization are named.
pub(in crate::workload::gather) struct Surroundings<'s> {
    /// The folder.
    pub place: &'s Place,
    /// What its file says.
    pub kustomization: &'s Kustomization,
    /// What messages call the file.
    pub source: &'s Source,
    /// Its text, for excerpts.
    pub text: &'s str,
}

impl<'h> Helm<'h> {
    /// Runs nothing yet.
    pub(in crate::workload::gather) fn new(options: Option<&'h HelmOptions>) -> Self {
        Self {
            options,
            version: OnceLock::new(),
            pulling: Mutex::default(),
        }
    }

    /// Whether there is leave to run it.
    pub(in crate::workload::gather) fn may_run(&self) -> bool {
        self.options.is_some()
    }

    /// What becomes of each chart.
    pub(in crate::workload::gather) fn inflate(
        &self,
        around: &Surroundings<'_>,
    ) -> Result<Vec<SourceFile>, Error> {
        let file = around.kustomization;
        let namespace = match file.namespace.as_str() {
            "" => around.place.namespace.as_str(),
            own => own,
        };
        let charts = file.helm_charts.iter();
        charts
            .map(|chart| self.one(&file.helm_globals, chart, namespace, around))
            .collect()
    }

    /// What becomes of one chart.
    pub(in crate::workload::gather) fn one(
        &self,
        globals: &HelmGlobals,
        chart: &HelmChart,
        namespace: &str,
        around: &Surroundings<'_>,
    ) -> Result<SourceFile, Error> {
        let fail = |chart: &HelmChart, refusal: Refusal| {
            let what = format!("the chart `{}` {}", chart.name, refusal.why);
            let error = Error::at(&chart.at, what).in_text(around.text);
            match refusal.hint {
                Some(hint) => error.with_hint(hint),
                None => error,
            }
        };
        let Some(options) = self.options else {
            let refusal = Refusal::new("needs `helm`, which may not be run")
                .with_hint("allow it with `--enable-helm`");
            return Err(fail(chart, refusal));
        };
        let printed = self.chart(globals, chart, namespace, around.place, options);
        let printed = printed.map_err(|refusal| fail(chart, refusal))?;
        Ok(SourceFile {
            source: Source::new(format!("{} (chart `{}`)", around.source, chart.name)),
            bytes: without_messages(printed),
            confidential: false,
        })
    }

    fn chart(
        &self,
        globals: &HelmGlobals,
        chart: &HelmChart,
        namespace: &str,
        place: &Place,
        options: &HelmOptions,
    ) -> Result<Vec<u8>, Refusal> {
        if chart.name.is_empty() {
            return Err(Refusal::new("has no `name`"));
        }
        let temporary = Temporary::new()?;
        let run = Runner::new(options, globals, &temporary.0);
        self.version.get_or_init(|| run.check_version()).clone()?;
        let home = chart_home(&place.root, globals, chart);
        if !fsx::is_dir(&home.join(&chart.name)) {
            let _one_at_a_time = self.pulling.lock().unwrap_or_else(PoisonError::into_inner);
            if !fsx::is_dir(&home.join(&chart.name)) {
                if chart.repo.is_empty() {
                    let folder = place.shown.join(&globals_home(globals)).join(&chart.name);
                    let why = format!("is not in `{folder}`, and no `repo` says where to get it");
                    return Err(Refusal::new(why));
                }
                run.helm(&pull(&home, chart))?;
            }
        }
        let mut values = vec![self.values(chart, &home, place, &temporary.0)?];
        for file in &chart.additional_values_files {
            read(place, &file.value)?;
            values.push(place.root.join(&file.value));
        }
        let flags = Defaults {
            api_versions: &options.api_versions,
            kube_version: options.kube_version.as_deref(),
            debug: options.debug,
        };
        run.helm(&template(&home, chart, namespace, &values, &flags))
    }

    /// Writes the values for the chart to a file.
    fn values(
        &self,
        chart: &HelmChart,
        home: &Path,
        place: &Place,
        temporary: &Path,
    ) -> Result<PathBuf, Refusal> {
        let named = chart.values_file.as_ref().map(|file| file.value.clone());
        let own = home.join(&chart.name).join("values.yaml");
        let path = named.unwrap_or_else(|| own.display().to_string());
        let inline = chart.values_inline.as_ref().map(yaml::Node::to_json);
        let is_filled =
            |value: &serde_json::Value| value.as_object().is_some_and(|fields| !fields.is_empty());
        let bytes = match inline.filter(is_filled) {
            None => read(place, &path)?,
            Some(inline) => {
                let file = || {
                    let bytes = read(place, &path)?;
                    let text = String::from_utf8_lossy(&bytes);
                    let documents = yaml::load(&text, &Source::new(path.as_str()));
                    let documents = documents.map_err(|error| {
                        Refusal::new(format!("has values that are no YAML: {error}"))
                    })?;
                    Ok(documents
                        .first()
                        .map(yaml::Node::to_json)
                        .unwrap_or_default())
                };
                yaml::to_yaml(&merged(&inline, chart.values_merge, file)?).into_bytes()
            }
        };
        let name = chart.name.replace('/', "-");
        let path = temporary.join(format!("{name}-kustomize-values.yaml"));
        fsx::write_private(&path, &bytes).map_err(unusable)?;
        Ok(path)
    }
}

fn globals_home(globals: &HelmGlobals) -> String {
    match globals.chart_home.as_str() {
        "" => "charts".to_owned(),
        home => home.to_owned(),
    }
}

fn read(place: &Place, path: &str) -> Result<Vec<u8>, Refusal> {
    match place.read(path) {
        Ok(Read::File(bytes)) => Ok(bytes),
        Ok(Read::Folder) => Err(Refusal::new(format!("needs `{path}`, which is a folder"))),
        Ok(Read::Nothing) => Err(Refusal::new(format!(
            "needs `{path}`, which does not exist"
        ))),
        Err(refusal) => Err(Refusal {
            why: format!("needs `{path}`, which {}", refusal.why),
            hint: refusal.hint,
        }),
    }
}

/// Rendered objects without the messages that may stand before them.
fn without_messages(printed: Vec<u8>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(&printed) else {
        return printed;
    };
    let is_object = |node: &yaml::Node| node.is_null() || node.get("kind").is_some();
    let reads = yaml::load(text, &Source::new("")).is_ok_and(|all| all.iter().all(is_object));
    match text.find("\n---") {
        Some(at) if !reads => text.as_bytes()[at + 1..].to_vec(),
        _ => printed,
    }
}

/// Calls of one program with one environment.
struct Runner<'r> {
    program: &'r str,
    config: PathBuf,
}

impl<'r> Runner<'r> {
    fn new(options: &'r HelmOptions, globals: &HelmGlobals, temporary: &Path) -> Self {
        Self {
            program: &options.command,
            config: match globals.config_home.as_str() {
                "" => temporary.join("helm"),
                home => PathBuf::from(home),
            },
        }
    }

    fn check_version(&self) -> Result<(), Refusal> {
        let printed = self.helm(&["version".to_owned(), "--short".to_owned()])?;
        let printed = String::from_utf8_lossy(&printed);
        match major(&printed) {
            Some(3 | 4) => Ok(()),
            Some(other) => Err(Refusal::new(format!(
                "needs version 3 or 4 of helm, and `{}` has version {other}",
                self.program
            ))),
            None => Err(Refusal::new(format!(
                "needs helm, and `{}` does not say which version it has",
                self.program
            ))),
        }
    }

    fn helm(&self, arguments: &[String]) -> Result<Vec<u8>, Refusal> {
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .env("HELM_CONFIG_HOME", &self.config)
            .env("HELM_CACHE_HOME", self.config.join(".cache"))
            .env("HELM_DATA_HOME", self.config.join(".data"));
        run(&mut command, None).map_err(|failure| {
            let what = format!("cannot be rendered: `{} {}`", self.program, arguments[0]);
            match failure {
                Failure::Missing => Refusal::new(format!(
                    "needs `{}`, and there is no such program",
                    self.program
                ))
                .with_hint("install helm, or name it with `--helm-command`"),
                Failure::Io(error) => Refusal::new(format!("{what} does not run: {error}")),
                Failure::TimedOut(_) => Refusal::new(format!("{what} takes too long")),
                Failure::Refused(said) => {
                    let lines: Vec<String> = said.lines().map(plain).collect();
                    Refusal::new(format!("{what} says: {}", lines.join("; ")))
                }
            }
        })
    }
}

/// A folder that is gone when its chart is rendered.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self, Refusal> {
        let folder = fsx::create_private_temporary(&std::env::temp_dir(), "ksail-helm-");
        folder.map(Self).map_err(unusable)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(fsx::remove_tree(&self.0));
    }
}

fn unusable(error: fsx::Error) -> Refusal {
    Refusal::new(format!(
        "cannot be rendered: {}",
        crate::error::chain(&error)
    ))
}
