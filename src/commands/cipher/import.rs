//! `ksail workload cipher import`, and where identities are kept.

use std::path::{Path, PathBuf};

use crate::cli::workload::cipher::{Import, KeysFile};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Exit;
use crate::fsx;
use crate::secret::Secret;
use crate::sops::{Ask, KeyFile, NewIdentity, Public, default_file};
use crate::text;
use crate::userfile::change::change;

/// Larger files hold something else.
const LIMIT: u64 = 1 << 20;

/// Adds identities to the file in which they are kept.
pub(super) async fn run(args: &Import, mut context: Context<'_>) -> Result<Exit, Error> {
    let (name, content) = content(args.file.as_deref(), &mut context)?;
    let identities = std::str::from_utf8(content.expose())
        .map_err(|_| "it is no UTF-8 text".to_owned())
        .and_then(NewIdentity::read);
    let identities = identities.map_err(|why| {
        Error::usage(
            format!("cannot import {name}: {why}"),
            "give a file as `age-keygen` writes it, or only its line that starts with `AGE-SECRET-KEY-1`",
        )
    })?;
    let path = keys_file(&args.keys_file, &context)?;
    let comment = format!(
        "imported: {}",
        text::rfc3339(time::OffsetDateTime::now_utc())
    );
    for identity in &identities {
        let added = add(&path, identity, &comment).await?;
        let public = describe(&identity.public);
        context.events.note(if added {
            format!("added {public} to `{}`", path.display())
        } else {
            format!("{public} is in `{}` already", path.display())
        });
    }
    Ok(Exit::Done)
}

/// Adds one identity; `false` if it is there already.
pub(super) async fn add(path: &Path, new: &NewIdentity, comment: &str) -> Result<bool, Error> {
    let changed = change::<KeyFile>(path, |file| file.add(new, comment)).await;
    changed.map_err(Error::KeysFile)
}

/// The file in which identities are kept.
pub(super) fn keys_file(args: &KeysFile, context: &Context<'_>) -> Result<PathBuf, Error> {
    let named = args.keys_file.clone();
    let named = named.or_else(|| context.env.get("SOPS_AGE_KEY_FILE").map(PathBuf::from));
    let path = named.or_else(|| default_file(context.env)).ok_or_else(|| {
        Error::usage(
            "there is no configuration directory to keep identities in",
            "set `HOME` or `XDG_CONFIG_HOME`, or pass `--keys-file`",
        )
    })?;
    Ok(context.cwd.join(path))
}

/// What messages say about an identity.
pub(super) fn describe(public: &Public) -> String {
    match public {
        Public::Recipient(recipient) => format!("`{recipient}`"),
        Public::Plugin(name) => format!("an identity of `age-plugin-{name}`"),
        Public::PostQuantum => "a post-quantum identity".to_owned(),
        Public::Locked => "a file protected by a passphrase".to_owned(),
    }
}

/// What is to be imported, and its name in messages.
fn content(
    file: Option<&Path>,
    context: &mut Context<'_>,
) -> Result<(String, Secret<Vec<u8>>), Error> {
    let Some(file) = file.filter(|file| *file != Path::new("-")) else {
        let mut bytes = Vec::with_capacity(1 << 12);
        if context.interactive {
            if let Some(typed) = Ask::terminal().hidden("age identity") {
                bytes.extend_from_slice(typed.expose().as_bytes());
            }
        } else {
            let read = std::io::Read::read_to_end(
                &mut std::io::Read::take(&mut *context.stdin, LIMIT),
                &mut bytes,
            );
            read.map_err(|source| fsx::Error {
                verb: "read",
                path: "<stdin>".into(),
                source,
            })?;
        }
        return Ok(("standard input".to_owned(), Secret::new(bytes)));
    };
    let words = file.to_string_lossy().to_uppercase();
    if words.contains("AGE-SECRET-KEY-") || words.contains("AGE-PLUGIN-") {
        return Err(Error::usage(
            "an identity is not taken on the command line, where other users and the history of the shell see it",
            "pass a file, or pipe it: `ksail workload cipher import < FILE`; make a new identity if this one matters",
        ));
    }
    let content = Secret::new(fsx::read(&context.cwd.join(file))?);
    Ok((format!("`{}`", file.display()), content))
}
