//! `ksail workload cipher update-keys`

use std::path::PathBuf;

use super::creation;
use super::error::Failed;
use super::files;
use crate::cli::workload::cipher::{Recipients, Rules, Types, UpdateKeys};
use crate::context::Context;
use crate::env::EnvMap;
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::fsx;
use crate::sops::{CreationRule, GroupChange, Keyring, Sealed};
use crate::text;

/// A file that is to be written.
struct Planned {
    path: PathBuf,
    name: String,
    sealed: Sealed,
    rule: CreationRule,
    threshold: Option<usize>,
}

/// Wraps data keys for those that the creation rules name now.
pub(super) async fn run(args: &UpdateKeys, mut context: Context<'_>) -> Result<Exit, Error> {
    let types = Types {
        input_type: args.input_type,
        config: args.config.clone(),
        indent: args.indent,
        ..Types::default()
    };
    let config = creation::find(&types, &context)?
        .ok_or_else(|| Error::usage("there is no `.sops.yaml` here or above", "pass `--config`"))?;
    let style = creation::style(&types, Some(&config));
    // Neither flags nor variables say who shall decrypt: the file does.
    let flags = creation::Flags::new(
        &Recipients::default(),
        &Rules::default(),
        &EnvMap::default(),
    )?;
    let (mut planned, mut shown) = (Vec::new(), String::new());
    for file in &args.files {
        let job = files::job(Some(file), &types, &context.cwd);
        let rule = flags.rule(&job.named, Some(&config))?;
        let path = context.cwd.join(file);
        let sealed = Sealed::read(&fsx::read(&path)?, job.input)
            .map_err(|source| super::Error::File(Failed::new(job.name.clone(), source)))?;
        let threshold = sealed.next_threshold(&rule, args.shamir_secret_sharing_threshold);
        let changes = sealed.changes(&rule);
        if changes.is_empty() && threshold == sealed.threshold() {
            context.events.note(format!("`{}` is up to date", job.name));
            continue;
        }
        shown.push_str(&show(&job.name, &changes, sealed.threshold(), threshold));
        planned.push(Planned {
            path,
            name: job.name,
            sealed,
            rule,
            threshold,
        });
    }
    if planned.is_empty() {
        return Ok(Exit::Done);
    }
    context.print(&shown)?;
    if args.dry_run || !context.consent("Change who can decrypt these files?", false)? {
        return Ok(Exit::Done);
    }
    let env = context.env.clone();
    let now = text::rfc3339(time::OffsetDateTime::now_utc());
    let total = planned.len();
    let work = tokio::task::spawn_blocking(move || {
        let keys = Keyring::discover(&env);
        let one = |file: Planned| -> Result<String, Error> {
            let rewrapped = file
                .sealed
                .rewrap(&file.rule, file.threshold, &keys, &now, style);
            let name = file.name.clone();
            let bytes =
                rewrapped.map_err(|source| super::Error::File(Failed::new(name, source)))?;
            fsx::rewrite_atomic(&file.path, &bytes)?;
            Ok(file.name)
        };
        planned.into_iter().map(one).collect::<Vec<_>>()
    });
    let mut failed = 0;
    for result in work.await.map_err(|_| Error::Interrupted(None))? {
        match result {
            Ok(name) => context.events.note(format!("`{name}` is updated")),
            Err(error) if total == 1 => return Err(error),
            Err(error) => {
                failed += 1;
                context.events.error(error::chain(&error));
            }
        }
    }
    if failed > 0 {
        return Err(super::Error::Some { failed, total }.into());
    }
    Ok(Exit::Done)
}

/// The plan for one file, as lines.
fn show(
    name: &str,
    changes: &[GroupChange],
    before: Option<usize>,
    after: Option<usize>,
) -> String {
    let mut lines = vec![format!("{name}:")];
    for (number, change) in (1..).zip(changes) {
        if changes.len() > 1 {
            lines.push(format!("  group {number}"));
        }
        let signs = [
            ("  ", &change.kept),
            ("+ ", &change.added),
            ("- ", &change.removed),
        ];
        for (sign, keys) in signs {
            lines.extend(keys.iter().map(|key| format!("  {sign}{}", key.short())));
        }
    }
    if before != after {
        let word = |number: Option<usize>| number.map_or("none".to_owned(), |n| n.to_string());
        let (before, after) = (word(before), word(after));
        lines.push(format!("  groups needed: {before} -> {after}"));
    }
    text::lines(lines)
}
