//! `ksail workload build --output-dir`

use std::path::Path;

use crate::commands::workload_context::WorkloadContext;
use crate::exit::Exit;
use crate::fsx;
use crate::text::Count;
use crate::workload::object::Object;
use crate::workload::{Error, build};

/// A file for each object. All is refused before anything is written.
pub(super) fn write(
    objects: &[&Object],
    directory: &Path,
    allow_plaintext: bool,
    context: &WorkloadContext<'_>,
) -> Result<Exit, Error> {
    let clear = objects.iter().find(|object| object.shows_secrets());
    if let Some(object) = clear.filter(|_| !allow_plaintext) {
        return Err(Error::ClearText {
            id: Box::new(object.id.clone()),
            origin: object.origin.clone(),
        });
    }
    let events = context.events;
    let files = events.timed("render", || build::object_files(objects));
    for (object, (path, text)) in objects.iter().zip(&files) {
        let path = directory.join(path);
        fsx::create_dirs(path.parent().unwrap_or(directory))?;
        let mode = if object.shows_secrets() { 0o600 } else { 0o644 };
        fsx::write_atomic(&path, text.as_bytes(), mode)?;
    }
    events.note(format!(
        "{} written to `{}`",
        Count(files.len(), "file"),
        directory.display()
    ));
    Ok(Exit::Done)
}
