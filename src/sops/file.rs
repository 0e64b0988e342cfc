//! A whole encrypted file in memory: opened or newly made, changed, and sealed again.

use super::creation::Rule as Creation;
use super::document::MacCheck;
use super::error::Error;
use super::extract;
use super::keyring::Keyring;
use super::leaf::{DataKey, Plain, Sealer};
use super::mac::Mac;
use super::master::MasterKey;
use super::metadata::Metadata;
use super::rules::{Rule, RuleTexts};
use super::store::{Format, Style};
use super::tree::Tree;
use super::walk::{self, Stash};
use crate::secret::Secret;

/// The version of sops whose format we write; new files carry it.
const VERSION: &str = "3.13.3";

/// The content of a file in clear, and all that is needed to seal it again.
pub struct File {
    tree: Tree,
    metadata: Metadata,
    key: DataKey,
    stash: Stash,
}

impl File {
    /// Opens an encrypted file.
    pub fn open(
        bytes: &[u8],
        format: Format,
        keys: &Keyring,
        check: MacCheck,
    ) -> Result<Self, Error> {
        let (mut tree, metadata) = format.read_sealed(bytes)?;
        let metadata = match check {
            MacCheck::Verify => Metadata::read(&metadata)?,
            MacCheck::Ignore => Metadata::read_without_mac(&metadata)?,
        };
        let key = keys.data_key(&metadata)?;
        let mut stash = Stash::default();
        let mac = decrypt(&mut tree, &metadata, &key, &mut stash)?;
        if check == MacCheck::Verify {
            mac.verify(&metadata, &key)?;
        }
        Ok(Self {
            tree,
            metadata,
            key,
            stash,
        })
    }

    /// Makes an encrypted file out of clear text. `now` is the time, RFC 3339 in UTC.
    pub fn create(
        bytes: &[u8],
        format: Format,
        creation: &Creation,
        keys: &Keyring,
        now: &str,
    ) -> Result<Self, Error> {
        let tree = format.read(bytes)?;
        check_clear(&tree, format)?;
        let single = format == Format::Binary;
        let texts = match &creation.selection {
            Some(selection) if !single => RuleTexts::from(selection),
            _ => RuleTexts::default(),
        };
        let key = Keyring::new_data_key();
        let groups = keys.wrap(&key, &creation.groups, creation.threshold, now)?;
        let metadata = Metadata {
            threshold: creation.threshold.unwrap_or(groups.len()),
            groups,
            last_modified: now.to_owned(),
            mac: String::new(),
            rule: Rule::new(texts)?,
            mac_only_encrypted: creation.mac_only_encrypted && !single,
            version: VERSION.to_owned(),
        };
        Ok(Self {
            tree,
            metadata,
            key,
            stash: Stash::default(),
        })
    }

    /// The clear text.
    pub fn clear(&self, format: Format, style: Style) -> Result<Secret<Vec<u8>>, Error> {
        format.write(&self.tree, style)
    }

    /// The clear text with the metadata beside it, as an editor may show it.
    pub fn clear_with_metadata(
        &self,
        format: Format,
        style: Style,
    ) -> Result<Secret<Vec<u8>>, Error> {
        format
            .write_sealed(&self.tree, &self.metadata.write(), style)
            .map(Secret::new)
    }

    /// The part of the clear text at a path such as `["a"][0]`.
    pub fn extract(
        &self,
        path: &str,
        format: Format,
        style: Style,
    ) -> Result<Secret<Vec<u8>>, Error> {
        let steps = extract::parse(path)?;
        let value = extract::find(&self.tree, &steps)?;
        format.write_value(value, style)
    }

    /// Takes another clear text in place of the present one.
    pub fn replace(&mut self, bytes: &[u8], format: Format) -> Result<(), Error> {
        let tree = format.read(bytes)?;
        check_clear(&tree, format)?;
        self.tree = tree;
        self.raise_version();
        Ok(())
    }

