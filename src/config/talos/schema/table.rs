//! The table of documents, types and fields, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::kind::Kind;
use super::line::Line;
use crate::config::talos::version::Minor;

const TEXT: &str = include_str!("fields.txt");
/// How the table writes the document that has neither `apiVersion` nor `kind`, and the absence of fields.
const UNNAMED: &str = "-";

/// Everything that is known about machine configuration.
#[derive(Debug, Default)]
pub(in crate::config::talos) struct Table {
    /// The kinds of documents; the first is the one without a `kind`.
    pub(in crate::config::talos) documents: Vec<DocumentType>,
    /// Kinds of documents that exclude each other if they have the same name.
    pub(in crate::config::talos) exclusive: Vec<(&'static str, &'static str)>,
    types: Vec<StructType>,
}

/// A kind of document.
#[derive(Debug)]
pub(in crate::config::talos) struct DocumentType {
    /// Its `kind`; empty for the document with `machine` and `cluster`.
    pub(in crate::config::talos) kind: &'static str,
    /// Whether there can be several, told apart by `name`.
    pub(in crate::config::talos) named: bool,
    /// Its fields, as an index into the types.
    pub(in crate::config::talos) body: usize,
    /// The first version that knows it.
    pub(in crate::config::talos) since: Minor,
}

/// A mapping with known fields.
#[derive(Debug, Default)]
pub(in crate::config::talos) struct StructType {
    /// The fields; one that has changed its kind is there once per kind, the newest first.
    pub(in crate::config::talos) fields: Vec<Field>,
}

impl StructType {
    /// Every field once, in the form that a version has it in; the newest form of fields that it does not have.
    pub(in crate::config::talos) fn fields_of(
        &self,
        version: Minor,
    ) -> impl Iterator<Item = &Field> {
        let is_form = move |field: &Field| field.since <= version && version <= field.until;
        self.fields
            .iter()
            .enumerate()
            .filter_map(move |(index, field)| {
                let mut earlier = self.fields[..index].iter();
                if earlier.any(|other| other.name == field.name) {
                    return None;
                }
                let mut forms = self.fields[index..].iter();
                let form = forms.find(|form| form.name == field.name && is_form(form));
                Some(form.unwrap_or(field))
            })
    }
}

/// A field.
#[derive(Debug)]
pub(in crate::config::talos) struct Field {
    /// Its name.
    pub(in crate::config::talos) name: &'static str,
    /// What it holds.
    pub(in crate::config::talos) kind: Kind,
    /// The first version that has it.
    pub(in crate::config::talos) since: Minor,
    /// The last version that has it.
    pub(in crate::config::talos) until: Minor,
}

/// The one table.
pub(in crate::config::talos) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT).0);
    &TABLE
}

impl Table {
    /// The type at an index that a kind or document names.
    pub(in crate::config::talos) fn body(&self, index: usize) -> &StructType {
        static NOTHING: StructType = StructType { fields: Vec::new() };
        self.types.get(index).unwrap_or(&NOTHING)
    }

    /// The newest form of a field of such a type.
    pub(in crate::config::talos) fn field(&self, index: usize, name: &str) -> Option<&Field> {
        let fields = &self.body(index).fields;
        fields.iter().find(|field| field.name == name)
    }

    /// The document with this `kind`.
    pub(in crate::config::talos) fn document(&self, kind: &str) -> Option<&DocumentType> {
        self.documents.iter().find(|document| document.kind == kind)
    }

    /// The table, and the lines that could not be read: none, as a test makes sure.
    fn read(text: &'static str) -> (Self, Vec<&'static str>) {
        let sections = sections(text);
        let types = sections.iter().filter(|section| section.is_type());
        let names: HashMap<&'static str, usize> = types
            .clone()
            .enumerate()
            .map(|(index, section)| (section.head.name, index))
            .collect();
        let mut table = Self::default();
        let mut unread = Vec::new();
        for section in &sections {
            let mut fields = Vec::new();
            for text in &section.lines {
                let read = Line::parse(text).and_then(|line| match section.head.name {
                    "document" => {
                        table.documents.push(document(&line, &names)?);
                        Some(())
                    }
                    "exclusive" => {
                        table.exclusive.push(line.name.split_once('+')?);
                        Some(())
                    }
                    // A mapping without any fields.
                    _ if line.name == UNNAMED => Some(()),
                    _ => {
                        fields.push(field(&section.head, &line, &names)?);
                        Some(())
                    }
                });
                if read.is_none() {
                    unread.push(*text);
                }
            }
            if section.is_type() {
                fields.sort_by_key(|field: &Field| std::cmp::Reverse(field.until));
                table.types.push(StructType { fields });
            }
        }
        (table, unread)
    }
}

struct Section {
    head: Line,
    lines: Vec<&'static str>,
}

impl Section {
    fn is_type(&self) -> bool {
        !matches!(self.head.name, "document" | "exclusive")
    }
}

fn sections(text: &'static str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let lines = text.lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with(' ') {
            if let Some(section) = sections.last_mut() {
                section.lines.push(line);
            }
        } else if let Some(head) = Line::parse(line) {
            let lines = Vec::new();
            sections.push(Section { head, lines });
        }
    }
    sections
}

fn document(line: &Line, types: &HashMap<&'static str, usize>) -> Option<DocumentType> {
    Some(DocumentType {
        kind: if line.name == UNNAMED { "" } else { line.name },
        named: line.words.contains(&"named"),
        body: *types.get(line.words.last()?)?,
        since: line.since.unwrap_or(Minor::OLDEST),
    })
}

fn field(head: &Line, line: &Line, types: &HashMap<&'static str, usize>) -> Option<Field> {
    Some(Field {
        name: line.name,
        kind: line.kind(types)?,
        since: line.since.or(head.since).unwrap_or(Minor::OLDEST),
        until: line.until.or(head.until).unwrap_or(Minor::NEWEST),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let (table, unread) = Table::read(TEXT);
        assert_eq!(unread, Vec::<&str>::new());
        let fields: usize = table.types.iter().map(|body| body.fields.len()).sum();
        assert!(fields > 850, "{fields} fields");
        assert_eq!(table.documents.len(), 90);
        let names: Vec<&str> = sections(TEXT)
            .iter()
            .map(|section| section.head.name)
            .collect();
        let unique: std::collections::HashSet<&&str> = names.iter().collect();
        assert_eq!(unique.len(), names.len());
    }
}
