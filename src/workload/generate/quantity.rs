//! Quantities in the one form that the API server gives them back in (`k8s.io/apimachinery/pkg/api/resource`).

/// Value in units of 10⁻⁹; what is smaller is rounded up, as there.
const NANO: i128 = 1_000_000_000;
/// Largest value, as there.
const MAX: i128 = i64::MAX as i128;

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Decimal,
    Binary,
    Exponent,
}

/// `1000m` is `1`, `1024Mi` is `1Gi`. `None` if the text is no quantity.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, suffix) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let (form, base, power) = scale(suffix)?;
    let value = nano(number, base, power)?.min(MAX.checked_mul(NANO)?);
    let form = match form {
        Form::Binary if value < 1024 * NANO || value % NANO != 0 => Form::Decimal,
        other => other,
    };
    let sign = if negative && value != 0 { "-" } else { "" };
    Some(format!("{sign}{}", written(value, form)))
}

/// Form, base and power of a suffix.
fn scale(suffix: &str) -> Option<(Form, i128, i32)> {
    let binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    if let Some(power) = binary.iter().position(|known| *known == suffix) {
        return Some((Form::Binary, 1024, i32::try_from(power + 1).ok()?));
    }
    let decimal = [
        ("n", -9),
        ("u", -6),
        ("m", -3),
        ("", 0),
        ("k", 3),
        ("M", 6),
        ("G", 9),
        ("T", 12),
        ("P", 15),
        ("E", 18),
    ];
    if let Some((_, power)) = decimal.iter().find(|(known, _)| *known == suffix) {
        return Some((Form::Decimal, 10, *power));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let power: i32 = exponent.parse().ok()?;
    (-18..=18)
        .contains(&power)
        .then_some((Form::Exponent, 10, power))
}

fn nano(number: &str, base: i128, power: i32) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let mut numerator = digits.checked_mul(NANO)?;
    let mut denominator = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let factor = base.checked_pow(power.unsigned_abs())?;
    if power < 0 {
        denominator = denominator.checked_mul(factor)?;
    } else {
        numerator = numerator.checked_mul(factor)?;
    }
    let rest = i128::from(numerator % denominator != 0);
    Some(numerator / denominator + rest)
}

fn written(value: i128, form: Form) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    if form == Form::Binary {
        let (mut mantissa, mut power) = (value / NANO, 0);
        while mantissa % 1024 == 0 && power < 6 {
            mantissa /= 1024;
            power += 1;
        }
        let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power];
        return format!("{mantissa}{suffix}");
    }
    let (mut mantissa, mut power) = (value, -9_i32);
    while mantissa % 1000 == 0 && power < 18 {
        mantissa /= 1000;
        power += 3;
    }
    let suffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    let index = usize::try_from((power + 9) / 3).unwrap_or_default();
    match form {
        Form::Exponent if power == 0 => mantissa.to_string(),
        Form::Exponent => format!("{mantissa}e{power}"),
        _ => format!("{mantissa}{}", suffixes[index]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_have_one_form() {
        for (text, expected) in [
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("0.5", "500m"),
            ("1e3", "1e3"),
            ("1500Ki", "1500Ki"),
            ("100n", "100n"),
            ("1500m", "1500m"),
            ("2000", "2k"),
            ("0", "0"),
            ("-0", "0"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("1.5", "1500m"),
            ("+3", "3"),
            ("-2.5", "-2500m"),
            ("1E", "1E"),
            ("5E2", "500"),
            (".5", "500m"),
            ("5.", "5"),
            ("1000Ki", "1000Ki"),
            ("0.1n", "1n"),
            ("1e-3", "1e-3"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "x", "1x", "1.2.3", "m", "1 ", "--1", "1e", "0x1", "."] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
