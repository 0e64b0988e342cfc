//! When servers want to be asked again.

use super::*;

#[test]
fn servers_say_in_two_ways_when_to_come_back() {
    let headers = |retry: &str| {
        let pairs = [
            (header::RETRY_AFTER, retry),
            (header::DATE, "Sun, 06 Nov 1994 08:49:30 GMT"),
        ];
        pairs
            .map(|(name, value)| (name, value.parse().unwrap()))
            .into_iter()
            .collect::<HeaderMap>()
    };
    for (value, seconds) in [
        ("7", Some(7)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
        ("Sun, 06 Nov 1994 08:49:00 GMT", None),
        ("soon", None),
    ] {
        assert_eq!(
            retry_after(&headers(value)),
            seconds.map(Duration::from_secs),
            "{value}"
        );
    }
}
