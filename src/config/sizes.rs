//! Sizes of memory as Docker writes them: `512m`, `1g`, `1.5GiB`.

use super::notation::Refusal;

/// The Engine refuses to run a container with less.
const LEAST_MEMORY: u64 = 6 << 20;

/// Bytes of a memory limit.
pub fn memory(text: &str) -> Result<u64, Refusal> {
    let invalid = || {
        Refusal::rule(format!(
            "must be an amount of memory such as `512m` or `1.5g`, not `{text}`"
        ))
    };
    let bytes = parse(text).ok_or_else(invalid)?;
    if bytes < LEAST_MEMORY {
        let why = format!("must be at least `6m`, the least that the Engine accepts, not `{text}`");
        return Err(Refusal::rule(why));
    }
    Ok(bytes)
}

fn parse(text: &str) -> Option<u64> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let letter = unit
        .strip_suffix("ib")
        .filter(|letter| !letter.is_empty())
        .or_else(|| unit.strip_suffix('b'))
        .unwrap_or(&unit);
    let shift = ["", "k", "m", "g", "t", "p"]
        .iter()
        .zip((0u32..).step_by(10))
        .find_map(|(known, shift)| (*known == letter).then_some(shift))?;
    let number: f64 = number.parse().ok()?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a power of two up to 2^50 is exact"
    )]
    let bytes = number * (1u64 << shift) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the text has no sign and the limit is checked"
    )]
    (bytes < 9e18).then_some(bytes as u64)
}
