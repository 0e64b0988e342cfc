//! Texts that need quotes or have wrong ones, and all that people are told about them: place, message, excerpt, hint.

use super::told;

#[test]
fn a_second_colon_needs_quotes() {
    told(
        "image: nginx: latest\n",
        "t.yaml:1:13: mapping values are not allowed in this context\n\
         1 | image: nginx: latest\n\
         \x20 |             ^\n\
         quote the value if the second colon belongs to it, or begin a mapping on the next line",
    );
    told(
        "a: \"x\": y\n",
        "t.yaml:1:7: mapping values are not allowed in this context\n\
         1 | a: \"x\": y\n\
         \x20 |       ^\n\
         quote the value if the second colon belongs to it, or begin a mapping on the next line",
    );
}

#[test]
fn quotes_are_closed_and_doubled() {
    told(
        "a: 'x\nb: 1\n",
        "t.yaml:1:4: invalid indentation in quoted scalar\n\
         1 | a: 'x\n\
         \x20 |    ^\n\
         the text that begins here has no closing quote",
    );
    told(
        "a: \"x\n",
        "t.yaml:1:4: while scanning a quoted scalar, found unexpected end of stream\n\
         1 | a: \"x\n\
         \x20 |    ^\n\
         the text that begins here has no closing quote",
    );
    told(
        "a: \"x\n---\nb: 1\n",
        "t.yaml:1:4: while scanning a quoted scalar, found unexpected document indicator\n\
         1 | a: \"x\n\
         \x20 |    ^\n\
         the text that begins here has no closing quote",
    );
    told(
        "a: 'it's'\n",
        "t.yaml:1:8: there is more text behind the closing quote\n\
         1 | a: 'it's'\n\
         \x20 |        ^\n\
         write a quote inside single quotes twice: `''`",
    );
    told(
        "a: \"say \"hi\"\"\n",
        "t.yaml:1:10: there is more text behind the closing quote\n\
         1 | a: \"say \"hi\"\"\n\
         \x20 |          ^\n\
         write a quote inside double quotes as `\\\"`",
    );
    told(
        "a: \"x\" y\n",
        "t.yaml:1:8: there is more text behind the closing quote\n\
         1 | a: \"x\" y\n\
         \x20 |        ^\n\
         put the whole value in quotes, or remove what follows them",
    );
}

#[test]
fn aliases_refer_to_anchors_above() {
    told(
        "a: *x\n",
        "t.yaml:1:4: the alias refers to an anchor that this document does not define before it\n\
         1 | a: *x\n\
         \x20 |    ^\n\
         define it above with `&` in the same document; text that begins with `*` needs quotes",
    );
    told(
        "a: &x [*x]\n",
        "t.yaml:1:8: the anchor contains itself\n\
         1 | a: &x [*x]\n\
         \x20 |        ^\n\
         remove the alias, or let it refer to another anchor",
    );
}

#[test]
fn keys_are_unique() {
    told(
        "a: 1\na: 2\n",
        "t.yaml:2:1: key `a` is already set on line 1\n\
         2 | a: 2\n\
         \x20 | ^\n\
         remove one of the two; other tools keep the last one without a word",
    );
}

#[test]
fn templates_need_quotes() {
    told(
        "a: {{ name }}\n",
        "t.yaml:1:5: a key must be a single value, not a list or mapping\n\
         1 | a: {{ name }}\n\
         \x20 |     ^\n\
         put the value with the template `{{ … }}` in quotes, or render the template before it is read",
    );
    told(
        "{{- if x }}\na: 1\n{{- end }}\n",
        "t.yaml:1:3: \"-\" is only valid inside a block\n\
         1 | {{- if x }}\n\
         \x20 |   ^\n\
         put the value with the template `{{ … }}` in quotes, or render the template before it is read",
    );
}

#[test]
fn signs_at_the_start_need_quotes() {
    told(
        "a: @x\n",
        "t.yaml:1:4: unexpected character: `@'\n\
         1 | a: @x\n\
         \x20 |    ^\n\
         text that begins with `@` needs quotes",
    );
    told(
        "a: `x`\n",
        "t.yaml:1:4: unexpected character: ``'\n\
         1 | a: `x`\n\
         \x20 |    ^\n\
         text that begins with a backtick needs quotes",
    );
    told(
        "a: *.log\n",
        "t.yaml:1:4: the alias refers to an anchor that this document does not define before it\n\
         1 | a: *.log\n\
         \x20 |    ^\n\
         text that begins with `*` needs quotes",
    );
    told(
        "a: *\n",
        "t.yaml:1:4: while scanning an anchor or alias, did not find expected alphabetic or numeric character\n\
         1 | a: *\n\
         \x20 |    ^\n\
         text that begins with `*` needs quotes",
    );
    told(
        "a: %x\n",
        "t.yaml:1:4: unexpected character: `%'\n\
         1 | a: %x\n\
         \x20 |    ^\n\
         text that begins with `%` needs quotes",
    );
    told(
        "a: ?\n",
        "t.yaml:1:4: mapping keys are not allowed in this context\n\
         1 | a: ?\n\
         \x20 |    ^\n\
         text that begins with `?` needs quotes",
    );
    told(
        "a: ,x\n",
        "t.yaml:1:4: while parsing a node, did not find expected node content\n\
         1 | a: ,x\n\
         \x20 |    ^\n\
         text that begins with `,` needs quotes",
    );
    told(
        "a: !<x y\n",
        "t.yaml:1:4: while scanning a verbatim tag, did not find the expected '>'\n\
         1 | a: !<x y\n\
         \x20 |    ^\n\
         text that begins with `!` needs quotes",
    );
    told(
        "a: |x\n",
        "t.yaml:1:4: while scanning a block scalar, did not find expected comment or line break\n\
         1 | a: |x\n\
         \x20 |    ^\n\
         text of `|` and `>` begins on the next line and is indented; otherwise quote the sign",
    );
}

#[test]
fn backslashes_are_doubled() {
    told(
        "a: \"C:\\dir\"\n",
        "t.yaml:1:4: while parsing a quoted scalar, found unknown escape character\n\
         1 | a: \"C:\\dir\"\n\
         \x20 |    ^\n\
         write a backslash as `\\\\`, or put the text in single quotes",
    );
}
