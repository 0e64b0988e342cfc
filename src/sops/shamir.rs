//! Shamir's secret sharing over GF(2⁸), as sops splits a data key among key groups: a share is one byte of every
//! polynomial followed by the place it was evaluated at.

/// The secret behind `shares`, or `None` if they cannot belong together. Too few shares give a wrong secret.
pub(crate) fn combine(shares: &[Vec<u8>]) -> Option<Vec<u8>> {
    let length = shares.first()?.len().checked_sub(1)?;
    let places: Vec<u8> = shares
        .iter()
        .map(|share| (share.len() == length + 1).then(|| share[length]))
        .collect::<Option<_>>()?;
    let distinct = places
        .iter()
        .enumerate()
        .all(|(i, place)| *place != 0 && !places[..i].contains(place));
    if !distinct {
        return None;
    }
    let weights: Vec<u8> = places.iter().map(|place| weight(*place, &places)).collect();
    Some(
        (0..length)
            .map(|i| {
                shares
                    .iter()
                    .zip(&weights)
                    .fold(0, |sum, (share, weight)| sum ^ multiply(share[i], *weight))
            })
            .collect(),
    )
}

/// The Lagrange coefficient at zero of the share at `place`.
fn weight(place: u8, places: &[u8]) -> u8 {
    places
        .iter()
        .filter(|other| **other != place)
        .fold(1, |product, other| {
            multiply(product, multiply(*other, invert(place ^ other)))
        })
}

/// Product in the field of AES, without data-dependent branches.
fn multiply(mut left: u8, mut right: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= left & 0u8.wrapping_sub(right & 1);
        left = (left << 1) ^ (0x1b & 0u8.wrapping_sub(left >> 7));
        right >>= 1;
    }
    product
}

/// The inverse is the 254th power.
fn invert(value: u8) -> u8 {
    (0..253).fold(value, |power, _| multiply(power, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shares of one byte under the polynomial `secret + slope·x`.
    fn share(secret: u8, slope: u8, place: u8) -> Vec<u8> {
        vec![secret ^ multiply(slope, place), place]
    }

    #[test]
    fn any_two_of_three_shares_give_the_secret() {
        let shares = [share(42, 99, 1), share(42, 99, 7), share(42, 99, 250)];
        for pair in [[0, 1], [1, 2], [2, 0]] {
            assert_eq!(combine(&pair.map(|i| shares[i].clone())), Some(vec![42]));
        }
    }

    #[test]
    fn shares_that_do_not_belong_together_are_refused() {
        assert_eq!(combine(&[]), None);
        assert_eq!(combine(&[vec![1, 2], vec![1, 2]]), None);
        assert_eq!(combine(&[vec![1, 0], vec![1, 2]]), None);
        assert_eq!(combine(&[vec![1, 1], vec![1, 1, 2]]), None);
    }

    #[test]
    fn field_has_inverses() {
        assert!((1..=255).all(|value| multiply(value, invert(value)) == 1));
        assert_eq!(multiply(0x53, 0xca), 1);
    }
}
