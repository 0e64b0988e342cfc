//! An artifact as Flux's source controller reads it: a manifest, a configuration and one layer.
//!
//! Media types: <https://fluxcd.io/flux/cheatsheets/oci-artifacts/>. Manifest and annotations: the OCI image
//! specification. Everything here depends on its input alone, so that equal content has an equal digest.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Media type of manifests.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type of the configuration.
pub const CONFIG: &str = "application/vnd.cncf.flux.config.v1+json";
/// Media type of the layer.
pub const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";

/// Annotation: where the sources are kept.
pub const SOURCE: &str = "org.opencontainers.image.source";
/// Annotation: which state of them this is.
pub const REVISION: &str = "org.opencontainers.image.revision";
/// Annotation: when that state was made, RFC 3339.
pub const CREATED: &str = "org.opencontainers.image.created";

/// The time that says nothing, as Flux's own client writes it.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// Bytes and their digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// `sha256:…` of them.
    pub digest: String,
}

impl Blob {
    /// Takes bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        let digest = digest(&bytes);
        Self { bytes, digest }
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({ "mediaType": media_type, "size": self.bytes.len(), "digest": self.digest })
    }
}

/// What is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The files, as a gzipped tar archive.
    pub layer: Blob,
    /// Almost nothing; the format wants one.
    pub config: Blob,
    /// Names the other two; its digest is that of the artifact.
    pub manifest: Blob,
}

impl Artifact {
    /// An artifact of a gzipped archive; `unpacked` is the digest of the archive before it was compressed.
    pub fn new(layer: Vec<u8>, unpacked: &str, annotations: &BTreeMap<String, String>) -> Self {
        let layer = Blob::new(layer);
        let config = json!({
            "architecture": "",
            "created": NO_TIME,
            "history": [{ "created": NO_TIME }],
            "os": "",
            "rootfs": { "type": "layers", "diff_ids": [unpacked] },
            "config": {}
        });
        let config = Blob::new(config.to_string().into_bytes());
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor(CONFIG),
            "layers": [layer.descriptor(CONTENT)]
        });
        if !annotations.is_empty() {
            manifest["annotations"] = json!(annotations);
        }
        let manifest = Blob::new(manifest.to_string().into_bytes());
        Self {
            layer,
            config,
            manifest,
        }
    }
}

/// `sha256:…` of bytes.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_describes_what_is_uploaded() {
        let annotations = BTreeMap::from([(SOURCE.to_owned(), "https://x".to_owned())]);
        let artifact = Artifact::new(b"layer".to_vec(), "sha256:00", &annotations);
        let manifest: Value = serde_json::from_slice(&artifact.manifest.bytes).unwrap();
        let layer = json!({ "mediaType": CONTENT, "size": 5, "digest": digest(b"layer") });
        assert_eq!(manifest["layers"], json!([layer]));
        assert_eq!(manifest["config"]["digest"], artifact.config.digest);
        assert_eq!(manifest["config"]["size"], artifact.config.bytes.len());
        assert_eq!(manifest["annotations"][SOURCE], "https://x");
        let config: Value = serde_json::from_slice(&artifact.config.bytes).unwrap();
        assert_eq!(config["rootfs"]["diff_ids"], json!(["sha256:00"]));
    }

    #[test]
    fn equal_content_has_an_equal_digest() {
        let make = |layer: &[u8]| Artifact::new(layer.to_vec(), "sha256:00", &BTreeMap::new());
        assert_eq!(make(b"a"), make(b"a"));
        assert_ne!(make(b"a").manifest.digest, make(b"b").manifest.digest);
        let manifest: Value = serde_json::from_slice(&make(b"a").manifest.bytes).unwrap();
        assert!(manifest.get("annotations").is_none());
    }

    #[test]
    fn digests_are_those_of_sha256() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest(b""), empty);
    }
}
