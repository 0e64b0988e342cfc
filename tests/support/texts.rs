//! YAML texts made by rule and by chance: every class of scalar in every position, block scalars with every indicator,
//! documents of random shape and style. The same seed makes the same texts.

/// A small generator of pseudo-random numbers (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap_or(0) % limit
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Plain scalars by class: numbers in all notations, words, dates, times, punctuation, letters of all lengths in UTF-8.
pub(crate) fn plain_scalars() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for sign in ["", "+", "-"] {
        for base in ["", "0", "00", "0x", "0X", "0o", "0O", "0b", "0B"] {
            for digits in [
                "",
                "0",
                "1",
                "7",
                "8",
                "9",
                "12",
                "644",
                "0644",
                "1_0",
                "_1",
                "1_",
                "1__0",
                "1F",
                "ff",
                "fG",
                "101",
                "102",
                "9223372036854775807",
                "9223372036854775808",
                "18446744073709551615",
                "18446744073709551616",
                "123456789012345678901234567890",
                "FFFFFFFFFFFFFFFF",
                "777777777777777777777",
            ] {
                all.push(format!("{sign}{base}{digits}"));
            }
        }
        for mantissa in [
            "0", "1", "12", "1.", ".5", "1.5", "0.0", "08.5", "1_0.5", "1.5_0", "._5", "5_.", ".",
            "1.2.3",
        ] {
            for exponent in [
                "", "e", "e3", "E3", "e+3", "e-3", "e03", "e400", "e-400", "e1_0", "e+", "e3.5",
                "f",
            ] {
                all.push(format!("{sign}{mantissa}{exponent}"));
            }
        }
        for word in [
            ".inf", ".Inf", ".INF", ".iNF", "inf", ".nan", ".NaN", ".NAN", "nan", ".Nan",
        ] {
            all.push(format!("{sign}{word}"));
        }
    }
    for word in [
        "y",
        "n",
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "none",
        "nil",
        "t",
        "f",
        "undefined",
    ] {
        let (first, rest) = word.split_at(1);
        let upper = word.to_uppercase();
        all.extend([
            word.to_owned(),
            upper,
            first.to_uppercase() + rest,
            format!("{word}s"),
        ]);
        all.push(format!("{first}{}", rest.to_uppercase()));
    }
    let others = [
        "~",
        "~x",
        "=",
        "==",
        "<<",
        "<",
        "<<<",
        "..",
        "...x",
        "--x",
        "---x",
        "-x",
        "-1x",
        "--",
        "-",
        "?x",
        ":x",
        "a:b",
        "a::b",
        "a#b",
        "a:#b",
        "http://x.y/z?a=b#c",
        "a b",
        "a  b",
        "a,b",
        "a, b",
        "a[b",
        "a]b",
        "a{b",
        "a}b",
        "a'b",
        "a\"b",
        "it's",
        "100%",
        "%x",
        "@x",
        "`x",
        "&",
        "*",
        "!",
        "|x",
        ">x",
        "x|",
        "x>",
        "/",
        "\\",
        "\\n",
        "$",
        "${A}",
        "(a)",
        "^a$",
        "a\\/b",
        "*.example.org",
        "&x",
        "1:30",
        "12:30:45",
        "190:20:30",
        "190:20:30.15",
        "-1:30",
        "1:60",
        "2020-01-01",
        "2020-1-1",
        "2020-01-01T00:00:00Z",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43.10 -5",
        "10.0.0.0/8",
        "::1",
        "fe80::1",
        "1.2",
        "v1",
        "1e",
        "e1",
        "1,000",
        "100m",
        "1Gi",
        "0.1.0",
        "é",
        "日本",
        "😀",
        "a\u{a0}b",
        "\u{a0}",
        "ÿ",
        "a\u{300}",
        "\u{e000}",
        "0é",
        "1é",
        "+",
        "++",
        "+.",
        "-.",
        "+-1",
        "0x-1",
        "0b+1",
        "1e5e5",
        "null null",
        "yes no",
        "0 0",
        "_",
        "__",
        "0_",
        "_0",
        "0_0",
        "0x_1",
        "0x1_",
        "0b_1",
        "0o_7",
        "1e_1",
        "٣",
        "１",
        "x: ",
        "a :b",
        "a: b",
        "a #b",
        "- a",
        "a -b",
        "#a",
    ];
    all.extend(others.map(str::to_owned));
    all
}

/// Strings of the characters that numbers are made of.
pub(crate) fn number_like(dice: &mut Dice) -> String {
    let length = 1 + dice.below(7);
    (0..length)
        .map(|_| {
            dice.pick(&[
                "0", "1", "2", "7", "8", "9", "+", "-", ".", "_", "e", "E", "x", "o", "b", "a",
                "F", ":", "0", "1", "0x", "0o", "0b", "00", "e+", "e-", "5", "inf", "nan", "T",
                "Z", "-01", " ",
            ])
        })
        .collect()
}

/// Texts with one scalar in the places where it may stand.
pub(crate) fn around(scalar: &str) -> Vec<String> {
    let mut texts: Vec<String> = [
        "v: @\n",
        "@: v\n",
        "- @\n",
        "v:\n  @\n",
        "v: [@]\n",
        "v: [@, @]\n",
        "v: {a: @}\n",
        "v: {@: a}\n",
        "v: '@'\n",
        "v: \"@\"\n",
        "v: @ # c\n",
        "v: @  \nw: 1\n",
        "v: @",
        "v:  @\n  next\n",
        "v: &a @\nw: *a\n",
        "v: |\n  @\n",
        "? @\n: v\n",
    ]
    .iter()
    .map(|frame| frame.replace('@', scalar))
    .collect();
    for tag in [
        "str",
        "int",
        "float",
        "bool",
        "null",
        "binary",
        "timestamp",
        "foo",
    ] {
        texts.push(format!("v: !!{tag} {scalar}\n"));
        texts.push(format!("v: !!{tag} '{scalar}'\n"));
    }
    texts.push(format!("v: !x {scalar}\n"));
    texts
}

/// Block scalars with every indicator.
pub(crate) fn block_scalars(dice: &mut Dice) -> Vec<String> {
    let lines = [
        "", "", "x", "y z", " x", "  y", "\tz", "# c", "---", "  ", " ", "a: b", "- a", "é", "...",
        "x  ",
    ];
    let mut texts = Vec::new();
    for style in ["|", ">"] {
        for indicators in [
            "", "+", "-", "2", "1", "4", "2-", "-2", "+2", "2+", "9", "0", "x", " # c", "#c",
            "-  ", "++",
        ] {
            for _ in 0..24 {
                let indent = dice.pick(&["  ", "  ", "    ", " ", ""]);
                let count = dice.below(6);
                let body: String = (0..count)
                    .map(|_| format!("{indent}{}\n", dice.pick(&lines)))
                    .collect();
                let end = dice.pick(&[
                    "",
                    "w: 1\n",
                    "# end\nw: 1\n",
                    "---\nw: 1\n",
                    "   # end\n",
                    "  tail",
                ]);
                let lead = dice.pick(&["v: ", "- ", "", "a:\n  v: ", "a:\n- ", "- v: "]);
                texts.push(format!("{lead}{style}{indicators}\n{body}{end}"));
            }
        }
    }
    texts
}

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
            self.out.push_str(&format!("<<: *m{merged}\n"));
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
                self.out.push_str(&format!(" *m{of}"));
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
                            .push_str(&key.replacen(['q', 's'], &format!("k{number}"), 1))
                    }
                    None => self.out.push_str(&format!("{key}{number}: ")),
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
