//! Versions of Kubernetes, which nodes read off the tags of images.

use super::place::Place;
use crate::config::error::Error;
use crate::config::talos::version::{Role, TalosVersion};

/// Images that a node checks, on workers only the first.
const IMAGES: [[&str; 3]; 4] = [
    ["machine", "kubelet", "image"],
    ["cluster", "apiServer", "image"],
    ["cluster", "controllerManager", "image"],
    ["cluster", "scheduler", "image"],
];

pub(super) fn check(root: &Place<'_>, role: Role, talos: TalosVersion) -> Result<(), Error> {
    let count = match role {
        Role::ControlPlane => IMAGES.len(),
        Role::Worker => 1,
    };
    let (oldest, newest) = talos.kubernetes();
    for path in &IMAGES[..count] {
        let image = root.get(path);
        let Some(text) = image.text() else { continue };
        let minor = minor(text);
        let fits = minor.is_some_and(|minor| (oldest..=newest).contains(&minor));
        let why = format!(
            "must have a tag from `v1.{oldest}` to `v1.{newest}`: Talos {talos} runs no other Kubernetes"
        );
        image.refuse_if(!fits, &why)?;
    }
    Ok(())
}

/// The minor version of Kubernetes 1 that a tag names.
fn minor(image: &str) -> Option<u32> {
    let (_, version) = image.rsplit_once(":v1.")?;
    version.split(['.', '-', '@']).next()?.parse().ok()
}
