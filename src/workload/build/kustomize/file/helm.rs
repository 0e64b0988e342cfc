//! `helmCharts` and what belongs to them.

use super::args::{filled, flag, text, texts};
use crate::config::Error;
use crate::config::{Cell, Fields, Located};
use crate::yaml::{Location, Node};

/// `helmGlobals`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HelmGlobals {
    /// `chartHome`; empty for `charts`.
    pub chart_home: String,
    /// `configHome`; empty for a folder that is thrown away.
    pub config_home: String,
}

/// How `valuesInline` meets the values of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ValuesMerge {
    /// Inline values win.
    #[default]
    Override,
    /// Values of the file win.
    Merge,
    /// Only inline values count.
    Replace,
}

/// `helmCharts[]`
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the format and a flag of helm"
)]
pub(crate) struct HelmChart {
    /// `name`
    pub name: String,
    /// `version`
    pub version: String,
    /// `repo`
    pub repo: String,
    /// `releaseName`
    pub release_name: String,
    /// `namespace`
    pub namespace: String,
    /// `nameTemplate`
    pub name_template: String,
    /// `additionalValuesFiles`
    pub additional_values_files: Vec<Located<String>>,
    /// `valuesFile`
    pub values_file: Option<Located<String>>,
    /// `valuesInline`
    pub values_inline: Option<Node>,
    /// `valuesMerge`
    pub values_merge: ValuesMerge,
    /// `includeCRDs`
    pub include_crds: bool,
    /// `skipHooks`
    pub skip_hooks: bool,
    /// `skipTests`
    pub skip_tests: bool,
    /// `apiVersions`
    pub api_versions: Vec<Located<String>>,
    /// `kubeVersion`
    pub kube_version: String,
    /// `debug`
    pub debug: bool,
    /// `devel`
    pub devel: bool,
    /// Where it is written.
    pub at: Location,
}

/// Reads the two fields of `helmGlobals`, wherever they stand.
pub(crate) fn read_globals(fields: &mut Fields<'_>) -> Result<HelmGlobals, Error> {
    Ok(HelmGlobals {
        chart_home: text(fields, "chartHome")?,
        config_home: text(fields, "configHome")?,
    })
}

fn values_merge(cell: &Cell<'_>) -> Result<ValuesMerge, Error> {
    let words = [
        ("", ValuesMerge::Override),
        ("override", ValuesMerge::Override),
        ("merge", ValuesMerge::Merge),
        ("replace", ValuesMerge::Replace),
    ];
    cell.choice(&words, false)
}

/// Reads the fields of a chart out of a mapping that may have others.
pub(crate) fn read_chart(fields: &mut Fields<'_>, at: Location) -> Result<HelmChart, Error> {
    Ok(HelmChart {
        name: text(fields, "name")?,
        version: text(fields, "version")?,
        repo: text(fields, "repo")?,
        release_name: text(fields, "releaseName")?,
        namespace: text(fields, "namespace")?,
        name_template: text(fields, "nameTemplate")?,
        additional_values_files: texts(fields, "additionalValuesFiles")?,
        values_file: fields.read("valuesFile", filled)?.flatten(),
        values_inline: fields.take("valuesInline").map(|cell| cell.node.clone()),
        values_merge: fields
            .read("valuesMerge", values_merge)?
            .unwrap_or_default(),
        include_crds: flag(fields, "includeCRDs")?,
        skip_hooks: flag(fields, "skipHooks")?,
        skip_tests: flag(fields, "skipTests")?,
        api_versions: texts(fields, "apiVersions")?,
        kube_version: text(fields, "kubeVersion")?,
        debug: flag(fields, "debug")?,
        devel: flag(fields, "devel")?,
        at,
    })
}

/// Reads an entry of `helmChartInflationGenerator`, the older form, which has globals in it.
pub(super) fn read_old_chart(
    cell: &Cell<'_>,
    globals: &mut HelmGlobals,
) -> Result<HelmChart, Error> {
    let mut fields = cell.fields()?.fold_case();
    let chart = HelmChart {
        name: text(&mut fields, "chartName")?,
        version: text(&mut fields, "chartVersion")?,
        repo: text(&mut fields, "chartRepoUrl")?,
        release_name: text(&mut fields, "releaseName")?,
        namespace: String::new(),
        name_template: String::new(),
        additional_values_files: Vec::new(),
        values_file: fields.read("values", filled)?.flatten(),
        values_inline: fields.take("valuesLocal").map(|cell| cell.node.clone()),
        values_merge: fields
            .read("valuesMerge", values_merge)?
            .unwrap_or_default(),
        include_crds: false,
        skip_hooks: false,
        skip_tests: false,
        api_versions: Vec::new(),
        kube_version: String::new(),
        debug: false,
        devel: false,
        at: cell.at(),
    };
    let (home, config) = (
        text(&mut fields, "chartHome")?,
        text(&mut fields, "helmHome")?,
    );
    if !home.is_empty() {
        globals.chart_home = home;
    }
    if !config.is_empty() {
        globals.config_home = config;
    }
    // kustomize takes them and does nothing with them.
    for idle in ["chartRepoName", "helmBin", "releaseNamespace", "extraArgs"] {
        fields.take(idle);
    }
    fields.finish()?;
    Ok(chart)
}
