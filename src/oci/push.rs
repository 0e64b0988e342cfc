//! Uploads an artifact: what is there already is not sent again.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use http::{HeaderMap, Method};

use super::artifact::{Artifact, Blob, MANIFEST};
use super::authorize::encoded;
use super::connect::{Patience, Registry};
use super::error::Error;
use super::transport::Call;

/// Says which manifest a tag names.
const DIGEST: &str = "docker-content-digest";

/// What a push did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Bytes of blobs that were uploaded; those that were there are not counted.
    pub uploaded: u64,
    /// Tags, and whether each names something else now than before.
    pub tags: Vec<(String, bool)>,
}

/// Uploads what the registry lacks, then lets the tags name the artifact.
pub async fn push(
    registry: &mut Registry,
    artifact: &Artifact,
    tags: &[String],
) -> Result<Pushed, Error> {
    let mut pushed = Pushed {
        uploaded: 0,
        tags: Vec::new(),
    };
    for blob in [&artifact.layer, &artifact.config] {
        if !has_blob(registry, blob).await? {
            upload(registry, blob).await?;
            pushed.uploaded += blob.bytes.len() as u64;
        }
    }
    for tag in tags {
        let changed = tagged(registry, tag).await?.as_ref() != Some(&artifact.manifest.digest);
        if changed {
            put_manifest(registry, &artifact.manifest, tag).await?;
        }
        pushed.tags.push((tag.clone(), changed));
    }
    Ok(pushed)
}

async fn has_blob(registry: &mut Registry, blob: &Blob) -> Result<bool, Error> {
    let target = format!("{}/blobs/{}", path(registry), blob.digest);
    let answer = registry
        .insist(&Call {
            action: "ask for the content",
            method: Method::HEAD,
            target,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            accept: &[200, 404],
        })
        .await?;
    Ok(answer.status == 200)
}

/// In two requests: the second goes where the answer to the first says. An upload that failed begins anew.
async fn upload(registry: &mut Registry, blob: &Blob) -> Result<(), Error> {
    let mut patience = Patience::new();
    loop {
        match try_upload(registry, blob).await {
            Err(error) => patience.after(error).await?,
            Ok(()) => return Ok(()),
        }
    }
}

async fn try_upload(registry: &mut Registry, blob: &Blob) -> Result<(), Error> {
    let begin = Call {
        action: "begin the upload",
        method: Method::POST,
        target: format!("{}/blobs/uploads/", path(registry)),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        accept: &[201, 202],
    };
    let begun = registry.call(&begin).await?;
    // Some registries know the content from elsewhere.
    if begun.status == 201 {
        return Ok(());
    }
    let location = begun
        .headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    let location = location.ok_or_else(|| {
        registry
            .transport
            .protocol(begin.action, "no location to upload to".to_owned())
    })?;
    let joint = if location.contains('?') { '&' } else { '?' };
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    let send = Call {
        action: "upload the content",
        method: Method::PUT,
        target: format!("{location}{joint}digest={}", encoded(&blob.digest)),
        headers,
        body: Bytes::from(blob.bytes.clone()),
        accept: &[201],
    };
    registry.call(&send).await.map(drop)
}

/// Digest of what a tag names; `None` if it names nothing or the registry does not say.
async fn tagged(registry: &mut Registry, tag: &str) -> Result<Option<String>, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(MANIFEST));
    let target = format!("{}/manifests/{tag}", path(registry));
    let answer = registry
        .insist(&Call {
            action: "ask for the tag",
            method: Method::HEAD,
            target,
            headers,
            body: Bytes::new(),
            accept: &[200, 404],
        })
        .await?;
    let digest = answer
        .headers
        .get(DIGEST)
        .and_then(|value| value.to_str().ok());
    Ok(digest.filter(|_| answer.status == 200).map(str::to_owned))
}

async fn put_manifest(registry: &mut Registry, manifest: &Blob, tag: &str) -> Result<(), Error> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MANIFEST));
    let call = Call {
        action: "set the tag",
        method: Method::PUT,
        target: format!("{}/manifests/{tag}", path(registry)),
        headers,
        body: Bytes::from(manifest.bytes.clone()),
        accept: &[200, 201, 202],
    };
    let answer = registry.insist(&call).await?;
    let stored = answer
        .headers
        .get(DIGEST)
        .and_then(|value| value.to_str().ok());
    match stored {
        Some(other) if other != manifest.digest => {
            let why = format!("the digest `{other}` where `{}` was sent", manifest.digest);
            Err(registry.transport.protocol(call.action, why))
        }
        _ => Ok(()),
    }
}

fn path(registry: &Registry) -> String {
    format!("/v2/{}", registry.reference.repository)
}
