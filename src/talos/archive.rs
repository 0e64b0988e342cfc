//! The archive in which a node sends a kubeconfig.

use std::io::{self, Read as _};

use flate2::read::GzDecoder;

use crate::secret::Secret;

/// Room for a kubeconfig, many times over.
const LIMIT: u64 = 1 << 20;

/// The text of the first file of a compressed archive. Talos sends one file and never finishes the archive, so nothing
/// may be read after it.
pub(super) fn only_file(archive: &Secret<Vec<u8>>) -> io::Result<Secret<String>> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive.expose().as_slice()));
    let file = archive.entries()?.next();
    let file = file.ok_or_else(|| io::Error::other("the archive is empty"))??;
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text)?;
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn compressed(bytes: &[u8]) -> Secret<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        Secret::new(encoder.finish().unwrap())
    }

    #[test]
    fn an_archive_without_an_end_is_read() {
        let text = "apiVersion: v1\nkind: Config\n";
        let mut header = tar::Header::new_gnu();
        header.set_path("kubeconfig").unwrap();
        header.set_size(text.len() as u64);
        header.set_cksum();
        let archive = compressed(&[header.as_bytes().as_slice(), text.as_bytes()].concat());
        assert_eq!(only_file(&archive).unwrap().expose(), text);
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        for bytes in [
            Secret::new(b"nothing".to_vec()),
            compressed(b""),
            compressed(b"nothing"),
        ] {
            only_file(&bytes).unwrap_err();
        }
    }
}
