//! `/containers/{id}/archive`

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::server::Reply;
use super::state::{Call, Container, File, Refusal, State};

fn path(call: &Call) -> &str {
    let path = call.query.get("path").map_or("/", String::as_str);
    path.trim_end_matches('/')
}

pub(super) fn upload(state: &mut State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let ix = state.wanted(id)?;
    let root = path(call);
    if state.containers[ix].body["HostConfig"]["ReadonlyRootfs"] == true
        && !in_volume(&state.containers[ix].body, root)
    {
        return Err((500, "container rootfs is marked read-only".to_owned()));
    }
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

/// Whether the Engine can write there although the root is read-only. What it writes to memory nobody would see.
fn in_volume(body: &Value, path: &str) -> bool {
    let mounts = body["HostConfig"]["Mounts"].as_array().into_iter();
    let mut lasting = mounts.flatten().filter(|mount| mount["Type"] != "tmpfs");
    lasting.any(|mount| {
        let target = mount["Target"].as_str().unwrap();
        path == target || path.starts_with(&format!("{target}/"))
    })
}

/// Everything at this path or below it.
fn below(state: &State, container: &Container, path: &str) -> BTreeMap<String, File> {
    let program = state.program(&container.name);
    let written = program.map(|program| program.files(&container.name));
    let written = written
        .into_iter()
        .flatten()
        .map(|(path, text)| (path, private(&text)));
    let stored = state.image_files.iter().chain(&container.files);
    let stored = stored.map(|(path, file)| (path.clone(), file.clone()));
    let inside = |name: &str| name == path || name.starts_with(&format!("{path}/"));
    stored
        .chain(written)
        .filter(|(name, _)| inside(name))
        .collect()
}

fn private(text: &str) -> File {
    File {
        mode: 0o600,
        bytes: text.as_bytes().to_vec(),
        link: None,
    }
}

fn found(state: &State, call: &Call, id: &str) -> Result<BTreeMap<String, File>, Refusal> {
    let no_container = || (404, format!("No such container: {id}"));
    let container = state.find(id).ok_or_else(no_container)?;
    let path = path(call);
    let files = below(state, container, path);
    if files.is_empty() {
        let why = format!("Could not find the file {path} in container {id}");
        return Err((404, why));
    }
    Ok(files)
}

pub(super) fn look(state: &State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    found(state, call, id)?;
    let name = path(call).rsplit('/').next().unwrap();
    let stat = json!({
        "name": name, "size": 4096, "mode": 2_147_484_096_u32, "mtime": "2023-11-14T22:13:20Z", "linkTarget": "",
    });
    Ok(Reply::Stat(STANDARD.encode(stat.to_string())))
}

pub(super) fn download(state: &State, call: &Call, id: &str) -> Result<Reply, Refusal> {
    let files = found(state, call, id)?;
    let path = path(call);
    let parent = path.rfind('/').map_or(0, |slash| slash + 1);
    let mut archive = tar::Builder::new(Vec::new());
    for (name, file) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(file.mode);
        header.set_size(file.bytes.len() as u64);
        archive
            .append_data(&mut header, &name[parent..], file.bytes.as_slice())
            .unwrap();
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
        let file = private(content);
        self.containers[ix].files.insert(path.to_owned(), file);
    }
}
