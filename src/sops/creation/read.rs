//! Reads the fields of a `.sops.yaml`, strictly.

use regex::Regex;

use super::rule::{Candidate, Keys, Rule, Selection, SelectionKind, Stores, Word};
use crate::config::{Cell, Error, Problem};
use crate::sops::master::MasterKey;
use crate::sops::pattern;
use crate::sops::recipient::{Kind, Spelling};
use crate::text::nearest;

/// Fields of a rule that hold a comma separated string or a list, in the order in which sops takes their keys.
const KEY_FIELDS: [(&str, Kind); 7] = [
    ("age", Kind::Age),
    ("pgp", Kind::Pgp),
    ("kms", Kind::Kms),
    ("gcp_kms", Kind::GcpKms),
    ("hckms", Kind::HuaweiKms),
    ("azure_keyvault", Kind::AzureKeyVault),
    ("hc_vault_transit_uri", Kind::HcVault),
];

type Root = (Option<Vec<Candidate>>, Stores);

pub(super) fn root(root: &Cell<'_>) -> Result<Root, Error> {
    const KNOWN: [&str; 3] = ["creation_rules", "destination_rules", "stores"];
    let mut fields = root.fields()?;
    // sops ignores other fields, and people keep anchors there; what looks like a misspelling is one.
    for (cell, at) in fields.entries() {
        let name = cell.path.as_str();
        if !KNOWN.contains(&name) && nearest(name, KNOWN).is_some() {
            return Err(Error::field(
                at,
                Problem::unknown(name.to_owned(), name, &KNOWN),
            ));
        }
    }
    let rules = fields.read("creation_rules", |cell| {
        cell.items()?.iter().map(candidate).collect()
    })?;
    fields.list("destination_rules", destination_rule)?;
    let stores = fields.read("stores", stores)?.unwrap_or_default();
    Ok((rules, stores))
}

fn candidate(cell: &Cell<'_>) -> Result<Candidate, Error> {
    let mut fields = cell.fields()?;
    let path = fields.read("path_regex", regex)?.flatten();
    let mut selection: Option<Selection> = None;
    for kind in SelectionKind::ALL {
        let Some(found) = fields.take(kind.field()) else {
            continue;
        };
        let text = found.text()?;
        if text.is_empty() {
            continue;
        }
        if kind.is_pattern() {
            pattern::compile(&text).map_err(|why| found.rule(why))?;
        }
        if let Some(first) = &selection {
            let why = format!(
                "cannot stand beside `{}`: one rule chooses in one way",
                first.kind.field()
            );
            return Err(found.rule(why));
        }
        selection = Some(Selection { kind, text });
    }
    let threshold = fields.read("shamir_threshold", |cell| cell.integer(0..=255))?;
    let mac_only_encrypted = fields
        .read("mac_only_encrypted", Cell::flag)?
        .unwrap_or(false);
    let profile = fields.read("aws_profile", Cell::text)?;
    let mut single = Vec::new();
    for (name, kind) in KEY_FIELDS {
        if let Some(cell) = fields.take(name) {
            words(&cell, kind, profile.as_deref(), &mut single)?;
        }
    }
    let groups = fields.list("key_groups", group)?;
    fields.finish()?;
    Ok(Candidate {
        path,
        keys: if groups.is_empty() {
            Keys::One(single)
        } else {
            Keys::Groups(groups)
        },
        rule: Rule {
            groups: Vec::new(),
            threshold: threshold
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| *number > 0),
            selection,
            mac_only_encrypted,
        },
    })
}

/// A pattern for paths; an empty one matches all.
fn regex(cell: &Cell<'_>) -> Result<Option<Regex>, Error> {
    let text = cell.text()?;
    if text.is_empty() {
        return Ok(None);
    }
    let regex = pattern::compile(&text).map_err(|why| cell.rule(why))?;
    Ok(Some(regex))
}

/// The keys of a comma separated string or of a list.
fn words(
    cell: &Cell<'_>,
    kind: Kind,
    profile: Option<&str>,
    found: &mut Vec<Word>,
) -> Result<(), Error> {
    let mut add = |cell: &Cell<'_>, text: &str| {
        found.push(Word {
            at: cell.at(),
            field: cell.path.clone(),
            key: Spelling::word(kind, text, profile),
        });
    };
    if cell.node.as_str().is_some() {
        let text = cell.text()?;
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            add(cell, word);
        }
        return Ok(());
    }
    for item in cell.items()? {
        // sops joins the items with commas, so that an item may hold several keys as well.
        for word in item.text()?.split(',').map(str::trim) {
            add(&item, word);
        }
    }
    Ok(())
}

