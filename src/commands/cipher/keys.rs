//! `ksail workload cipher keys`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::error::Failed;
use super::files;
use super::import::{add, describe, keys_file};
use crate::cli::workload::cipher::{GenerateKey, Keys, KeysOutput, ListKeys, Types};
use crate::context::Context;
use crate::error::{self, Error};
use crate::exit::Exit;
use crate::fsx;
use crate::sops::{Keyring, MasterKey, NewIdentity, Provider, Public, Sealed};
use crate::text;
use crate::ui::table::table;

/// Runs a command about keys.
pub(super) async fn run(args: &Keys, context: Context<'_>) -> Result<Exit, Error> {
    match args {
        Keys::List(args) => list(args, context).await,
        Keys::Generate(args) => generate(args, context).await,
    }
}

/// Makes an identity; its recipient is the result.
async fn generate(args: &GenerateKey, mut context: Context<'_>) -> Result<Exit, Error> {
    let new = NewIdentity::generate();
    let comment = format!(
        "created: {}",
        text::rfc3339(time::OffsetDateTime::now_utc())
    );
    if args.stdout {
        context.print(new.lines(&comment).expose())?;
        return Ok(Exit::Done);
    }
    let path = keys_file(&args.keys_file, &context)?;
    add(&path, &new, &comment).await?;
    let added = format!("added {} to `{}`", describe(&new.public), path.display());
    context.events.note(added);
    if let Public::Recipient(recipient) = &new.public {
        context.print(&format!("{recipient}\n"))?;
    }
    Ok(Exit::Done)
}

/// What a file says about who can decrypt it.
struct Seen {
    name: String,
    groups: Vec<Vec<(MasterKey, bool)>>,
    threshold: Option<usize>,
    problem: Option<String>,
}

async fn list(args: &ListKeys, mut context: Context<'_>) -> Result<Exit, Error> {
    let (env, cwd) = (context.env.clone(), context.cwd.clone());
    let (paths, types) = (
        args.files.clone(),
        Types {
            input_type: args.input_type,
            ..Types::default()
        },
    );
    // Keys may be asked of other programs, which must not keep the signal listener from listening.
    let work = tokio::task::spawn_blocking(move || {
        let keys = Keyring::discover(&env);
        let look = |path: &PathBuf| look(path, &types, &cwd, &keys);
        let seen: Vec<Result<Seen, Error>> = paths.iter().map(look).collect();
        (keys, seen)
    });
    let (keys, seen) = work.await.map_err(|_| Error::Interrupted(None))?;
    let seen: Vec<Seen> = seen.into_iter().collect::<Result<_, _>>()?;
    let failed = seen.iter().any(|file| file.problem.is_some());
    let text = match args.output {
        KeysOutput::Table => table_of(&keys, &seen),
        KeysOutput::Json => format!("{:#}\n", json_of(&keys, &seen)),
    };
    context.print(&text)?;
    for file in &seen {
        if let Some(problem) = &file.problem {
            context.events.warn(problem.clone());
        }
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn look(path: &Path, types: &Types, cwd: &Path, keys: &Keyring) -> Result<Seen, Error> {
    let job = files::job(Some(&path.to_owned()), types, cwd);
    let bytes = fsx::read(&cwd.join(path))?;
    let failed = |source| super::Error::File(Failed::new(job.name.clone(), source));
    let sealed = Sealed::read(&bytes, job.input).map_err(failed)?;
    let problem = sealed.open(keys).err().map(|source| {
        let error = Error::from(failed(source));
        error::chain(&error)
    });
    Ok(Seen {
        groups: sealed.keys(keys),
        threshold: sealed.threshold(),
        problem,
        name: job.name,
    })
}

fn table_of(keys: &Keyring, seen: &[Seen]) -> String {
    let mut rows = Vec::new();
    for found in keys.sources() {
        let publics = found.identities.iter().map(plain);
        let problems = found.problems.iter().map(|why| format!("unusable: {why}"));
        for identity in publics.chain(problems) {
            rows.push(vec![found.source.clone(), identity]);
        }
    }
    for variable in keys.commands() {
        let when = "a command, run when a file needs it".to_owned();
        rows.push(vec![variable.to_owned(), when]);
    }
    let mut text = if rows.is_empty() {
        String::new()
    } else {
        table(&["SOURCE", "IDENTITY"], &rows)
    };
    if seen.is_empty() {
        return text;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let mut rows = Vec::new();
    for file in seen {
        for (number, group) in (1..).zip(&file.groups) {
            let group_name = match file.threshold {
                Some(threshold) => {
                    format!("{number} ({threshold} of {} needed)", file.groups.len())
                }
                None => "-".to_owned(),
            };
            for (key, opens) in group {
                rows.push(vec![
                    file.name.clone(),
                    group_name.clone(),
                    named(key),
                    if *opens { "yes" } else { "no" }.to_owned(),
                ]);
            }
        }
    }
    text + &table(&["FILE", "GROUP", "KEY", "AT HAND"], &rows)
}

fn json_of(keys: &Keyring, seen: &[Seen]) -> Value {
    let sources: Vec<Value> = keys
        .sources()
        .iter()
        .map(|found| {
            let identities: Vec<String> = found.identities.iter().map(plain).collect();
            json!({ "source": found.source, "identities": identities, "problems": found.problems })
        })
        .collect();
    let files: Vec<Value> = seen
        .iter()
        .map(|file| {
            let groups: Vec<Vec<Value>> = file
                .groups
                .iter()
                .map(|group| {
                    let keys = group.iter();
                    keys.map(|(key, opens)| {
                        json!({ "type": key.provider().field(), "key": key.to_string(), "atHand": opens })
                    })
                    .collect()
                })
                .collect();
            json!({
                "file": file.name,
                "groups": groups,
                "threshold": file.threshold,
                "opens": file.problem.is_none(),
            })
        })
        .collect();
    let commands: Vec<&str> = keys.commands().collect();
    json!({ "sources": sources, "commands": commands, "files": files })
}

fn named(key: &MasterKey) -> String {
    match key.provider() {
        Provider::Age => key.short(),
        provider => format!("{provider} {}", key.short()),
    }
}

fn plain(public: &Public) -> String {
    describe(public).replace('`', "")
}
