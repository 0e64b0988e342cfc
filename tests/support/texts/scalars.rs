//! Scalars of every class, and the places they may stand in.

use super::Dice;

const DIGITS: &[&str] = &[
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
];

const MANTISSAS: &[&str] = &[
    "0", "1", "12", "1.", ".5", "1.5", "0.0", "08.5", "1_0.5", "1.5_0", "._5", "5_.", ".", "1.2.3",
];

const EXPONENTS: &[&str] = &[
    "", "e", "e3", "E3", "e+3", "e-3", "e03", "e400", "e-400", "e1_0", "e+", "e3.5", "f",
];

const OTHERS: &[&str] = &[
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

/// Plain scalars by class: numbers in all notations, words, dates, times, punctuation, letters of all lengths in UTF-8.
pub(crate) fn plain_scalars() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for sign in ["", "+", "-"] {
        for base in ["", "0", "00", "0x", "0X", "0o", "0O", "0b", "0B"] {
            for digits in DIGITS {
                all.push(format!("{sign}{base}{digits}"));
            }
        }
        for mantissa in MANTISSAS {
            for exponent in EXPONENTS {
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
    all.extend(OTHERS.iter().map(|text| (*text).to_owned()));
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
                let mut body = String::new();
                for _ in 0..count {
                    body.extend([indent, dice.pick(&lines), "\n"]);
                }
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
