//! Turns what the client library reports into our errors. The Engine has few machine-readable codes, so the cases that
//! matter are recognised by their text, which is stable from Engine 20.10 to 29.

use bollard::errors::Error as Client;

use super::error::{Cause, Error};

/// What a failed call was about: the words for messages and the name that typed errors carry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    /// What was tried, e.g. `create the container`.
    pub(super) verb: &'a str,
    /// Its object, e.g. a container name. May be empty.
    pub(super) object: &'a str,
}

impl Call<'_> {
    pub(super) fn action(&self) -> String {
        if self.object.is_empty() {
            self.verb.to_owned()
        } else {
            format!("{} `{}`", self.verb, self.object)
        }
    }

    pub(super) fn failed(&self, error: Client) -> Error {
        let action = self.action();
        match error {
            Client::DockerResponseServerError {
                status_code,
                message,
            } => self.refused(status_code, message),
            Client::DockerStreamError { error } => self.refused(0, error),
            Client::RequestTimeoutError => Error::Silent { action },
            Client::JsonDataError { .. }
            | Client::JsonSerdeError { .. }
            | Client::StrParseError { .. }
            | Client::APIVersionParseError {} => Error::Protocol {
                action,
                source: cause(&error),
            },
            other => Error::Disconnected {
                action,
                source: cause(&other),
            },
        }
    }

    fn refused(&self, status: u16, message: String) -> Error {
        let text = message.to_lowercase();
        let has = |part: &str| text.contains(part);
        let name = self.object.to_owned();
        if has("port is already allocated")
            || has("bind: address already in use")
            || (has("port") && has("address already in use"))
            || has("ports are not available")
        {
            return Error::PortAllocated {
                port: host_port(&message),
                message,
            };
        }
        if has("no such image") {
            return Error::NoSuchImage {
                reference: image(&message).unwrap_or(name),
            };
        }
        if has("pool overlaps") || has("networks have overlapping") {
            return Error::PoolOverlap { name, message };
        }
        if has("non-overlapping ipv4") || has("fully subnetted") {
            return Error::PoolsExhausted { name, message };
        }
        if self.verb == CREATE_NETWORK && (has("ipv6") || has("ip6tables")) {
            return Error::Ipv6Unavailable { name, message };
        }
        if status == 409 && (has("is already in use by") || has("already exists")) {
            return Error::NameConflict { name, message };
        }
        let action = self.action();
        if status == 404 {
            Error::NotFound { action, message }
        } else {
            Error::Engine {
                action,
                status,
                message,
            }
        }
    }
}

/// What the transport says. Some errors of the library show themselves as their source, which hides its type.
pub(super) fn cause(error: &Client) -> Cause {
    match error {
        Client::IOError { err } => Cause::innermost(err),
        Client::HyperResponseError { err } => Cause::innermost(err),
        other => Cause::innermost(other),
    }
}

/// The one verb whose IPv6 errors callers handle.
pub(super) const CREATE_NETWORK: &str = "create the network";

/// The first `address:port` of a message such as `Bind for 127.0.0.1:6443 failed: port is already allocated`.
fn host_port(message: &str) -> Option<String> {
    message.split_whitespace().find_map(|word| {
        let word = word.trim_end_matches([':', ',', '.', ')']);
        if let Some((host, rest)) = word.strip_prefix('[').and_then(|w| w.split_once("]:")) {
            let port: u16 = leading_number(rest)?;
            return Some(format!("[{host}]:{port}"));
        }
        // IPv4, possibly followed by the container's side: `0.0.0.0:80:172.17.0.2:80/tcp`.
        let mut parts = word.split(':');
        if let (Some(host), Some(port)) = (parts.next(), parts.next())
            && host.parse::<std::net::Ipv4Addr>().is_ok()
        {
            let port: u16 = leading_number(port)?;
            return Some(format!("{host}:{port}"));
        }
        let (host, port) = word.rsplit_once(':')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        Some(format!("[{host}]:{}", port.parse::<u16>().ok()?))
    })
}

fn leading_number(text: &str) -> Option<u16> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The reference in `No such image: kindest/node:v1.36.3`.
fn image(message: &str) -> Option<String> {
    let at = message.to_lowercase().find("no such image: ")? + "no such image: ".len();
    let reference = message.get(at..)?.split_whitespace().next()?;
    Some(reference.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(verb: &'static str, status: u16, message: &str) -> Error {
        let call = Call { verb, object: "x" };
        call.refused(status, message.to_owned())
    }

    #[test]
    fn taken_ports_are_named_in_all_their_spellings() {
        let cases = [
            (
                "driver failed programming external connectivity on endpoint kind-control-plane (8f): Bind for 127.0.0.1:6443 failed: port is already allocated",
                Some("127.0.0.1:6443"),
            ),
            (
                "failed to set up container networking: driver failed programming external connectivity on endpoint n (c0): Bind for :::80 failed: port is already allocated",
                Some("[::]:80"),
            ),
            (
                "driver failed programming external connectivity on endpoint n (9): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
                Some("0.0.0.0:80"),
            ),
            (
                "failed to bind host port for 0.0.0.0:80:172.17.0.2:80/tcp: address already in use",
                Some("0.0.0.0:80"),
            ),
            (
                "listen tcp6 [::1]:6443: bind: address already in use",
                Some("[::1]:6443"),
            ),
            ("port is already allocated", None),
        ];
        for (message, expected) in cases {
            match refused("start the container", 500, message) {
                Error::PortAllocated { port, .. } => {
                    assert_eq!(port.as_deref(), expected, "{message}");
                }
                other => panic!("{message}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_taken_address_of_a_network_is_no_port() {
        let error = refused("start the container", 403, "Address already in use");
        assert!(matches!(error, Error::Engine { .. }), "{error:?}");
    }

    #[test]
    fn refusals_callers_decide_on_are_typed() {
        let taken = r#"Conflict. The container name "/x" is already in use by container "9f". You have to remove (or rename) that container to be able to reuse that name."#;
        assert!(matches!(
            refused("create the container", 409, taken),
            Error::NameConflict { name, .. } if name == "x"
        ));
        assert!(matches!(
            refused("create the container", 404, "No such image: kindest/node:v9"),
            Error::NoSuchImage { reference } if reference == "kindest/node:v9"
        ));
        assert!(matches!(
            refused(
                CREATE_NETWORK,
                403,
                "Pool overlaps with other one on this address space"
            ),
            Error::PoolOverlap { .. }
        ));
        assert!(matches!(
            refused(
                CREATE_NETWORK,
                500,
                "Cannot read IPv6 setup for bridge br-1"
            ),
            Error::Ipv6Unavailable { .. }
        ));
        assert!(matches!(
            refused(
                CREATE_NETWORK,
                404,
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"
            ),
            Error::PoolsExhausted { .. }
        ));
        assert!(matches!(
            refused("start the container", 404, "No such container: x"),
            Error::NotFound { .. }
        ));
    }
}
