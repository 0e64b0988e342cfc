//! Where `ksail workload push` pushes to, and what.

use std::path::PathBuf;

use crate::cli::workload::{Push, Sources};
use crate::oci::{self, Reference};
use crate::workload::Error;

/// Tag of an address without one, as everywhere.
const LATEST: &str = "latest";

/// The address, and what to push, in either order.
pub(super) fn arguments(args: &Push) -> Result<(&str, Sources), oci::Error> {
    let is_address = |argument: &&String| argument.starts_with("oci://");
    let address = args.arguments.iter().find(is_address);
    let mut path = args
        .arguments
        .iter()
        .filter(|argument| !is_address(argument));
    let (first, second) = (path.next(), path.next());
    match (address, first, second) {
        (Some(address), None, _) => Ok((address, sources(args, None))),
        (Some(address), Some(path), None)
            if args.filenames.is_empty() && args.kustomize.is_none() =>
        {
            Ok((address, sources(args, Some(path.into()))))
        }
        (Some(_), Some(path), _) => Err(oci::Error::Reference {
            given: path.clone(),
            why: "a flag names already what to push",
        }),
        (None, first, second) => Err(oci::Error::Reference {
            given: second.or(first).cloned().unwrap_or_default(),
            why: "it does not begin with `oci://`",
        }),
    }
}

fn sources(args: &Push, path: Option<PathBuf>) -> Sources {
    Sources {
        filenames: args.filenames.clone(),
        path,
        kustomize: args.kustomize.clone(),
        building: args.building.clone(),
    }
}

/// That of the address first, then the others; each once.
pub(super) fn tags(args: &Push, reference: &Reference) -> Result<Vec<String>, Error> {
    let of_address = reference.tag.clone();
    let default = (of_address.is_none() && args.tags.is_empty()).then(|| LATEST.to_owned());
    let mut tags: Vec<String> = Vec::new();
    for tag in of_address
        .into_iter()
        .chain(args.tags.iter().cloned())
        .chain(default)
    {
        if !oci::reference::is_tag(&tag) {
            return Err(Error::Registry(oci::Error::Reference {
                given: tag,
                why: oci::reference::TAG,
            }));
        }
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}
