//! Schemas of a server: OpenAPI v3, one document per group version.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::api::Api;
use super::error::Error;

/// Where the document of a group version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path and query.
    pub url: String,
    /// Hash of the document, if the server tells it: the same hash is the same document.
    pub hash: Option<String>,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    paths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "serverRelativeURL")]
    url: String,
}

/// The documents of a server, by `apiVersion`.
pub async fn index(api: &Api) -> Result<BTreeMap<String, Place>, Error> {
    let answer = api.get("/openapi/v3").await?;
    let index = Index::deserialize(answer).map_err(|source| Error::Answer {
        path: "/openapi/v3".to_owned(),
        source,
    })?;
    let places = index.paths.into_iter().filter_map(|(path, entry)| {
        let api_version = path
            .strip_prefix("apis/")
            .or_else(|| path.strip_prefix("api/"))?;
        let place = Place {
            hash: hash(&entry.url),
            url: entry.url,
        };
        Some((api_version.to_owned(), place))
    });
    Ok(places.collect())
}

/// One document.
pub async fn document(api: &Api, place: &Place) -> Result<Value, Error> {
    api.get(&place.url).await
}

/// The hash in a URL; one that could not be the name of a file is none.
fn hash(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let hash = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("hash="))?;
    let fits = hash.len() >= 32 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| hash.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_hashes_become_names_of_files() {
        let long = "0A".repeat(64);
        assert_eq!(hash(&format!("/openapi/v3/api/v1?hash={long}")), Some(long));
        assert_eq!(hash("/openapi/v3/api/v1?hash=../../x"), None);
        assert_eq!(hash("/openapi/v3/api/v1"), None);
    }
}
