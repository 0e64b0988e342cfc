//! Reads configuration that is a folder with folders of files.

use std::path::Path;

use super::discover::{Request, display_name};
use super::error::Error;
use super::expand::expand;
use super::format::{DistributionFile, FORMATS, FolderFile, FolderFormat, Shape};
use crate::fsx;
use crate::yaml;

/// What files with configuration end in.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Whether there is such a folder: one of the folders in it is enough.
pub(super) fn is_there(path: &Path, format: &FolderFormat) -> bool {
    let mut folders = format.folders.iter();
    folders.any(|folder| fsx::is_dir(&path.join(folder)))
}

/// Reads all files, folder by folder, each by file name.
pub(super) fn read(
    path: &Path,
    request: &Request<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<DistributionFile>, Error> {
    let shape = FORMATS.into_iter().find_map(|format| match &format.shape {
        Shape::Folder(shape) => Some(shape),
        Shape::File(_) => None,
    });
    let Some(shape) = shape else {
        return Ok(None);
    };
    let mut known = shape.empty();
    for folder in shape.folders {
        let path = path.join(folder);
        if !fsx::is_dir(&path) {
            continue;
        }
        for file in entries(&path, request)? {
            if is_configuration(&file) {
                read_file(&file, folder, (shape, &mut known), request, warnings)?;
            }
        }
    }
    for file in entries(path, request)? {
        if is_configuration(&file) {
            let folders = crate::text::List::or(shape.folders);
            let name = display_name(&file, request.cwd);
            warnings.push(format!("`{name}` is not read: it belongs into {folders}"));
        }
    }
    Ok(Some(known))
}

fn read_file(
    path: &Path,
    folder: &'static str,
    (shape, known): (&FolderFormat, &mut DistributionFile),
    request: &Request<'_>,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let name = display_name(path, request.cwd);
    let bytes = fsx::read(path).map_err(|error| Error::Read {
        name: name.clone(),
        source: error.source,
    })?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Error::NotText { name });
    };
    let source = &shape.source(name, &text);
    let mut roots = yaml::load_untyped(&text, source)?;
    for root in &mut roots {
        warnings.extend(expand(root, request.env, source));
    }
    let file = FolderFile {
        folder,
        roots,
        source,
    };
    let decoded = shape.decode(known, file);
    decoded.map_err(|error| error.in_text(&text))
}

fn entries(path: &Path, request: &Request<'_>) -> Result<Vec<std::path::PathBuf>, Error> {
    fsx::entries(path).map_err(|error| Error::Read {
        name: display_name(path, request.cwd),
        source: error.source,
    })
}

/// Whether a file is one to read: hidden ones and notes are not.
fn is_configuration(path: &Path) -> bool {
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let extension = path.extension().and_then(|extension| extension.to_str());
    fsx::is_file(path)
        && !path.file_name().is_some_and(hidden)
        && extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}
