//! `/containers/{id}/archive`

use std::io::Read;

use super::server::Reply;
use super::state::{Call, File, Refusal, State};

pub(super) fn upload(state: &mut State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let ix = state.wanted(id)?;
    let root = call
        .query
        .get("path")
        .map_or("/", String::as_str)
        .trim_end_matches('/');
    let mut archive = tar::Archive::new(call.body.as_slice());
    for entry in archive
        .entries()
        .map_err(|error| (400, error.to_string()))?
    {
        let mut entry = entry.map_err(|error| (400, error.to_string()))?;
        let path = format!("{root}/{}", entry.path().unwrap().display());
        let link = entry
            .link_name()
            .unwrap()
            .map(|target| target.display().to_string());
        let mut bytes = Vec::new();
        entry
            .read_to_end(&mut bytes)
            .map_err(|error| (400, error.to_string()))?;
        let mode = entry.header().mode().unwrap();
        let file = File { mode, bytes, link };
        state.containers[ix].files.insert(path, file);
    }
    Ok(Reply::Empty(200))
}

pub(super) fn download(state: &State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let container = state
        .find(id)
        .ok_or_else(|| (404, format!("No such container: {id}")))?;
    let path = call
        .query
        .get("path")
        .map_or("/", String::as_str)
        .trim_end_matches('/');
    let parent = path.rfind('/').map_or(0, |slash| slash + 1);
    let mut archive = tar::Builder::new(Vec::new());
    let mut found = false;
    for (name, file) in state.image_files.iter().chain(&container.files) {
        if name != path && !name.starts_with(&format!("{path}/")) {
            continue;
        }
        found = true;
        let mut header = tar::Header::new_gnu();
        header.set_mode(file.mode);
        header.set_size(file.bytes.len() as u64);
        archive
            .append_data(&mut header, &name[parent..], file.bytes.as_slice())
            .unwrap();
    }
    if !found {
        return Err((
            404,
            format!("Could not find the file {path} in container {id}"),
        ));
    }
    Ok(Reply::Bytes(
        "application/x-tar",
        archive.into_inner().unwrap(),
    ))
}

impl State {
    /// Writes a file of a container from the inside.
    pub(super) fn write(&mut self, container: &str, path: &str, content: &str) {
        let ix = self.index(container).expect("no such container");
        let file = File {
            mode: 0o600,
            bytes: content.as_bytes().to_vec(),
            link: None,
        };
        self.containers[ix].files.insert(path.to_owned(), file);
    }
}
