//! Mistakes in layout, and all that people are told about them: place, message, excerpt, hint.

use super::told;

#[test]
fn tabs_are_no_indentation() {
    told(
        "a:\n\t- 1\n",
        "t.yaml:2:2: tabs disallowed within this context (block indentation)\n\
         2 |  - 1\n\
         \x20 |  ^\n\
         indent with blanks; a tab is no indentation in YAML",
    );
    told(
        "a:\n  b: 1\n\tc: 2\n",
        "t.yaml:3:1: while scanning a plain scalar, found a tab\n\
         3 |  c: 2\n\
         \x20 | ^\n\
         indent with blanks; a tab is no indentation in YAML",
    );
}

#[test]
fn a_colon_needs_a_blank() {
    told(
        "a:1\nb: 2\n",
        "t.yaml:2:2: mapping values are not allowed in this context\n\
         2 | b: 2\n\
         \x20 |  ^\n\
         line 1 lacks a blank behind its colon",
    );
    told(
        "b: 2\na:1\n",
        "t.yaml:2:2: a key needs a `:` with a blank behind it\n\
         2 | a:1\n\
         \x20 |  ^\n\
         put a blank behind the colon",
    );
    told(
        "a:\n  - b: 1\n    c:2\n    d: 3\n",
        "t.yaml:3:6: a key needs a `:` with a blank behind it\n\
         3 |     c:2\n\
         \x20 |      ^\n\
         put a blank behind the colon",
    );
}

#[test]
fn a_key_needs_a_colon() {
    told(
        "a\nb: 1\n",
        "t.yaml:2:2: mapping values are not allowed in this context\n\
         2 | b: 1\n\
         \x20 |  ^\n\
         line 1 is no `key: value`, and is read on as one text",
    );
    told(
        "a: b\nc\nd: 1\n",
        "t.yaml:2:1: a key needs a `:` with a blank behind it\n\
         2 | c\n\
         \x20 | ^\n\
         write `key: value`, or indent the line further if it continues the text above",
    );
}

#[test]
fn brackets_are_closed() {
    told(
        "a: [1, 2\nb: 1\n",
        "t.yaml:2:2: illegal placement of ':' indicator\n\
         2 | b: 1\n\
         \x20 |  ^\n\
         the `[` of line 1 needs a `]`, or a `,` is missing before this place",
    );
    told(
        "# [\na: [1, '2]', x]\nb: {c: 1\n",
        "t.yaml:3:9: while parsing a flow mapping, did not find expected ',' or '}'\n\
         3 | b: {c: 1\n\
         \x20 |         ^\n\
         the `{` of line 3 needs a `}`, or a `,` is missing before this place",
    );
    told(
        "a: {b: 1\nc: 1\n",
        "t.yaml:2:2: while parsing a flow mapping, did not find expected ',' or '}'\n\
         2 | c: 1\n\
         \x20 |  ^\n\
         the `{` of line 1 needs a `}`, or a `,` is missing before this place",
    );
    told(
        "a: [1]]\n",
        "t.yaml:1:7: misplaced bracket\n\
         1 | a: [1]]\n\
         \x20 |       ^\n\
         remove the bracket, or quote the text it belongs to",
    );
    told(
        "a: [\n  - b\n]\n",
        "t.yaml:2:3: \"-\" is only valid inside a block\n\
         2 |   - b\n\
         \x20 |   ^\n\
         the `[` of line 1 is open: separate items with `,`, without dashes",
    );
    told(
        "{\"a\": 1,,}",
        "t.yaml:1:9: while parsing a node, did not find expected node content\n\
         1 | {\"a\": 1,,}\n\
         \x20 |         ^\n\
         a value is missing before this `,`",
    );
    told(
        "{\"a\": 1,\n \"b\" 2}",
        "t.yaml:2:6: there is more text behind the closing quote\n\
         2 |  \"b\" 2}\n\
         \x20 |      ^\n\
         a `,` or `:` is missing before this text",
    );
}

#[test]
fn entries_are_indented_alike() {
    told(
        "a: 1\n  b: 2\n",
        "t.yaml:2:4: mapping values are not allowed in this context\n\
         2 |   b: 2\n\
         \x20 |    ^\n\
         line 1 has a value already; indent both lines alike, or remove that value",
    );
    told(
        "a:\n    b: 1\n  c: 2\n",
        "t.yaml:3:3: while parsing a block mapping, did not find expected key\n\
         3 |   c: 2\n\
         \x20 |   ^\n\
         indent the line exactly like the entries it belongs to, and further than their parent",
    );
    told(
        "- a\nb: 1\n",
        "t.yaml:2:1: while parsing a block collection, did not find expected '-' indicator\n\
         2 | b: 1\n\
         \x20 | ^\n\
         an item of the list above would begin with `- `; a key belongs where its mapping is indented",
    );
    told(
        "a: - b\n",
        "t.yaml:1:4: block sequence entries are not allowed in this context\n\
         1 | a: - b\n\
         \x20 |    ^\n\
         begin the list on a line of its own, or quote text that begins with `- `",
    );
}
