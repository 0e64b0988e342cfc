//! From text to documents: JSON first, then YAML, and errors with their place in the whole text.

use std::borrow::Cow;

use super::alias::Anchors;
use super::build::{Builder, Failure, Scalars};
use super::error::{Error, ErrorKind, Source};
use super::json;
use super::layout::Layout;
use super::node::{Mark, Node};
use super::subset;

/// Levels of lists and mappings. The same number that `serde_json` accepts when it reads our output.
pub(super) const MAX_DEPTH: usize = 127;

/// One document of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its content, never null.
    pub root: Node,
    /// The line on which the content begins.
    pub line: u32,
}

impl Document {
    pub(super) fn new(root: Node) -> Self {
        let line = root.at.line;
        Self { root, line }
    }
}

/// The roots of all documents of `text`. Empty, comment-only and null documents are skipped, as `kubectl` does.
pub fn load(text: &str, source: &Source) -> Result<Vec<Node>, Error> {
    let roots = documents(text, source)?.into_iter();
    Ok(roots.map(|document| document.root).collect())
}

/// Like [`load`], with the line on which each document begins.
pub fn documents(text: &str, source: &Source) -> Result<Vec<Document>, Error> {
    read(text, source, Scalars::Resolved)
}

/// Like [`load`], but plain scalars and keys keep their text unless they are null. For typed configuration: there the
/// field decides whether `on`, `0644` or `5` is a boolean, a number or text, see [`super::resolve_plain`].
pub fn load_untyped(text: &str, source: &Source) -> Result<Vec<Node>, Error> {
    let roots = read(text, source, Scalars::Text)?.into_iter();
    Ok(roots.map(|document| document.root).collect())
}

/// Like [`load`], but of equal keys the last one counts, as it does to kustomize in its own files. What is wrong with
/// the others comes beside the documents.
pub fn load_last_of_repeated(
    text: &str,
    source: &Source,
) -> Result<(Vec<Node>, Vec<Error>), Error> {
    let strict = match load(text, source) {
        Err(error) if matches!(error.kind, ErrorKind::DuplicateKey { .. }) => error,
        other => return other.map(|roots| (roots, Vec::new())),
    };
    let yaml = text.strip_prefix('\u{feff}').unwrap_or(text);
    if json::documents(yaml).is_some() {
        return Err(strict);
    }
    let mut repeated = Vec::new();
    let anchors = &mut Anchors::default();
    let roots = parsed(yaml, 0, Scalars::Resolved, anchors, Some(&mut repeated))
        .map_err(|(mark, kind)| Error::new(source, mark, kind, yaml))?;
    let warnings = repeated
        .into_iter()
        .map(|(mark, kind)| Error::new(source, mark, kind, yaml));
    Ok((roots, warnings.collect()))
}

/// [`load`] without the fast reader, for fuzzing to compare.
#[cfg(fuzzing)]
pub fn load_by_parser(text: &str, source: &Source) -> Result<Vec<Node>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if json::documents(text).is_some() {
        return load(text, source);
    }
    check_characters(text, 0, source)?;
    check_breaks(text, 0, source)?;
    parsed(text, 0, Scalars::Resolved, &mut Anchors::default(), None)
        .map_err(|(mark, kind)| Error::new(source, mark, kind, text))
}

fn read(text: &str, source: &Source, scalars: Scalars) -> Result<Vec<Document>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut found, yaml, skipped_lines) = match json::documents(text) {
        None => (Vec::new(), text, 0),
        Some((found, None)) => return Ok(found),
        Some((found, Some(rest))) => (found, rest.text, rest.skipped_lines),
    };
    // What is JSON has rules of its own.
    let from = text.len() - yaml.len();
    check_characters(text, from, source)?;
    check_breaks(text, from, source)?;
    let roots = roots(&line_feeds(yaml), skipped_lines, scalars)
        .map_err(|(mark, kind)| Error::new(source, mark, kind, text))?;
    found.extend(roots.into_iter().map(Document::new));
    Ok(found)
}

