//! `configMapGenerator` and `secretGenerator`.

use std::collections::BTreeMap;

use super::super::resource::Behavior;
use super::args::{flag, pairs, text, texts, word};
use crate::config::Error;
use crate::config::{Cell, Located};
use crate::yaml::Location;

/// One `ConfigMap` or `Secret` to make.
#[derive(Debug, Clone)]
pub(crate) struct Generator {
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
    /// `behavior`
    pub behavior: Behavior,
    /// `literals`: `KEY=VALUE`.
    pub literals: Vec<Located<String>>,
    /// `files`: `[KEY=]PATH`.
    pub files: Vec<Located<String>>,
    /// `envs`, and `env` behind them: paths.
    pub envs: Vec<Located<String>>,
    /// `options`
    pub options: Option<GeneratorOptions>,
    /// `type` of a `Secret`.
    pub secret_type: String,
    /// What is odd about it, for warnings.
    pub odd: Vec<String>,
    /// Where it is written.
    pub at: Location,
}

/// `generatorOptions`, and `options` of a generator.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GeneratorOptions {
    /// `labels`
    pub labels: BTreeMap<String, String>,
    /// `annotations`
    pub annotations: BTreeMap<String, String>,
    /// `disableNameSuffixHash`
    pub disable_name_suffix_hash: bool,
    /// `immutable`
    pub immutable: bool,
}

impl GeneratorOptions {
    pub(super) fn read(cell: &Cell<'_>) -> Result<Self, Error> {
        let mut fields = cell.fields()?.fold_case();
        let options = Self {
            labels: pairs(&mut fields, "labels")?,
            annotations: pairs(&mut fields, "annotations")?,
            disable_name_suffix_hash: flag(&mut fields, "disableNameSuffixHash")?,
            immutable: flag(&mut fields, "immutable")?,
        };
        fields.finish()?;
        Ok(options)
    }
}

/// Reads a generator; `secret` says whether it may have a `type`, `object` whether it is a configuration object of its
/// own, which has `apiVersion`, `kind` and `metadata` too.
pub(crate) fn read_generator(
    cell: &Cell<'_>,
    secret: bool,
    object: bool,
) -> Result<Generator, Error> {
    let mut fields = cell.fields()?.fold_case();
    let (mut name, mut namespace) = (String::new(), String::new());
    if object {
        fields.take("apiVersion");
        fields.take("kind");
        if let Some(metadata) = fields.take("metadata") {
            let mut metadata = metadata.fields()?;
            name = text(&mut metadata, "name")?;
            namespace = text(&mut metadata, "namespace")?;
        }
    }
    let behaviors = [
        ("", Behavior::Unspecified),
        ("unspecified", Behavior::Unspecified),
        ("create", Behavior::Create),
        ("replace", Behavior::Replace),
        ("merge", Behavior::Merge),
    ];
    let own_name = text(&mut fields, "name")?;
    let own_namespace = text(&mut fields, "namespace")?;
    let mut odd = Vec::new();
    let behavior = fields.read("behavior", |cell| word(cell, &behaviors, &mut odd))?;
    let mut generator = Generator {
        name: if own_name.is_empty() { name } else { own_name },
        namespace: if own_namespace.is_empty() {
            namespace
        } else {
            own_namespace
        },
        behavior: behavior.flatten().unwrap_or_default(),
        literals: texts(&mut fields, "literals")?,
        files: texts(&mut fields, "files")?,
        envs: texts(&mut fields, "envs")?,
        options: fields.read("options", GeneratorOptions::read)?,
        secret_type: String::new(),
        odd,
        at: cell.at(),
    };
    let one = |cell: &Cell<'_>| Ok(cell.located(cell.text()?));
    let env = fields.read("env", one)?;
    generator
        .envs
        .extend(env.filter(|path| !path.value.is_empty()));
    if secret {
        generator.secret_type = text(&mut fields, "type")?;
    }
    fields.finish()?;
    Ok(generator)
}