    /// Takes another clear text and the metadata beside it.
    pub fn replace_with_metadata(&mut self, bytes: &[u8], format: Format) -> Result<(), Error> {
        let (tree, metadata) = format.read_sealed(bytes)?;
        let metadata = Metadata::read_without_mac(&metadata)?;
        if metadata.groups.iter().all(Vec::is_empty) {
            return Err(Error::Metadata("no key could decrypt the file".into()));
        }
        self.tree = tree;
        self.metadata = metadata;
        self.raise_version();
        Ok(())
    }

    /// Chooses a new data key, wrapped for the present master keys with these added and removed. Added ones go to the
    /// first key group.
    pub fn rotate(
        &mut self,
        added: &[MasterKey],
        removed: &[MasterKey],
        keys: &Keyring,
        now: &str,
    ) -> Result<(), Error> {
        let mut groups: Vec<Vec<MasterKey>> = self
            .metadata
            .groups
            .iter()
            .map(|group| group.iter().map(|entry| entry.key.clone()).collect())
            .collect();
        if let Some(first) = groups.first_mut() {
            let known: Vec<String> = first.iter().map(ToString::to_string).collect();
            let new = added.iter().filter(|key| !known.contains(&key.to_string()));
            first.extend(new.cloned());
        }
        let removed: Vec<String> = removed.iter().map(ToString::to_string).collect();
        for group in &mut groups {
            group.retain(|key| !removed.contains(&key.to_string()));
        }
        self.key = Keyring::new_data_key();
        let threshold = (groups.len() > 1).then_some(self.metadata.threshold);
        self.metadata.groups = keys.wrap(&self.key, &groups, threshold, now)?;
        self.stash = Stash::default();
        Ok(())
    }

    /// Encrypts the content. Values that are what they were keep their ciphertext.
    pub fn seal(mut self, format: Format, style: Style, now: &str) -> Result<Vec<u8>, Error> {
        let metadata = &mut self.metadata;
        let mac = walk::encrypt(
            &mut self.tree,
            &metadata.rule,
            metadata.mac_only_encrypted,
            &self.key,
            &self.stash,
        )?;
        now.clone_into(&mut metadata.last_modified);
        let code = Plain::Str(mac.finish());
        let vector = Stash::default().vector(now, &code);
        metadata.mac = Sealer::new(&self.key)
            .seal(&code, now, &vector)
            .map_err(|_| Error::Engine("the authentication code cannot be sealed"))?;
        if format.has_metadata(&self.tree) {
            return Err(Error::AlreadyEncrypted);
        }
        format.write_sealed(&self.tree, &metadata.write(), style)
    }

    fn raise_version(&mut self) {
        let parts = |version: &str| -> Vec<u64> {
            let numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
            numbers.collect()
        };
        if parts(&self.metadata.version) < parts(VERSION) {
            VERSION.clone_into(&mut self.metadata.version);
        }
    }
}

impl std::fmt::Debug for File {
    /// Without the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").finish_non_exhaustive()
    }
}

/// Decrypts a tree by its metadata.
pub(super) fn decrypt(
    tree: &mut Tree,
    metadata: &Metadata,
    key: &DataKey,
    stash: &mut Stash,
) -> Result<Mac, Error> {
    walk::decrypt(
        tree,
        &metadata.rule,
        metadata.mac_only_encrypted,
        key,
        stash,
    )
}

/// Refuses what must not be encrypted.
fn check_clear(tree: &Tree, format: Format) -> Result<(), Error> {
    if tree.documents.is_empty() {
        return Err(Error::Empty);
    }
    if format.has_metadata(tree) {
        return Err(Error::AlreadyEncrypted);
    }
    Ok(())
}

/// The first content of a file that does not exist yet, as an example to start from.
pub fn example(format: Format) -> &'static [u8] {
    match format {
        Format::Yaml => b"apiVersion: v1\nkind: Secret\nmetadata:\n    name: example\nstringData:\n    # Comments are kept\n    example_key: example_value\n",
        Format::Json => b"{\n\t\"example_key\": \"example_value\",\n\t\"example_array\": [\n\t\t\"example_value1\",\n\t\t\"example_value2\"\n\t],\n\t\"example_number\": 1234.56789\n}\n",
        Format::Dotenv => b"# An example\nexample_key=example_value\n",
        Format::Ini => b"[example]\nexample_key = example_value\n",
        Format::Binary => b"example\n",
    }
}
