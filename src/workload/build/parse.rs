//! Texts to documents. Long texts are cut between documents, so that one large file keeps all cores busy.

use super::parallel;
use super::stages::Parsed;
use crate::sops;
use crate::workload::Error;
use crate::workload::discover::Text;
use crate::yaml::{self, Node, Source};

/// Pieces are not cut smaller than this many bytes.
const PIECE: usize = 64 * 1024;

/// What every value that sops encrypted begins with.
const SEALED: &str = "ENC[AES256_GCM,";

/// Parses all texts. The error is that of the first text that has one.
pub fn parse_texts(texts: Vec<Text>) -> Result<Vec<Parsed>, Error> {
    parse_each(texts).into_iter().collect()
}

/// Parses all texts, each for itself.
pub fn parse_each(texts: Vec<Text>) -> Vec<Result<Parsed, Error>> {
    let pieces: Vec<(usize, Piece<'_>)> = texts
        .iter()
        .enumerate()
        .flat_map(|(index, text)| cut(&text.text).into_iter().map(move |piece| (index, piece)))
        .collect();
    // A piece only knows its own lines: whoever fails is read again as a whole, for the right place in the message.
    let loaded = parallel::map(pieces, |(index, piece)| {
        let nodes = parse_piece(&piece, &texts[index]);
        (index, piece.lines_before, nodes)
    });

    let mut broken = vec![false; texts.len()];
    let mut parsed: Vec<Parsed> = texts
        .into_iter()
        .map(|text| Parsed {
            text,
            documents: Vec::new(),
            lines_before: Vec::new(),
            confidential: false,
        })
        .collect();
    for (index, lines_before, nodes) in loaded {
        match nodes {
            Some(nodes) => {
                let of = &mut parsed[index];
                of.lines_before
                    .extend(std::iter::repeat_n(lines_before, nodes.len()));
                of.documents.extend(nodes);
            }
            None => broken[index] = true,
        }
    }
    let parse_whole = |(mut of, broken): (Parsed, bool)| {
        if broken {
            of.documents = yaml::load(&of.text.text, &source(&of.text))
                .map_err(|error| explain(&of.text, error))?;
            of.lines_before = vec![0; of.documents.len()];
        }
        Ok(of)
    };
    parsed.into_iter().zip(broken).map(parse_whole).collect()
}

fn parse_piece(piece: &Piece<'_>, of: &Text) -> Option<Vec<Node>> {
    yaml::load(piece.text, &source(of)).ok()
}

/// The text's source; one whose lines no message may quote if there are secrets in it.
pub(super) fn source(text: &Text) -> Source {
    let secret = text.text.contains(SEALED) || text.text.contains("Secret");
    if secret {
        text.source.clone().confidential()
    } else {
        text.source.clone()
    }
}

fn explain(text: &Text, error: yaml::Error) -> Error {
    if text.text.contains(SEALED) {
        Error::Decrypt {
            file: text.source.name().to_owned(),
            source: sops::Error::Yaml(error),
        }
    } else {
        error.into()
    }
}

/// Part of a text, made of whole documents.
#[derive(Debug, PartialEq, Eq)]
struct Piece<'a> {
    text: &'a str,
    lines_before: u32,
}

/// Cuts a text at lines that start with `---`. Such a line begins a document wherever it stands: YAML forbids it inside
/// of scalars. JSON, directives, anchors and encrypted files, whose documents belong together,
/// stay whole.
fn cut(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = Piece {
        text,
        lines_before: 0,
    };
    let whole = text.len() < 2 * PIECE
        || text
            .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
            .starts_with(['{', '['])
        || text.contains(SEALED)
        || text.starts_with('%')
        || text.contains("\n%")
        || may_have_anchors(text);
    while !whole && rest.text.len() > 2 * PIECE {
        let Some(end) = next_document(rest.text, PIECE) else {
            break;
        };
        let (head, tail) = rest.text.split_at(end);
        let lines = head.bytes().filter(|byte| *byte == b'\n').count();
        let tail = Piece {
            text: tail,
            lines_before: rest.lines_before + u32::try_from(lines).unwrap_or(u32::MAX),
        };
        pieces.push(Piece { text: head, ..rest });
        rest = tail;
    }
    pieces.push(rest);
    pieces
}

/// What aliases may cost is limited for a text as a whole, so one that may have them is read as a whole.
fn may_have_anchors(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'&', bytes).any(|at| {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let begins = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'[' | b'{' | b',');
        begins && !next.is_ascii_whitespace() && next != b'&'
    })
}

/// Where the first document after `from` begins.
fn next_document(text: &str, from: usize) -> Option<usize> {
    let marker = text.as_bytes()[from..]
        .windows(4)
        .position(|window| window == b"\n---")?;
    Some(from + marker + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(count: usize) -> String {
        (0..count).fold(String::new(), |text, i| {
            format!("{text}---\nkey{i}: |\n  ---\n  value\n")
        })
    }

    #[test]
    fn pieces_are_whole_documents_and_know_their_place() {
        let text = long(20_000);
        let pieces = cut(&text);
        assert!(pieces.len() > 3);
        assert_eq!(
            pieces.iter().map(|piece| piece.text).collect::<String>(),
            text
        );
        for piece in &pieces {
            assert!(piece.text.starts_with("---\nkey"));
            assert_eq!(piece.lines_before % 4, 0);
        }
        assert_eq!(cut("a: 1\n---\nb: 2\n").len(), 1);
    }

    #[test]
    fn json_directives_and_encrypted_files_stay_whole() {
        let text = long(20_000);
        for text in [
            format!("{{\"a\":1}}\n{text}"),
            format!("%YAML 1.2\n{text}"),
            format!("{text}a: {SEALED}"),
            format!("{text}a: &b c"),
        ] {
            assert_eq!(cut(&text).len(), 1);
        }
        assert!(cut(&format!("{text}---\na: b && c & d?e&f\n")).len() > 1);
    }

    #[test]
    fn documents_of_pieces_keep_their_lines() {
        let text = Text {
            source: Source::new("long.yaml"),
            text: long(20_000),
        };
        let parsed = parse_texts(vec![text]).unwrap().remove(0);
        assert_eq!(parsed.documents.len(), 20_000);
        for (i, (node, before)) in parsed
            .documents
            .iter()
            .zip(&parsed.lines_before)
            .enumerate()
        {
            assert_eq!((node.at.line + before) as usize, 4 * i + 2);
        }
    }

    #[test]
    fn errors_in_pieces_name_the_line_of_the_file() {
        let text = Text {
            source: Source::new("long.yaml"),
            text: format!("{}---\na: [\n", long(20_000)),
        };
        let error = parse_texts(vec![text]).unwrap_err().to_string();
        assert!(error.starts_with("long.yaml:8000"), "{error}");
    }
}
