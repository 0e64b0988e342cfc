//! Markdown pages of this repository: their command lines, links and generated blocks.

use std::path::{Path, PathBuf};

use regex::Regex;

/// A page.
pub(super) struct Page {
    /// From the root of the repository.
    pub(super) path: String,
    /// All of it.
    pub(super) text: String,
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| {
            panic!("{path}: {error}");
        });
        Self {
            path: path.to_owned(),
            text,
        }
    }

    /// Every page for people.
    pub(super) fn all() -> Vec<Self> {
        let mut paths = vec!["README.md".to_owned(), "CHANGELOG.md".to_owned()];
        for folder in ["docs", "testdata", "benches"] {
            collect(&root().join(folder), &mut paths);
        }
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// The words of every `ksail …` in a fenced `sh` block, with the line it stands on.
    pub(super) fn command_lines(&self) -> impl Iterator<Item = (usize, Vec<String>)> {
        let mut found = Vec::new();
        let mut inside = false;
        let mut pending = String::new();
        for (index, line) in self.text.lines().enumerate() {
            let trimmed = line.trim();
            if let Some(language) = trimmed.strip_prefix("```") {
                inside = language == "sh";
                continue;
            }
            if !inside {
                continue;
            }
            if let Some(start) = trimmed.strip_suffix('\\') {
                pending.push_str(start);
                continue;
            }
            pending.push_str(trimmed);
            for words in commands(&std::mem::take(&mut pending)) {
                found.push((index + 1, words));
            }
        }
        found.into_iter()
    }

    /// Links to files and headings that do not exist.
    pub(super) fn broken_links(&self) -> Vec<String> {
        let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
        let lines = self.text.lines().enumerate();
        lines
            .flat_map(|(index, line)| {
                link.captures_iter(line)
                    .map(move |captures| (index + 1, captures[1].to_owned()))
            })
            .filter(|(_, target)| !target.contains("://") && !self.resolves(target))
            .map(|(line, target)| format!("{}:{line}: {target}", self.path))
            .collect()
    }

    fn resolves(&self, target: &str) -> bool {
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        if file.is_empty() {
            return has_heading(&self.text, heading);
        }
        let folder = Path::new(&self.path).parent().unwrap_or(Path::new(""));
        let path = root().join(folder).join(file);
        if heading.is_empty() {
            return path.exists();
        }
        std::fs::read_to_string(path).is_ok_and(|text| has_heading(&text, heading))
    }
}

/// Puts `body` between the markers of a generated block.
pub(super) fn replace_block(text: &str, name: &str, body: &str) -> Option<String> {
    let begin = format!("<!-- generated: {name} -->\n");
    let start = text.find(&begin)? + begin.len();
    let end = start + text[start..].find("<!-- end -->")?;
    Some(format!("{}{body}{}", &text[..start], &text[end..]))
}

fn collect(folder: &Path, paths: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let path = path.strip_prefix(root()).unwrap();
            paths.push(path.to_str().unwrap().to_owned());
        }
    }
}

/// The anchor that hosting sites make of a heading.
fn has_heading(text: &str, anchor: &str) -> bool {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter_map(|letter| match letter {
                ' ' => Some('-'),
                letter if letter.is_alphanumeric() || "-_".contains(letter) => Some(letter),
                _ => None,
            });
            kept.collect::<String>()
        })
        .any(|slug| slug == anchor)
}

/// The `ksail` commands of a shell line: enough of the shell for documentation.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    for word in words(line) {
        match word.as_str() {
            "|" | "&&" | ";" | "||" => commands.push(Vec::new()),
            _ => commands.last_mut().unwrap().push(word),
        }
    }
    for command in &mut commands {
        let assignments = command.iter().take_while(|word| {
            let name = word.split_once('=').map(|(name, _)| name);
            name.is_some_and(|name| {
                name.bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            })
        });
        let assignments = assignments.count();
        command.drain(..assignments);
        if let Some(redirection) = command.iter().position(|word| word.starts_with(['>', '<'])) {
            command.truncate(redirection);
        }
    }
    commands.retain(|command| command.first().is_some_and(|word| word == "ksail"));
    commands
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
