//! A registry of the distribution project, as Debian ships it, for one test.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::eventually;

/// User and password of a closed registry.
pub(crate) const USER: &str = "me";
pub(crate) const PASSWORD: &str = "pa:ss wörd";
/// The password as `htpasswd -B` writes it.
const HASH: &str = "$2b$04$Tp2tl92hhZYroH23NQzmiuiNBrq5oK9DjWktTALZEfxUb7CkkbyUu";

/// A running registry on this machine; gone when dropped, with all it holds.
pub(crate) struct Registry {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    _folder: TempDir,
}

impl Registry {
    /// One that everybody may push to, without TLS.
    pub(crate) fn open() -> Self {
        Self::start(|_| String::new())
    }

    /// One that wants a password, with TLS: certificate and key as PEM.
    pub(crate) fn closed(certificate: &str, key: &str) -> Self {
        Self::start(|folder| {
            let path = |name: &str| folder.join(name).display().to_string();
            std::fs::write(path("users"), format!("{USER}:{HASH}\n")).unwrap();
            std::fs::write(path("tls.crt"), certificate).unwrap();
            std::fs::write(path("tls.key"), key).unwrap();
            format!(
                "  tls: {{certificate: {}, key: {}}}\nauth: {{htpasswd: {{realm: closed, path: {}}}}}\n",
                path("tls.crt"),
                path("tls.key"),
                path("users")
            )
        })
    }

    fn start(more: impl Fn(&Path) -> String) -> Self {
        let folder = TempDir::with_prefix("ksail-registry").unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = free.local_addr().unwrap().to_string();
        drop(free);
        let configuration = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp:\n  addr: {host}\n{}",
            folder.path().join("data").display(),
            more(folder.path())
        );
        let file = folder.path().join("registry.yml");
        std::fs::write(&file, configuration).unwrap();
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect(
                "there is no docker-registry: run testbed/peers.sh, or install Debian's package",
            );
        let registry = Self {
            child,
            host,
            _folder: folder,
        };
        eventually(Duration::from_secs(20), || {
            std::net::TcpStream::connect(&registry.host).map_err(|error| error.to_string())
        });
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
