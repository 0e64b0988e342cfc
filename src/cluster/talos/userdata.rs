//! A machine's configuration as its container gets it: compressed, in one environment variable.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::cluster::distribution::Error;

/// Name of the variable.
pub(super) const VARIABLE: &str = "USERDATA";
/// What Linux takes for one string of an environment, its end included. Beyond it the container would start and end at
/// once.
const LIMIT: usize = 131_072;

/// `USERDATA=…` for a machine of this name.
pub(super) fn variable(machine: &str, config: &str) -> Result<String, Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let packed = encoder
        .write_all(config.as_bytes())
        .and_then(|()| encoder.finish());
    // Writing to memory cannot fail; were it to, the size would tell.
    let packed = packed.unwrap_or_default();
    let text = format!("{VARIABLE}={}", BASE64.encode(packed));
    if text.len() < LIMIT {
        return Ok(text);
    }
    Err(Error::Host {
        what: format!(
            "the configuration of `{machine}` has {} bytes even when compressed; Linux passes no more than {} to a container",
            text.len() - VARIABLE.len() - 1,
            LIMIT - VARIABLE.len() - 2
        ),
        hint: "shorten the patches; manifests can be applied with `ksail workload apply` instead of `inlineManifests`",
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let text = variable("a", "machine: {}\n").unwrap();
        let packed = BASE64
            .decode(text.strip_prefix("USERDATA=").unwrap())
            .unwrap();
        let mut config = String::new();
        GzDecoder::new(packed.as_slice())
            .read_to_string(&mut config)
            .unwrap();
        assert_eq!(config, "machine: {}\n");
    }

    #[test]
    fn what_linux_would_not_pass_on_is_refused() {
        // Not compressible: a sequence of squares modulo a prime, in letters.
        let noise = |length: u64| -> String {
            let letters: Vec<char> = ('!'..='~').collect();
            let mut state = 1_u64;
            let mut next = || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                letters[usize::try_from(state >> 40).unwrap() % letters.len()]
            };
            (0..length).map(|_| next()).collect()
        };
        assert!(variable("a", &noise(90_000)).is_ok());
        let error = variable("a", &noise(140_000)).unwrap_err().to_string();
        assert!(
            error.starts_with("the configuration of `a` has "),
            "{error}"
        );
        assert!(error.contains("no more than 131062"), "{error}");
    }
}
