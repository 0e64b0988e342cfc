//! Finds and reads the configuration: `ksail.yaml` here or above, then the distribution's file that it names.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::error::{Error, Problem};
use super::expand::expand;
use super::fields::Cell;
use super::folder;
use super::format::{DistributionFile, FORMATS, FileFormat, Format, Shape};
use super::parse::{self, FileSettings};
use super::schema::{self, DISTRIBUTION, DISTRIBUTION_CONFIG, Setting};
use crate::env::EnvMap;
use crate::fsx;
use crate::yaml::{self, Node, Source};

/// Name of the project file.
pub const PROJECT_FILE: &str = "ksail.yaml";

/// Where to look.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `--config`: a `ksail.yaml` or the file of a distribution, `-` for standard input.
    pub config: Option<&'a Path>,
    /// `--distribution-config`: the file or folder of a distribution.
    pub distribution_config: Option<&'a Path>,
    /// `--distribution`
    pub distribution: Option<&'a str>,
    /// Working directory, absolute.
    pub cwd: &'a Path,
    /// Variables for expansion and `KSAIL_…`.
    pub env: &'a EnvMap,
}

/// What the files of a project say.
#[derive(Debug, Clone)]
pub struct Project {
    /// Directory of the `ksail.yaml`, else the working directory. Paths in the file are relative to it.
    pub directory: PathBuf,
    /// The `ksail.yaml`, if there is one.
    pub file: Option<PathBuf>,
    /// What it sets.
    pub settings: FileSettings,
    /// The distribution's own configuration, if there is one.
    pub distribution: Option<DistributionFile>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Project {
    /// No files at all: everything comes from flags, variables and defaults.
    pub fn empty(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            file: None,
            settings: FileSettings::default(),
            distribution: None,
            warnings: Vec::new(),
        }
    }
}

/// Reads whatever configuration applies. `stdin` is only read if the request says so.
pub fn discover(request: &Request<'_>, stdin: &mut dyn Read) -> Result<Project, Error> {
    let mut project = Project::empty(request.cwd);
    let file = match request.config {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(request.cwd.join(path)),
        None => match find(request.cwd) {
            Some(path) => Some(path),
            None => return with_distribution_file(project, request),
        },
    };
    let document = if let Some(path) = &file {
        Document::read(path, "`--config`", request, &mut project.warnings)?
    } else {
        let (name, bytes) = ("<stdin>".to_owned(), read_stdin(stdin)?);
        Document::parse(name, bytes, request.env, &mut project.warnings)?
    };
    let format = document.decode(format_of)?;
    if let Some((format, shape)) = format.filter(|_| request.config.is_some()) {
        if request.distribution_config.is_some() {
            let root = Cell::root(&document.root, &document.source);
            let file = format.file;
            let why =
                format!("is that of a {file}, so `--distribution-config` cannot name another one");
            return Err(Error::rule(root.at(), "apiVersion", why));
        }
        let decode = |root: &_, source: &_| shape.decode(root, source, request.cwd);
        project.distribution = Some(document.decode(decode)?);
        return Ok(project);
    }
    project.settings = document.decode(parse::decode)?;
    if let Some(directory) = file.as_deref().and_then(Path::parent) {
        directory.clone_into(&mut project.directory);
    }
    project.file = file;
    with_distribution_file(project, request)
}

/// Adds the distribution's configuration: flag, variable, field, or the default name if such a file exists.
fn with_distribution_file(mut project: Project, request: &Request<'_>) -> Result<Project, Error> {
    let variable = DISTRIBUTION_CONFIG.variable();
    let in_file = word(project.settings.get(&DISTRIBUTION).map(|set| &set.value));
    let asked = asked(request);
    // What the project file names is for the distribution of the project file.
    let named = project
        .settings
        .get(&DISTRIBUTION_CONFIG)
        .filter(|_| asked.is_none() || asked == Some(in_file.unwrap_or(FORMATS[0])));
    let (path, by) = if let Some(path) = request.distribution_config {
        (request.cwd.join(path), "`--distribution-config`".to_owned())
    } else if let Some(path) = request.env.get(&variable) {
        (request.cwd.join(path), format!("`{variable}`"))
    } else if let Some((Setting::Text(path), at)) = named.map(|named| (&named.value, &named.at)) {
        let by = format!("`{}` ({at})", DISTRIBUTION_CONFIG.path);
        (project.directory.join(path), by)
    } else {
        let candidates = FORMATS.into_iter().filter(|format| {
            let wanted = asked.or(in_file);
            wanted.is_none_or(|wanted| wanted == *format)
        });
        let mut found = candidates.filter_map(|format| {
            let path = project.directory.join(format.file);
            let exists = match &format.shape {
                Shape::File(_) => fsx::is_file(&path),
                Shape::Folder(shape) => folder::is_there(&path, shape),
            };
            exists.then_some(path)
        });
        let Some(path) = found.next() else {
            return Ok(project);
        };
        (path, "default".to_owned())
    };
    if fsx::is_dir(&path) {
        project.distribution = folder::read(&path, request, &mut project.warnings)?;
        return Ok(project);
    }
    let document = Document::read(&path, &by, request, &mut project.warnings)?;
    let decode = |root: &Node, source: &Source| match format_of(root, source)? {
        Some((_, shape)) => shape.decode(root, source, &project.directory),
        None => Err(not_a_distribution_file(root, source)?),
    };
    project.distribution = Some(document.decode(decode)?);
    Ok(project)
}

