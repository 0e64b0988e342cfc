//! One gzipped tar archive of files. Equal files give equal bytes: no times, no owners, two kinds of permissions.

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::tree::PackedFile;
use crate::oci::artifact::digest;

/// gzip's word for "unknown".
const NO_SYSTEM: u8 = 255;

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The gzipped archive.
    pub bytes: Vec<u8>,
    /// `sha256:…` of the archive before it was compressed.
    pub unpacked: String,
}

/// Packs files in the order of their paths.
pub fn pack_files(files: &[PackedFile]) -> std::io::Result<Packed> {
    let mut sorted: Vec<&PackedFile> = files.iter().collect();
    sorted.sort_by(|left, right| left.path.cmp(&right.path));
    let mut archive = Builder::new(Vec::new());
    for file in sorted {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.bytes.len() as u64);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, &file.path, file.bytes.as_slice())?;
    }
    let archive = archive.into_inner()?;
    let mut gzip = GzBuilder::new()
        .mtime(0)
        .operating_system(NO_SYSTEM)
        .write(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut gzip, &archive)?;
    Ok(Packed {
        bytes: gzip.finish()?,
        unpacked: digest(&archive),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn file(path: &str, text: &str, executable: bool) -> PackedFile {
        PackedFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
            executable,
        }
    }

    #[test]
    fn archives_hold_paths_contents_and_nothing_of_the_machine() {
        let long = format!("{}/x.yaml", "d".repeat(120));
        let files = [
            file("b.yaml", "b", false),
            file("a/run.sh", "a", true),
            file(&long, "long", false),
        ];
        let packed = pack_files(&files).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&packed.bytes[..]));
        let found: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let header = entry.header();
                assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (0, 0));
                let path = entry.path().unwrap().display().to_string();
                (path, header.mode().unwrap(), text)
            })
            .collect();
        let expected = [
            ("a/run.sh".to_owned(), 0o755, "a".to_owned()),
            ("b.yaml".to_owned(), 0o644, "b".to_owned()),
            (long, 0o644, "long".to_owned()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_order_of_files_does_not_matter() {
        let (a, b) = (file("a", "1", false), file("b", "2", false));
        assert_eq!(
            pack_files(&[a.clone(), b.clone()]).unwrap(),
            pack_files(&[b, a]).unwrap()
        );
    }
}
