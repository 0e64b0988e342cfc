//! Numbers and codes: of books, cards, people, colours and things.

/// So many hexadecimal digits.
pub(super) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A UUID, with or without any of its dashes, maybe of one version.
pub(super) fn is_uuid(text: &str, version: Option<char>) -> bool {
    let mut rest = text;
    let mut groups = Vec::with_capacity(5);
    for (index, digits) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((group, tail)) = rest.split_at_checked(digits) else {
            return false;
        };
        if !is_hex(group, digits) {
            return false;
        }
        groups.push(group);
        rest = tail;
    }
    // Version 3 does not ask for the variant of its time.
    let variant = || groups[3].starts_with(['8', '9', 'a', 'b', 'A', 'B']);
    rest.is_empty()
        && version
            .is_none_or(|version| groups[2].starts_with(version) && (version == '3' || variant()))
}

/// What is left without white space and dashes.
fn compact(text: &str) -> String {
    let is_filler = |c: &char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ' | '-');
    text.chars().filter(|c| !is_filler(c)).collect()
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|digit| digit.to_digit(10)).collect()
}

/// Nine digits and a check digit, which may be `X`.
pub(super) fn is_isbn10(text: &str) -> bool {
    let compact = compact(text);
    let (body, ten) = match compact.strip_suffix('X') {
        Some(body) => (body, Some(10)),
        None => (compact.as_str(), None),
    };
    let Some(mut digits) = digits(body) else {
        return false;
    };
    digits.extend(ten);
    let sum: u32 = (1..).zip(&digits).map(|(place, digit)| place * digit).sum();
    digits.len() == 10 && sum.is_multiple_of(11)
}

/// Twelve digits and a check digit.
pub(super) fn is_isbn13(text: &str) -> bool {
    let Some(digits) = digits(&compact(text)) else {
        return false;
    };
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = weights
        .zip(&digits)
        .map(|(weight, digit)| weight * digit)
        .sum();
    digits.len() == 13 && sum.is_multiple_of(10)
}

/// A number of one of the large companies whose check digit is right. What is no digit does not count.
pub(super) fn is_credit_card(text: &str) -> bool {
    let number: String = text.chars().filter(char::is_ascii_digit).collect();
    let begins = |least: &str, most: &str| {
        let head = number.get(..least.len());
        head.is_some_and(|head| (least..=most).contains(&head))
    };
    let known = match number.len() {
        13 => begins("4", "4"),
        14 => begins("300", "305") || begins("36", "36") || begins("38", "38"),
        15 => ["34", "37", "2131", "1800"]
            .iter()
            .any(|head| begins(head, head)),
        16 => {
            begins("4", "4")
                || begins("51", "55")
                || begins("6011", "6011")
                || begins("65", "65")
                || begins("35", "35")
        }
        _ => false,
    };
    let digits = digits(&number).unwrap_or_default();
    let sum: u32 = (0..)
        .zip(digits.iter().rev())
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    known && sum.is_multiple_of(10)
}

/// `078-05-1120`, or with spaces.
pub(super) fn is_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes.iter().enumerate().all(|(place, byte)| match place {
            3 | 6 => matches!(byte, b'-' | b' '),
            _ => byte.is_ascii_digit(),
        })
}

/// Three or six hexadecimal digits, with or without `#`.
pub(super) fn is_hex_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    is_hex(digits, 3) || is_hex(digits, 6)
}

/// `rgb(255, 0, 10)`.
pub(super) fn is_rgb_color(text: &str) -> bool {
    let inner = text
        .strip_prefix("rgb(")
        .and_then(|text| text.strip_suffix(')'));
    let Some(inner) = inner else {
        return false;
    };
    let parts: Vec<&str> = inner.split(',').collect();
    let is_space = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    parts.len() == 3
        && parts.iter().all(|part| {
            let part = part.trim_matches(is_space);
            let plain = part.bytes().all(|byte| byte.is_ascii_digit());
            plain && (part == "0" || !part.starts_with('0')) && part.parse::<u8>().is_ok()
        })
}
