//! Samples → bytes of a file: the gzipped protobuf that `go tool pprof` reads, or a flame graph.

use std::io::{self, Write};
use std::time::SystemTime;

use flate2::Compression;
use flate2::write::GzEncoder;
use pprof::flamegraph::Options;
use pprof::protos::{Mapping, Message, Profile};
use pprof::{Frames, Report, Symbol};

/// Takes the profiler's own frames off the top of a stack, so that the time is counted where it was spent, and the
/// moment off the sample, so that equal stacks become one.
pub(super) fn only_ours(stack: &mut Frames) {
    let profiler = |symbols: &Vec<Symbol>| {
        symbols.iter().any(|symbol| {
            let name = symbol.name();
            name.contains("pprof::") || name.starts_with("backtrace::")
        })
    };
    let own = stack
        .frames
        .iter()
        .take_while(|frame| profiler(frame))
        .count();
    stack.frames.drain(..own);
    stack.sample_timestamp = SystemTime::UNIX_EPOCH;
}

/// A profile for `go tool pprof`, with these comments, compressed as Go compresses its own.
pub(super) fn protobuf(report: &Report, comments: &[String]) -> io::Result<Vec<u8>> {
    let mut profile: Profile = report.pprof().map_err(io::Error::other)?;
    for comment in comments {
        let at = text(&mut profile, comment)?;
        profile.comment.push(at);
    }
    // Says which program this is, and that its functions have names already, so that `pprof` does not look for the
    // binary.
    let filename = text(&mut profile, "ksail")?;
    profile.mapping.push(Mapping {
        id: 1,
        filename,
        has_functions: true,
        ..Mapping::default()
    });
    for location in &mut profile.location {
        location.mapping_id = 1;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&profile.encode_to_vec())?;
    gzip.finish()
}

/// Adds a text to the profile's table and returns its place there.
fn text(profile: &mut Profile, text: &str) -> io::Result<i64> {
    let at = i64::try_from(profile.string_table.len()).map_err(io::Error::other)?;
    profile.string_table.push(text.to_owned());
    Ok(at)
}

/// An interactive SVG with these comments below its title.
pub(super) fn flame_graph(report: &Report, comments: &[String]) -> io::Result<Vec<u8>> {
    let mut options = Options::default();
    "ksail CPU profile".clone_into(&mut options.title);
    options.subtitle = Some(comments.join(" · "));
    let mut svg = Vec::new();
    report
        .flamegraph_with_options(&mut svg, &mut options)
        .map_err(io::Error::other)?;
    if svg.is_empty() {
        svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="480" height="40"><text x="8" y="24">no samples: the command used almost no CPU time</text></svg>"#.to_vec();
    }
    Ok(svg)
}
