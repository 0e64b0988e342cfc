//! Schemas of a server, each document fetched once and kept under its hash.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::future::try_join_all;

use super::Error;
use super::validate::Catalog;
use super::validate::openapi::{self as reduced, Kinds};
use crate::fsx;
use crate::k8s::{Api, openapi};

/// The kinds of a server in these `apiVersion`s; one that it does not serve has none. `cache` is a folder for what was
/// fetched.
pub async fn of_cluster(
    api: &Api,
    api_versions: &BTreeSet<String>,
    cache: Option<&Path>,
) -> Result<Catalog, Error> {
    let index = openapi::index(api).await?;
    let places = api_versions
        .iter()
        .filter_map(|api_version| index.get(api_version));
    let documents = try_join_all(places.map(|place| document(api, place, cache))).await?;
    Ok(Catalog::of(documents))
}

async fn document(api: &Api, place: &openapi::Place, cache: Option<&Path>) -> Result<Kinds, Error> {
    let file = cache
        .zip(place.hash.as_ref())
        .map(|(folder, hash)| folder.join(format!("{hash}.json.gz")));
    if let Some(kinds) = file.as_deref().and_then(read) {
        return Ok(kinds);
    }
    let kinds = reduced::reduce(openapi::document(api, place).await?);
    if let Some(file) = file {
        write(&file, &kinds);
    }
    Ok(kinds)
}

/// What was kept. A file that cannot be read is as good as none.
fn read(file: &Path) -> Option<Kinds> {
    let packed = fsx::read_optional(file).ok()??;
    let mut text = Vec::new();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut text)
        .ok()?;
    serde_json::from_slice(&text).ok()
}

/// Keeps a document. Where that is not possible it is fetched again next time.
fn write(file: &Path, kinds: &Kinds) {
    let packed = || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&serde_json::to_vec(kinds).ok()?).ok()?;
        encoder.finish().ok()
    };
    if let (Some(packed), Some(folder)) = (packed(), file.parent()) {
        let _ = fsx::create_dirs(folder).and_then(|()| fsx::write_atomic(file, &packed, 0o600));
    }
}
