//! Addresses for mail, as RFC 5322 has them and Go's `mail.ParseAddress` reads them: with or without a name before.

/// `a@example.com`, `Ann <a@example.com>`, `"Ann B." <a@example.com>`, and a group of one, `friends: a@example.com;`.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let bare = after_spec(text).is_some_and(is_end);
    let phrase = after_phrase(text);
    let group = phrase.and_then(|rest| rest.strip_prefix(':')?.split_once(';'));
    if let Some((member, rest)) = group {
        return is_end(rest) && is_address(member);
    }
    let named = phrase
        .and_then(|rest| after_spec(rest.strip_prefix('<')?)?.strip_prefix('>'))
        .is_some_and(is_end);
    bare || named
}

/// Nothing follows but spaces and comments.
fn is_end(text: &str) -> bool {
    let mut rest = text.trim_start_matches([' ', '\t']);
    while let Some(comment) = rest.strip_prefix('(') {
        let Some(after) = after_comment(comment) else {
            return false;
        };
        rest = after.trim_start_matches([' ', '\t']);
    }
    rest.is_empty()
}

fn after_comment(text: &str) -> Option<&str> {
    let mut depth = 1;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()?),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&text[at + 1..]);
        }
    }
    None
}

/// What follows `local@domain`.
fn after_spec(text: &str) -> Option<&str> {
    let text = text.trim_start_matches([' ', '\t']);
    let rest = match text.strip_prefix('"') {
        Some("") => return None,
        Some(quoted) if quoted.starts_with('"') => return None,
        Some(quoted) => after_quoted(quoted)?,
        None => after_atom(text)?,
    };
    let domain = rest.strip_prefix('@')?.trim_start_matches([' ', '\t']);
    match domain.strip_prefix('[') {
        Some(literal) => {
            let (address, rest) = literal.split_once(']')?;
            address.parse::<std::net::IpAddr>().ok().map(|_| rest)
        }
        None => after_atom(domain),
    }
}

/// What follows a name: words, quoted or not.
fn after_phrase(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t']);
        match rest.chars().next()? {
            '<' | ':' => return Some(rest),
            '"' => rest = after_quoted(&rest[1..])?,
            '(' => rest = after_comment(&rest[1..])?,
            first if is_atom(first) || first == '.' => {
                rest = rest.trim_start_matches(|c| is_atom(c) || c == '.');
            }
            _ => return None,
        }
    }
}

/// What follows words joined by single dots.
fn after_atom(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c| is_atom(c) || c == '.');
    let atom = &text[..text.len() - rest.len()];
    (!atom.is_empty() && atom.split('.').all(|word| !word.is_empty())).then_some(rest)
}

/// What follows the quotation mark at the end of a quoted text.
fn after_quoted(text: &str) -> Option<&str> {
    let is_visible = |c: char| c > ' ' && c != '\x7f' || c == ' ' || c == '\t';
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some(&text[at + 1..]),
            '\\' if is_visible(characters.next()?.1) => {}
            other if is_visible(other) && other != '\\' => {}
            _ => return None,
        }
    }
    None
}

fn is_atom(c: char) -> bool {
    (c > ' ' && c < '\x7f' && !"()<>[]:;@\\,.\"".contains(c)) || c >= '\u{80}'
}
