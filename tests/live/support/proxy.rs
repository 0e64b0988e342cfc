//! Between ksail and the Engine: notes every request, and can die at one of them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::engine_socket;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// `GET`, `POST`, …
    pub(crate) method: String,
    /// Path and query without the API version.
    pub(crate) path: String,
}

impl Call {
    /// Follows a log or the Engine's events: one request however long it takes.
    pub(crate) fn is_stream(&self) -> bool {
        self.path.starts_with("/events")
            || (self.path.contains("/logs?") && self.path.contains("follow=true"))
    }

    /// Creates a container.
    pub(crate) fn is_create(&self) -> bool {
        self.method == "POST" && self.path.starts_with("/containers/create")
    }

    /// Starts a container.
    pub(crate) fn is_start(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/start")
    }
}

type Fatal = Box<dyn Fn(&Call) -> bool + Send>;

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    open: Vec<UnixStream>,
    fatal: Option<Fatal>,
    dead: bool,
}

/// A unix socket that leads to the Engine.
pub(crate) struct Proxy {
    socket: PathBuf,
    state: Arc<Mutex<State>>,
    _folder: TempDir,
}

impl Proxy {
    /// Passes everything on.
    pub(crate) fn start() -> Self {
        Self::with(None)
    }

    /// Dies, with all connections, at the first request that `fatal` picks; the request is not passed on.
    pub(crate) fn dies_at(fatal: impl Fn(&Call) -> bool + Send + 'static) -> Self {
        Self::with(Some(Box::new(fatal)))
    }

    fn with(fatal: Option<Fatal>) -> Self {
        let folder = TempDir::with_prefix("ksail-live").unwrap();
        let socket = folder.path().join("engine.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let state = Arc::new(Mutex::new(State {
            fatal,
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        let own = socket.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (shared, own) = (Arc::clone(&shared), own.clone());
                // Either side may hang up at any time; that is the connection's end and nobody's failure.
                std::thread::spawn(move || drop(connection(&client, &shared, &own)));
            }
        });
        Self {
            socket,
            state,
            _folder: folder,
        }
    }

    /// Where it listens.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Requests since the last time this was asked, in the order of their arrival.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }
}

fn connection(client: &UnixStream, state: &Mutex<State>, socket: &Path) -> io::Result<()> {
    let mut engine = UnixStream::connect(engine_socket())?;
    {
        let mut state = state.lock().unwrap();
        if state.dead {
            return Ok(());
        }
        state
            .open
            .extend([client.try_clone()?, engine.try_clone()?]);
    }
    let (mut answers, mut back) = (engine.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        drop(io::copy(&mut answers, &mut back));
        drop(back.shutdown(Shutdown::Both));
    });
    let mut requests = BufReader::new(client.try_clone()?);
    while let Some(head) = Head::read(&mut requests)? {
        if !note(&head.call, state, socket) {
            return Ok(());
        }
        engine.write_all(&head.bytes)?;
        match head.body {
            Body::Length(length) => {
                io::copy(&mut requests.by_ref().take(length), &mut engine)?;
            }
            Body::Chunks => chunks(&mut requests, &mut engine)?,
            Body::Unbounded => {
                io::copy(&mut requests, &mut engine)?;
            }
        }
    }
    engine.shutdown(Shutdown::Write)
}

/// Writes the call down; `false` if this was the last one.
fn note(call: &Call, state: &Mutex<State>, socket: &Path) -> bool {
    let mut state = state.lock().unwrap();
    state.calls.push(call.clone());
    if state.fatal.as_ref().is_some_and(|fatal| fatal(call)) {
        state.dead = true;
        drop(std::fs::remove_file(socket));
        for stream in state.open.drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
    !state.dead
}

enum Body {
    Length(u64),
    Chunks,
    /// The connection has left HTTP.
    Unbounded,
}

struct Head {
    bytes: Vec<u8>,
    call: Call,
    body: Body,
}

impl Head {
    fn read(requests: &mut impl BufRead) -> io::Result<Option<Self>> {
        let (mut bytes, mut text) = (Vec::new(), String::new());
        while !bytes.ends_with(b"\r\n\r\n") {
            if requests.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
        }
        text.push_str(&String::from_utf8_lossy(&bytes));
        let mut lines = text.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, path) = (word(), word());
        let mut body = Body::Length(0);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => body = Body::Length(value.parse().unwrap()),
                "transfer-encoding" => body = Body::Chunks,
                "upgrade" => body = Body::Unbounded,
                _ => {}
            }
        }
        let call = Call {
            method,
            path: unversioned(&path).to_owned(),
        };
        Ok(Some(Self { bytes, call, body }))
    }
}

/// The path without `/v1.41` in front.
fn unversioned(path: &str) -> &str {
    match path.strip_prefix("/v1.") {
        Some(rest) => rest.find('/').map_or(path, |slash| &rest[slash..]),
        None => path,
    }
}

fn chunks(requests: &mut impl BufRead, engine: &mut impl Write) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        requests.read_until(b'\n', &mut line)?;
        engine.write_all(&line)?;
        let digits = String::from_utf8_lossy(&line);
        let length = u64::from_str_radix(digits.trim(), 16).unwrap_or(0);
        // Two more bytes end the chunk; after the last one they end the body.
        io::copy(&mut requests.by_ref().take(length + 2), engine)?;
        if length == 0 {
            return Ok(());
        }
    }
}
