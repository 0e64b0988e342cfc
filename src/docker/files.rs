//! Files of containers, in and out.

use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, DownloadFromContainerOptionsBuilder,
    UploadToContainerOptionsBuilder,
};
use futures_util::TryStreamExt;

use super::archive;
use super::connect::Engine;
use super::error::Error;
use super::refusal::Call;
use crate::cluster::model::FileSpec;

/// `PUT /containers/{id}/archive`: all files in one archive, owned by root. Works before the first start.
///
/// # Caveats
/// Files below a tmpfs mount vanish when the container starts.
pub async fn put_archive(
    engine: &Engine,
    id: &str,
    root: &str,
    files: &[FileSpec],
) -> Result<(), Error> {
    let call = Call {
        verb: "put files into the container",
        object: id,
    };
    let packed = archive::pack(root, files).map_err(|source| Error::Archive {
        action: call.action(),
        source,
    })?;
    let options = UploadToContainerOptionsBuilder::new()
        .path(root)
        .no_overwrite_dir_non_dir("true")
        .build();
    let sent = engine
        .client
        .upload_to_container(id, Some(options), bollard::body_full(packed.into()))
        .await;
    sent.map_err(|error| call.failed(error))
}

/// `HEAD /containers/{id}/archive`: whether there is anything at `path`.
pub async fn has_path(engine: &Engine, id: &str, path: &str) -> Result<bool, Error> {
    let verb = format!("look for `{path}` in the container");
    let call = Call {
        verb: &verb,
        object: id,
    };
    let options = ContainerArchiveInfoOptionsBuilder::new().path(path).build();
    let found = engine
        .client
        .get_container_archive_info(id, Some(options))
        .await;
    match found.map_err(|error| call.failed(error)) {
        Ok(_) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// `GET /containers/{id}/archive`: the file at `path`, or all regular files below it, by absolute path.
pub async fn get_archive(
    engine: &Engine,
    id: &str,
    path: &str,
) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let verb = format!("read `{path}` from the container");
    let call = Call {
        verb: &verb,
        object: id,
    };
    let options = DownloadFromContainerOptionsBuilder::new()
        .path(path)
        .build();
    let bytes = engine
        .client
        .download_from_container(id, Some(options))
        .try_fold(Vec::new(), |mut bytes, chunk| async move {
            bytes.extend_from_slice(&chunk);
            Ok(bytes)
        })
        .await
        .map_err(|error| call.failed(error))?;
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let files = archive::unpack(&bytes).map_err(|source| Error::Archive {
        action: call.action(),
        source,
    })?;
    // The archive's names start with the last component of the path.
    Ok(files
        .into_iter()
        .map(|(name, content)| (format!("{parent}/{name}"), content))
        .collect())
}
