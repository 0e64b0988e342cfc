//! The sampling profiler: from the start of the program to every way out of it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use pprof::{ProfilerGuard, ProfilerGuardBuilder};

use super::error::{Error, What};
use super::{VERSION, command, encode};
use crate::fsx;
use crate::text::Took;

/// Samples per second of CPU time. The timer behind them fires on the kernel's tick, and 250 Hz is the tick of most
/// kernels: a faster timer would not sample more, only be wrong about the time that each sample stands for.
const FREQUENCY: i32 = 250;
/// Code that must not be interrupted to walk the stack: the unwinder itself, and the kernel's page, which has no usable
/// unwind information on old kernels. Time in the C library stays visible: allocation is part of the picture.
const SKIPPED: [&str; 2] = ["libgcc", "vdso"];

/// The CPU profiler.
#[derive(Debug, Clone, Copy)]
pub struct Cpu;

impl Cpu {
    /// Opens the file and begins to sample all threads. A name that ends in `.svg` asks for a flame graph. `arguments`
    /// is the command line to mention in the profile; values of flags that may carry secrets are masked.
    pub fn start(path: &Path, arguments: &[String]) -> Result<Guard, Error> {
        let output =
            fsx::create(path).map_err(|source| Error::Unwritable(What::Profile, source))?;
        let profiler = ProfilerGuardBuilder::default()
            .frequency(FREQUENCY)
            .blocklist(&SKIPPED)
            .build()
            .map_err(Error::Start)?;
        Ok(Guard(Some(Running {
            profiler,
            output,
            path: path.to_owned(),
            command: command::shown(arguments),
            begun: Instant::now(),
        })))
    }
}

/// Samples while it lives. The profile is written by [`Guard::finish`], or when the guard is dropped on a way out that
/// nobody planned, a panic for one.
#[must_use = "the profile ends where the guard is dropped"]
pub struct Guard(Option<Running>);

struct Running {
    profiler: ProfilerGuard<'static>,
    output: fsx::Output,
    path: PathBuf,
    command: String,
    begun: Instant,
}

impl Guard {
    /// Stops sampling and writes the profile.
    pub fn finish(mut self) -> Result<(), Error> {
        self.0.take().map_or(Ok(()), Running::write)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            // There is nobody left to tell; whatever ended the program is worth more words than this.
            drop(running.write());
        }
    }
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guard")
    }
}

impl Running {
    fn write(self) -> Result<(), Error> {
        let took = Took(self.begun.elapsed());
        let report = self
            .profiler
            .report()
            .frames_post_processor(encode::only_ours)
            .build()
            .map_err(|error| Error::Encode(std::io::Error::other(error)))?;
        drop(self.profiler);
        let comments = [
            format!("command: {}", self.command),
            format!("version: {VERSION}"),
            format!("duration: {took}"),
        ];
        let graph = self
            .path
            .extension()
            .is_some_and(|extension| extension == "svg");
        let encoded = if graph {
            encode::flame_graph(&report, &comments)
        } else {
            encode::protobuf(&report, &comments)
        };
        self.output
            .write(&encoded.map_err(Error::Encode)?)
            .map_err(|source| Error::Write(What::Profile, source))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use pprof::protos::{Message, Profile};

    use super::*;

    #[inline(never)]
    fn burn_cycles(until: Instant) -> u64 {
        let mut number = 1_u64;
        while Instant::now() < until {
            for step in 0..10_000_u64 {
                number = std::hint::black_box(number.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ step);
            }
        }
        number
    }

    fn burn_on_two_threads() {
        let until = Instant::now() + Duration::from_millis(500);
        std::thread::scope(|scope| {
            for name in ["burner-one", "burner-two"] {
                let thread = std::thread::Builder::new().name(name.to_owned());
                thread
                    .spawn_scoped(scope, move || burn_cycles(until))
                    .unwrap();
            }
        });
    }

    /// One test for everything that samples: there is one profiler per process.
    #[test]
    fn profiles_name_our_functions_on_every_thread_and_way_out() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cpu.pprof");
        let arguments = ["ksail", "--token", "s3cret"].map(str::to_owned);
        let guard = Cpu::start(&path, &arguments).unwrap();
        burn_on_two_threads();
        guard.finish().unwrap();

        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(fsx::read(&path).unwrap().as_slice())
            .read_to_end(&mut bytes)
            .unwrap();
        let profile = Profile::decode(bytes.as_slice()).unwrap();
        let comments: Vec<&str> = profile
            .comment
            .iter()
            .map(|at| profile.string_table[usize::try_from(*at).unwrap()].as_str())
            .collect();
        assert_eq!(comments[0], "command: ksail --token [redacted]");
        assert!(comments[2].starts_with("duration: "));
        for name in ["burn_cycles", "burner-one", "burner-two"] {
            assert!(
                profile.string_table.iter().any(|text| text.ends_with(name)),
                "{name}"
            );
        }

        let svg = directory.path().join("cpu.svg");
        let unwound = std::panic::catch_unwind(|| {
            let _guard = Cpu::start(&svg, &[]).unwrap();
            burn_on_two_threads();
            panic!("on purpose");
        });
        assert!(unwound.is_err());
        assert!(fsx::read_to_string(&svg).unwrap().contains("burn_cycles"));

        let idle = directory.path().join("idle.svg");
        Cpu::start(&idle, &[]).unwrap().finish().unwrap();
        assert!(fsx::read_to_string(&idle).unwrap().starts_with('<'));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_refused_before_any_work() {
        let error = Cpu::start(Path::new("/nonexistent/cpu.pprof"), &[]).unwrap_err();
        assert!(matches!(error, Error::Unwritable(..)), "{error:?}");
    }
}