/// `text` with lines that end in a line feed only: to both readers they mean the same, and no place changes. A carriage
/// return that stands alone is no such end, and leaves the text to the parser.
fn line_feeds(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut returns = memchr::memchr_iter(b'\r', bytes).peekable();
    if returns.peek().is_none() || returns.any(|at| bytes.get(at + 1) != Some(&b'\n')) {
        return text.into();
    }
    text.replace("\r\n", "\n").into()
}

/// The roots of all documents of `text` that are not null. `skipped_lines` is what precedes it in its source.
fn roots(text: &str, skipped_lines: usize, scalars: Scalars) -> Result<Vec<Node>, Failure> {
    let mut anchors = Anchors::default();
    // Directives belong to the document after them; a lone carriage return breaks lines for the parser.
    if text.starts_with('%') || text.contains("\n%") || text.contains('\r') {
        return parsed(text, skipped_lines, scalars, &mut anchors, None);
    }
    let mut roots = Vec::new();
    let mut reader = subset::Reader::new(text, skipped_lines, scalars);
    while let Some(start) = reader.start() {
        if let Some(found) = reader.document() {
            roots.extend(found);
            continue;
        }
        reader.skip_document(start);
        let end = reader.start().map_or(text.len(), |next| next.offset);
        let document = &text[start.offset..end];
        let budget = anchors.budget();
        if let Ok(found) = parsed(document, start.lines, scalars, &mut anchors, None) {
            roots.extend(found);
        } else {
            // The parser may say it better with the rest of the text before its eyes.
            anchors.restore(budget);
            let rest = &text[start.offset..];
            roots.extend(parsed(rest, start.lines, scalars, &mut anchors, None)?);
            break;
        }
    }
    Ok(roots)
}

/// What the parser makes of `text`, which `skipped_lines` precede in its source.
pub(super) fn parsed(
    text: &str,
    skipped_lines: usize,
    scalars: Scalars,
    anchors: &mut Anchors,
    mut repeated: Option<&mut Vec<Failure>>,
) -> Result<Vec<Node>, Failure> {
    let mut layout = Layout::new(text, count(skipped_lines));
    let mut roots = Vec::new();
    loop {
        let text = layout.text();
        let builder = Builder::new(&text, &layout, scalars, anchors);
        match builder.keeping_last(repeated.as_deref_mut()).run() {
            Ok(found) => {
                roots.extend(found);
                if !layout.advance() {
                    return Ok(roots);
                }
            }
            Err(mut stop) => {
                roots.append(&mut stop.complete);
                layout.repair(&stop)?;
            }
        }
    }
}

/// Control characters are an error to go-yaml wherever they stand.
pub(super) fn check_characters(text: &str, from: usize, source: &Source) -> Result<(), Error> {
    let forbidden =
        |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    // Whole chunks are looked at without branches; only a bad one byte by byte.
    let is_bad = |chunk: &[u8]| chunk.iter().fold(false, |bad, byte| bad | forbidden(*byte));
    let Some(chunk) = text.as_bytes()[from..].chunks(64).position(is_bad) else {
        return Ok(());
    };
    let before = from + chunk * 64;
    let Some(at) = text.as_bytes()[before..]
        .iter()
        .position(|byte| forbidden(*byte))
    else {
        return Ok(());
    };
    let at = before + at;
    Err(forbidden_character(text, at, source))
}

/// To go-yaml these break lines, as YAML 1.1 says; to our parser they are ordinary, as YAML 1.2 says. What a text with
/// them means would depend on the reader. A second byte order mark is text to the one and layout to the other.
fn check_breaks(text: &str, from: usize, source: &Source) -> Result<(), Error> {
    let yaml = &text[from..];
    if yaml.is_ascii() {
        return Ok(());
    }
    let breaks = yaml.find(['\u{85}', '\u{2028}', '\u{2029}']);
    let mark = (from == 0 && yaml.starts_with('\u{feff}')).then_some(0);
    match mark.or(breaks) {
        None => Ok(()),
        Some(at) => Err(forbidden_character(text, from + at, source)),
    }
}

fn forbidden_character(text: &str, at: usize, source: &Source) -> Error {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let mark = Mark {
        line: count(before.matches('\n').count()) + 1,
        column: count(before[line_start..].chars().count()) + 1,
    };
    let character = text[at..].chars().next().map_or(0, u32::from);
    Error::new(source, mark, ErrorKind::Control(character), text)
}

pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
