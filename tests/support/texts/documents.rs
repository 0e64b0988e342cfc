//! Documents of random shape and style, whole and damaged.

use super::Dice;

/// One or several documents of random shape. Most are valid; readers need not agree on why the others are not.
pub(crate) fn documents(dice: &mut Dice) -> String {
    let mut writer = Writer {
        dice,
        out: String::new(),
        anchors: 0,
    };
    if writer.dice.once_in(12) {
        writer.out.push_str("---\n");
    }
    writer.document();
    while writer.dice.once_in(3) {
        let separator = writer.dice.pick(&[
            "---\n",
            "--- # next\n",
            "---   \n",
            "---\n---\n",
            "# c\n---\n# d\n",
        ]);
        writer.out.push_str(separator);
        writer.document();
    }
    let mut text = writer.out;
    if dice.once_in(20) {
        text = text.replace('\n', "\r\n");
    }
    if dice.once_in(20) {
        text.insert(0, '\u{feff}');
    }
    if dice.once_in(10) {
        text.pop();
    }
    text
}

/// A text with a few characters removed, doubled or put elsewhere.
pub(crate) fn damaged(dice: &mut Dice, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(3) {
        if characters.is_empty() {
            break;
        }
        let at = dice.below(characters.len());
        match dice.below(4) {
            0 => {
                characters.remove(at);
            }
            1 => characters.insert(at, characters[at]),
            2 => {
                let moved = characters.remove(at);
                characters.insert(dice.below(characters.len() + 1), moved);
            }
            _ => {
                let new = dice.pick(&[
                    " ", "\n", ":", "-", "#", "'", "\"", "\t", "{", "}", "[", "]", ",", "&a ",
                    "*a", "? ", "|", ">", "!", "%", "\\", "\u{85}", "\u{2028}",
                ]);
                characters.splice(at..at, new.chars());
            }
        }
    }
    characters.into_iter().collect()
}

struct Writer<'a> {
    dice: &'a mut Dice,
    out: String,
    /// Anchors that the current document has so far.
    anchors: usize,
}

