//! URIs, as the first line of a request may have them: absolute, or a path from the root.

/// What a host may contain besides letters and digits.
const HOST: &[u8] = b"-_.~!$&'()*+,;=:[]<>\"";
/// What user and password may contain besides letters and digits.
const USER: &[u8] = b"-._:~!$&'()*+,;=%@";

/// Whether Go's `url.ParseRequestURI` reads it. It is generous: spaces and `#` are part of the path.
pub(super) fn is_request_uri(text: &str) -> bool {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return false;
    }
    if text == "*" {
        return true;
    }
    let Ok((scheme, rest)) = scheme(text) else {
        return false;
    };
    let rest = rest.split_once('?').map_or(rest, |(path, _)| path);
    if !rest.starts_with('/') {
        return scheme.is_some();
    }
    let path = match rest.strip_prefix("//") {
        Some(after) if scheme.is_some() => {
            let end = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at(end);
            if !is_authority(authority) {
                return false;
            }
            path
        }
        _ => rest,
    };
    has_whole_escapes(path)
}

/// The scheme and what follows it; an error if a colon comes first.
fn scheme(text: &str) -> Result<(Option<&str>, &str), ()> {
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if index > 0 => {}
            b':' if index == 0 => return Err(()),
            b':' => return Ok((Some(&text[..index]), &text[index + 1..])),
            _ => break,
        }
    }
    Ok((None, text))
}

/// `user:password@host:port`.
fn is_authority(text: &str) -> bool {
    let (user, host) = match text.rsplit_once('@') {
        Some((user, host)) => (user, host),
        None => ("", text),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || USER.contains(&byte);
    user.bytes().all(plain) && has_whole_escapes(user) && is_host(host)
}

fn is_host(text: &str) -> bool {
    if let Some(literal) = text.strip_prefix('[') {
        let Some((address, port)) = literal.rsplit_once(']') else {
            return false;
        };
        // A zone is written after an escaped percent sign.
        let (address, zone) = match address.split_once("%25") {
            Some((address, zone)) => (address, Some(zone)),
            None => (address, None),
        };
        return is_port(port)
            && address.parse::<std::net::Ipv6Addr>().is_ok()
            && zone.is_none_or(has_whole_escapes);
    }
    let port = text.rfind(':').map_or("", |colon| &text[colon..]);
    // Letters of other alphabets may be escaped, those of ASCII may not.
    let escaped = text.match_indices('%').all(|(at, _)| {
        let code = text.get(at + 1..at + 3);
        code.is_some_and(|code| {
            u8::from_str_radix(code, 16).is_ok_and(|byte| byte >= 0x80) || code == "25"
        })
    });
    let plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte >= 0x80 || byte == b'%' || HOST.contains(&byte)
    };
    is_port(port) && escaped && has_whole_escapes(text) && text.bytes().all(plain)
}

/// Nothing, or a colon and maybe digits.
fn is_port(text: &str) -> bool {
    let digits = text.strip_prefix(':');
    text.is_empty() || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Every percent sign has two hexadecimal digits behind it.
fn has_whole_escapes(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, byte)| {
        let code = bytes.get(at + 1..at + 3);
        *byte != b'%' || code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    })
}
