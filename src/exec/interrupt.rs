//! Ctrl-C and SIGTERM: the first asks everything to stop in good order, the second stops at once.

use tokio_util::sync::CancellationToken;

/// The two tokens an interrupted run obeys.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    /// Cancelled by the first signal: stop waiting, tear down, report.
    pub stop: CancellationToken,
    /// Cancelled by the second signal: return now, leave the rest to `delete`.
    pub force: CancellationToken,
}

impl Interrupt {
    /// Runs `work` while listening for signals. `None` means that a second signal cut it off.
    pub async fn guard<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let listen = async {
            signal().await;
            self.stop.cancel();
            signal().await;
            self.force.cancel();
        };
        tokio::pin!(work, listen);
        tokio::select! {
            biased;
            done = &mut work => Some(done),
            () = &mut listen => None,
        }
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (interrupt, terminate) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