/// The distribution of the flag or the variable. Values that are none are refused by whoever resolves settings.
fn asked(request: &Request<'_>) -> Option<&'static Format> {
    let parse = |text: &str| word(DISTRIBUTION.parse(text).ok().as_ref());
    let flag = request.distribution.and_then(parse);
    flag.or_else(|| parse(request.env.get(&DISTRIBUTION.variable())?))
}

fn word(setting: Option<&Setting>) -> Option<&'static Format> {
    match setting {
        Some(Setting::Text(text)) => Format::of(text),
        _ => None,
    }
}

/// The project file in `directory` or the nearest directory above it.
fn find(directory: &Path) -> Option<PathBuf> {
    directory
        .ancestors()
        .map(|directory| directory.join(PROJECT_FILE))
        .find(|path| fsx::is_file(path))
}

/// The path as the user would write it from here.
pub(super) fn display_name(path: &Path, cwd: &Path) -> String {
    path.strip_prefix(cwd).unwrap_or(path).display().to_string()
}

fn read_stdin(stdin: &mut dyn Read) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match stdin.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(source) => Err(Error::Read {
            name: "<stdin>".into(),
            source,
        }),
    }
}

/// The one document of a file, with variables expanded.
struct Document {
    root: Node,
    source: Source,
    text: String,
}

impl Document {
    /// Reads a file that `by` names.
    fn read(
        path: &Path,
        by: &str,
        request: &Request<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let name = display_name(path, request.cwd);
        match fsx::read(path) {
            Ok(bytes) => Self::parse(name, bytes, request.env, warnings),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::Missing {
                path: path.to_owned(),
                by: by.to_owned(),
            }),
            Err(error) => Err(Error::Read {
                name,
                source: error.source,
            }),
        }
    }

    fn parse(
        name: String,
        bytes: Vec<u8>,
        env: &EnvMap,
        warnings: &mut Vec<String>,
    ) -> Result<Self, Error> {
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Error::NotText { name });
        };
        let source = Source::new(name);
        let mut roots = yaml::load_untyped(&text, &source)?;
        let count = roots.len();
        let (Some(mut root), 1) = (roots.pop(), count) else {
            let name = source.name().to_owned();
            return Err(Error::Documents { name, count });
        };
        warnings.extend(expand(&mut root, env, &source));
        Ok(Self { root, source, text })
    }

    /// What `decode` makes of the document; errors show the line.
    fn decode<T>(
        &self,
        decode: impl FnOnce(&Node, &Source) -> Result<T, Error>,
    ) -> Result<T, Error> {
        decode(&self.root, &self.source).map_err(|error| error.in_text(&self.text))
    }
}

/// The format of a distribution's configuration, `None` for a `ksail.yaml`; an error if it is neither.
fn format_of(
    root: &Node,
    source: &Source,
) -> Result<Option<(&'static Format, &'static FileFormat)>, Error> {
    let version = Cell::root(root, source).fields()?.require("apiVersion")?;
    let text = version.text()?;
    if text.split('/').next() == schema::API_VERSION.split('/').next() {
        return Ok(None);
    }
    let format = Format::with_group_of(&text);
    format.map(Some).ok_or_else(|| {
        let distributions = Format::files().map(|(_, file)| file.api_version);
        let allowed: Vec<&str> = [schema::API_VERSION]
            .into_iter()
            .chain(distributions)
            .collect();
        let problem = Problem::choice(&version.path, &text, &allowed);
        Error::field(version.at(), problem)
    })
}

fn not_a_distribution_file(root: &Node, source: &Source) -> Result<Error, Error> {
    let version = Cell::root(root, source).fields()?.require("apiVersion")?;
    let text = version.text()?;
    let allowed: Vec<&str> = Format::files().map(|(_, file)| file.api_version).collect();
    let problem = Problem::choice(&version.path, &text, &allowed);
    Ok(Error::field(version.at(), problem))
}
