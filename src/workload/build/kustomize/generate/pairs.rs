//! Where the keys and values of a generated object come from: env files, literals, files.

use std::collections::BTreeMap;

use super::super::error::Error;
use super::super::file::Generator;
use super::super::tree::{Directory, SourceFile};
use crate::config::Located;
use crate::yaml::Mark;

/// From this length on kustomize silently ignores a line of an env file and all behind it.
const LONGEST_LINE: usize = 64 * 1024;

/// Keys and values of one object.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Sorted by key.
    pub values: BTreeMap<String, Vec<u8>>,
    /// Some come from an encrypted file.
    pub confidential: bool,
}

impl Pairs {
    /// All that a generator names.
    pub(super) fn of(generator: &Generator, directory: &Directory) -> Result<Self, Error> {
        let mut pairs = Self::default();
        for path in &generator.envs {
            let file = directory.file(path)?;
            pairs.confidential |= file.confidential;
            pairs.add_env(file, generator)?;
        }
        for literal in &generator.literals {
            let (key, value) = read_literal(literal)?;
            pairs.add(key, value.as_bytes().to_vec(), generator, literal)?;
        }
        for source in &generator.files {
            let (key, path) =
                file_source(&source.value).map_err(|why| Error::at(&source.at, why))?;
            let path = Located {
                value: path.to_owned(),
                at: source.at.clone(),
            };
            let file = directory.file(&path)?;
            pairs.confidential |= file.confidential;
            pairs.add(key, file.bytes.clone(), generator, source)?;
        }
        Ok(pairs)
    }

    fn add(
        &mut self,
        key: &str,
        value: Vec<u8>,
        generator: &Generator,
        from: &Located<String>,
    ) -> Result<(), Error> {
        match self.values.insert(key.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(Error::at(&from.at, twice(key, generator))
                .with_hint("give one of them another key, as in `files: [KEY=PATH]`")),
        }
    }

    /// `KEY=VALUE` on each line; one without `=` has an empty value.
    fn add_env(&mut self, file: &SourceFile, generator: &Generator) -> Result<(), Error> {
        let mut number = 0;
        for line in file.bytes.split(|byte| *byte == b'\n') {
            number += 1;
            let at = file.source.at(Mark {
                line: number,
                column: 1,
            });
            if line.len() >= LONGEST_LINE {
                let what = "the line has 64 KiB or more, and an env file has shorter lines";
                return Err(Error::at(&at, what).with_hint("name such a value in `files`"));
            }
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Ok(line) = std::str::from_utf8(line) else {
                return Err(Error::at(&at, "the line is not a UTF-8 text")
                    .with_hint("name files with binary content in `files`"));
            };
            let line = match line.strip_prefix('\u{feff}') {
                Some(rest) if number == 1 => rest,
                _ => line,
            };
            let line = line.trim_start();
            if line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            // kustomize skips lines without a key.
            if key.is_empty() {
                continue;
            }
            let value = value.as_bytes().to_vec();
            if self.values.insert(key.to_owned(), value).is_some() {
                return Err(Error::at(&at, twice(key, generator)));
            }
        }
        Ok(())
    }
}

fn twice(key: &str, generator: &Generator) -> String {
    format!("the key `{key}` is there twice in `{}`", generator.name)
}

/// `KEY=VALUE`; a value in quotes loses them.
fn read_literal(literal: &Located<String>) -> Result<(&str, &str), Error> {
    match literal.value.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key, without_quotes(value))),
        Some(_) => Err(Error::at(&literal.at, "the literal has no key before `=`")),
        None => Err(Error::at(
            &literal.at,
            "a literal has the form `KEY=VALUE`, and this one has no `=`",
        )),
    }
}

fn without_quotes(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The key and the path that an entry of `files` means: `PATH` or `KEY=PATH`. The error is a sentence.
pub(crate) fn file_source(text: &str) -> Result<(&str, &str), String> {
    match text.split_once('=') {
        None => Ok((base_name(text), text)),
        Some(("", _)) => Err(format!("`{text}` has no key before `=`")),
        Some((_, "")) => Err(format!("`{text}` has no path behind `=`")),
        Some((_, path)) if path.contains('=') => Err(format!(
            "`{text}` has more than one `=`, and neither keys nor paths may have one"
        )),
        Some((key, path)) => Ok((key, path)),
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}
