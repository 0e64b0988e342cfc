//! Shamir's secret sharing over GF(2⁸), as sops splits a data key among key groups: a share is one byte of every
//! polynomial followed by the place it was evaluated at.

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;
use zeroize::Zeroize;

use crate::secret::Secret;

/// Splits a secret into `parts` shares, any `threshold` of which give it back. The places are 1, 2, 3 and so on.
/// `None` unless 2 <= `threshold` <= `parts` <= 255.
pub(crate) fn split(secret: &[u8], parts: usize, threshold: usize) -> Option<Vec<Secret<Vec<u8>>>> {
    let count = u8::try_from(parts).ok()?;
    if threshold < 2 || threshold > parts || secret.is_empty() {
        return None;
    }
    let mut shares: Vec<Vec<u8>> = (0..count)
        .map(|_| Vec::with_capacity(secret.len() + 1))
        .collect();
    let mut coefficients = vec![0; threshold - 1];
    for byte in secret {
        OsRng.fill_bytes(&mut coefficients);
        for (place, share) in (1..=count).zip(&mut shares) {
            // From the highest coefficient down to the secret itself.
            let value = coefficients
                .iter()
                .fold(0, |value, coefficient| multiply(value ^ coefficient, place));
            share.push(value ^ byte);
        }
    }
    coefficients.zeroize();
    for (place, share) in (1..=count).zip(&mut shares) {
        share.push(place);
    }
    Some(shares.into_iter().map(Secret::new).collect())
}

/// The secret behind `shares`, or `None` if they cannot belong together. Too few shares give a wrong secret.
pub(crate) fn combine(shares: &[Vec<u8>]) -> Option<Vec<u8>> {
    let length = shares.first()?.len().checked_sub(1)?;
    let places: Vec<u8> = shares
        .iter()
        .map(|share| (share.len() == length + 1).then(|| share[length]))
        .collect::<Option<_>>()?;
    if places.len() < 2 {
        return None;
    }
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
    fn what_is_split_comes_back_from_any_share_enough() {
        let secret: Vec<u8> = (0..32).collect();
        let shares = split(&secret, 5, 3).unwrap();
        let some = |places: &[usize]| {
            let chosen = places.iter().map(|place| shares[*place].expose().clone());
            combine(&chosen.collect::<Vec<_>>())
        };
        assert_eq!(shares[4].expose().len(), 33);
        assert_eq!(shares[4].expose()[32], 5);
        assert_eq!(some(&[4, 0, 2]).as_deref(), Some(secret.as_slice()));
        assert_eq!(some(&[0, 1, 2, 3, 4]).as_deref(), Some(secret.as_slice()));
        assert_ne!(some(&[0, 1]).as_deref(), Some(secret.as_slice()));
    }

    #[test]
    fn impossible_thresholds_are_refused() {
        for (parts, threshold) in [(2, 1), (2, 3), (256, 2), (1, 1)] {
            assert!(split(&[1], parts, threshold).is_none());
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
