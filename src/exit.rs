//! Every exit code of `ksail`. `docs/reference/exit-codes.md` is generated from [`Exit::ALL`].

/// How a run of `ksail` ended, as seen by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// Something failed after work had begun.
    Failed = 1,
    /// A comparison found differences, or a look found objects that are not ready (`--exit-code`).
    Drift = 2,
    /// A deadline passed while waiting.
    TimedOut = 4,
    /// Wrong usage or configuration; nothing was touched.
    Usage = 64,
    /// The user interrupted the run.
    Interrupted = 130,
}

impl Exit {
    /// All codes in ascending order, with the sentence that documents them.
    pub const ALL: [(Exit, &'static str); 6] = [
        (Exit::Done, "done"),
        (
            Exit::Failed,
            "failed; the error on stderr says what and where",
        ),
        (
            Exit::Drift,
            "`--exit-code` was given, and there are differences (`diff`) or objects that are not ready (`status`)",
        ),
        (
            Exit::TimedOut,
            "timed out while waiting; what was created stays unless the message says otherwise",
        ),
        (
            Exit::Usage,
            "wrong usage or configuration; nothing was touched",
        ),
        (Exit::Interrupted, "interrupted by the user"),
    ];

    /// The numeric code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
