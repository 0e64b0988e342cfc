//! Amounts: a decimal number with a suffix.

/// Whether `text` is an amount as Kubernetes writes it: `100m`, `1.5Gi`, `-2`, `1e3`.
pub(super) fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    whole.len() + fraction.len() > 0 && !fraction.contains('.') && is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti"
        | "Pi" | "Ei" => true,
        _ => suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| {
            // It is kept in 32 bits.
            exponent.parse::<i32>().is_ok()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_with_known_suffixes() {
        for text in [
            "0",
            "1",
            "-1",
            "+1.5",
            ".5",
            "5.",
            "100m",
            "1Ki",
            "1.5Gi",
            "1e3",
            "1E-3",
            "1E",
            "12345678901234567890",
        ] {
            assert!(is_quantity(text), "{text}");
        }
        for text in [
            "", "m", ".", "1.2.3", "1 Gi", "1gi", "1K", "1KiB", "1e", "1e1.5", "--1", "0x1", "Gi",
        ] {
            assert!(!is_quantity(text), "{text}");
        }
    }
}