impl Writer<'_> {
    fn document(&mut self) {
        self.anchors = 0;
        if self.dice.once_in(3) {
            self.sequence(0, 3);
        } else {
            self.mapping(0, 4);
        }
    }

    fn noise(&mut self, indent: usize) {
        if self.dice.once_in(10) {
            let noise = self
                .dice
                .pick(&["\n", "# c\n", "  # c: d\n", "\n\n", "   \n"]);
            self.out.push_str(noise);
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn mapping(&mut self, indent: usize, levels: usize) {
        for number in 0..=self.dice.below(4) {
            self.noise(indent);
            self.entry(number, indent, levels);
        }
    }

    fn entry(&mut self, number: usize, indent: usize, levels: usize) {
        if number == 1 && self.anchors > 0 && self.dice.once_in(6) {
            let merged = self.dice.below(self.anchors);
            self.out.extend(["<<: *m", &merged.to_string(), "\n"]);
            return;
        }
        let key = self.dice.pick(&[
            "a", "key", "data.x/y", "'q'", "\"d q\"", "1", "y", "é", "a b", "n.1", "-k", "0x1F",
            "1.5",
        ]);
        let key = format!("{}{number}", key.trim_end_matches(['\'', '"']));
        self.out.push_str(&key);
        if let Some(quote @ ('\'' | '"')) = key.chars().next() {
            self.out.push(quote);
        }
        let colon = self.dice.pick(&[":", ":", ":", ":", " :"]);
        self.out.push_str(colon);
        self.value(indent, levels, true);
    }

    fn sequence(&mut self, indent: usize, levels: usize) {
        for _ in 0..=self.dice.below(3) {
            self.noise(indent);
            self.out.push('-');
            if levels > 0 && self.dice.once_in(3) {
                // The first entry stands in the line of the dash.
                let gap = 1 + self.dice.below(2);
                self.out.extend(std::iter::repeat_n(' ', gap));
                self.entry(0, indent + 1 + gap, levels - 1);
                for number in 1..=self.dice.below(3) {
                    self.noise(indent + 1 + gap);
                    self.entry(number, indent + 1 + gap, levels - 1);
                }
            } else {
                self.value(indent, levels, false);
            }
        }
    }

    /// What follows a colon or dash, with the line break.
    fn value(&mut self, indent: usize, levels: usize, of_mapping: bool) {
        let anchor = if self.dice.once_in(12) {
            self.anchors += 1;
            format!(" &m{}", self.anchors - 1)
        } else {
            String::new()
        };
        if levels > 0 && self.dice.once_in(3) {
            self.out.push_str(&anchor);
            let end = self.dice.pick(&["\n", "\n", " # c\n", "  \n"]);
            self.out.push_str(end);
            let deeper = 1 + self.dice.below(3);
            if self.dice.once_in(2) {
                self.mapping(indent + deeper, levels - 1);
            } else {
                let step = if of_mapping && self.dice.once_in(2) {
                    0
                } else {
                    deeper
                };
                self.sequence(indent + step, levels - 1);
            }
            return;
        }
        self.out.push_str(&anchor);
        match self.dice.below(12) {
            0 => self.block_scalar(indent),
            1 | 2 => {
                self.out.push(' ');
                self.flow(2);
                self.end();
            }
            3 => self.out.push('\n'),
            4 if self.anchors > 1 && anchor.is_empty() => {
                let of = self.dice.below(self.anchors);
                self.out.extend([" *m", &of.to_string()]);
                self.end();
            }
            5 => self.long_plain(indent),
            _ => {
                let gap = self.dice.pick(&[" ", " ", " ", "  ", "\t"]);
                let scalar = self.dice.pick(&[
                    "x",
                    "yes",
                    "0644",
                    "1.0",
                    "~",
                    "two words",
                    "'it''s'",
                    "\"a\\tb\"",
                    "\"\"",
                    "''",
                    "http://x/y",
                    "a#b",
                    "1:2",
                    "-1",
                    "é",
                    "'# no'",
                    "\"a: b\"",
                    "\"\\u00e9\"",
                    "2020-01-01",
                    "{}",
                    "[]",
                    "!!str 5",
                    "<<",
                    "a,b",
                    "\"{}\"",
                ]);
                self.out.push_str(gap);
                self.out.push_str(scalar);
                self.end();
            }
        }
    }

    fn end(&mut self) {
        let end = self.dice.pick(&["\n", "\n", "\n", "\n", " # c\n", " \n"]);
        self.out.push_str(end);
    }

    fn block_scalar(&mut self, indent: usize) {
        let header = self
            .dice
            .pick(&[" |\n", " |-\n", " |+\n", " >\n", " >-\n", " >+\n"]);
        self.out.push_str(header);
        let inner = indent + 1 + self.dice.below(3);
        for number in 0..=self.dice.below(4) {
            let line = self.dice.pick(&[
                "text",
                "a: b",
                "- x",
                "# no comment",
                "  more",
                "",
                "é",
                "---",
                "{{ x }}",
                "trailing ",
            ]);
            let line = if number == 0 { "first" } else { line };
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', inner));
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn long_plain(&mut self, indent: usize) {
        self.out.push_str(" one");
        for _ in 0..=self.dice.below(3) {
            let end = self.dice.pick(&["\n", "\n", " \n", "\n\n"]);
            self.out.push_str(end);
            self.out
                .extend(std::iter::repeat_n(' ', indent + 1 + self.dice.below(3)));
            let line = self
                .dice
                .pick(&["two", "three four", "5", "six's", "seven#8"]);
            self.out.push_str(line);
        }
        self.out.push('\n');
    }

    fn flow(&mut self, levels: usize) {
        let is_map = self.dice.once_in(2);
        self.out.push_str(if is_map { "{" } else { "[" });
        for number in 0..self.dice.below(4) {
            if number > 0 {
                let comma = self
                    .dice
                    .pick(&[", ", ",", " , ", ",\n                    "]);
                self.out.push_str(comma);
            }
            if is_map {
                let key = self
                    .dice
                    .pick(&["a", "\"q\": ", "'s':", "y", "1", "a b", "é"]);
                match key.find(['"', '\'']) {
                    Some(_) => {
                        self.out
                            .push_str(&key.replacen(['q', 's'], &format!("k{number}"), 1));
                    }
                    None => self.out.extend([key, &number.to_string(), ": "]),
                }
            }
            if levels > 0 && self.dice.once_in(4) {
                self.flow(levels - 1);
            } else {
                let scalar = self.dice.pick(&[
                    "x",
                    "1",
                    "yes",
                    "\"a, b\"",
                    "'}'",
                    "~",
                    "two words",
                    "a/b:c",
                    "-1",
                    "0644",
                    "http://x",
                    "\"\\n\"",
                ]);
                self.out.push_str(scalar);
            }
        }
        self.out.push_str(if is_map { "}" } else { "]" });
    }
}