/// A key group: those it merges come first.
fn group(cell: &Cell<'_>) -> Result<Vec<Word>, Error> {
    let mut fields = cell.fields()?;
    let merged = fields.list("merge", group)?;
    let mut found: Vec<Word> = merged.into_iter().flatten().collect();
    for (name, kind) in [("age", Kind::Age), ("pgp", Kind::Pgp)] {
        for item in fields
            .take(name)
            .map_or(Ok(Vec::new()), |cell| cell.items())?
        {
            // Only recipients of age may be several in one item.
            let text = item.text()?;
            let parts: Vec<&str> = match kind {
                Kind::Age => text.split(',').map(str::trim).collect(),
                _ => vec![text.as_str()],
            };
            for part in parts {
                found.push(Word {
                    at: item.at(),
                    field: item.path.clone(),
                    key: Spelling::word(kind, part, None),
                });
            }
        }
    }
    found.extend(fields.list("kms", aws)?);
    for (name, part, kind) in [
        ("gcp_kms", "resource_id", Kind::GcpKms),
        ("hckms", "key_id", Kind::HuaweiKms),
    ] {
        found.extend(fields.list(name, |cell| {
            let mut fields = cell.fields()?;
            let value = fields.require(part)?;
            let key = Spelling::word(kind, &value.filled_text()?, None);
            fields.finish()?;
            Ok(word(&value, key))
        })?);
    }
    found.extend(fields.list("azure_keyvault", azure)?);
    found.extend(fields.list("hc_vault", |cell| {
        let key = Spelling::word(Kind::HcVault, &cell.text()?, None);
        Ok(word(cell, key))
    })?);
    fields.finish()?;
    Ok(found)
}

fn word(cell: &Cell<'_>, key: Spelling) -> Word {
    Word {
        at: cell.at(),
        field: cell.path.clone(),
        key,
    }
}

fn aws(cell: &Cell<'_>) -> Result<Word, Error> {
    let mut fields = cell.fields()?;
    let key = MasterKey::AwsKms {
        arn: fields.require("arn")?.filled_text()?,
        role: fields.read("role", Cell::text)?.unwrap_or_default(),
        context: fields
            .read("context", |cell| cell.map(Cell::text))?
            .unwrap_or_default(),
        profile: fields.read("aws_profile", Cell::text)?.unwrap_or_default(),
    };
    fields.finish()?;
    Ok(word(cell, Spelling::Parsed(key)))
}

fn azure(cell: &Cell<'_>) -> Result<Word, Error> {
    let mut fields = cell.fields()?;
    let vault_url = fields.require("vaultUrl")?.filled_text()?;
    let name = fields.require("key")?.filled_text()?;
    let version = fields.read("version", Cell::text)?.unwrap_or_default();
    fields.finish()?;
    let key = MasterKey::AzureKeyVault {
        vault_url,
        name,
        version,
    };
    Ok(word(cell, Spelling::Parsed(key)))
}

/// Rules for `sops publish`, which has no counterpart here; they are only checked to be ones.
fn destination_rule(cell: &Cell<'_>) -> Result<(), Error> {
    let mut fields = cell.fields()?;
    fields.read("path_regex", regex)?;
    for name in [
        "s3_bucket",
        "s3_prefix",
        "gcs_bucket",
        "gcs_prefix",
        "vault_path",
        "vault_address",
        "vault_kv_mount_name",
    ] {
        fields.read(name, Cell::text)?;
    }
    fields.read("vault_kv_version", |cell| cell.integer(1..=2))?;
    fields.read("omit_extensions", Cell::flag)?;
    fields.read("recreation_rule", candidate)?;
    fields.finish()
}

fn stores(cell: &Cell<'_>) -> Result<Stores, Error> {
    let indent = |cell: &Cell<'_>| {
        let mut fields = cell.fields()?;
        let indent = fields.read("indent", |cell| cell.integer(-1..=32))?;
        fields.finish()?;
        Ok(indent.and_then(|spaces| usize::try_from(spaces).ok()))
    };
    let mut fields = cell.fields()?;
    let stores = Stores {
        yaml: fields
            .read("yaml", indent)?
            .flatten()
            .filter(|spaces| *spaces > 0),
        json: fields.read("json", indent)?.flatten(),
        json_binary: fields.read("json_binary", indent)?.flatten(),
    };
    for name in ["dotenv", "ini"] {
        fields.read(name, |cell| cell.fields()?.finish())?;
    }
    fields.finish()?;
    Ok(stores)
}
