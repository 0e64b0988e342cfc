//! What is made of a node's whole log after its death.

use super::cluster;
use crate::cluster::console::Console;

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn a_death_is_explained_by_the_words_before_it() {
    let cluster = cluster("token: geheim\n");
    let shutdown = r#"level=info msg="Shutdown request received: kubelet exited: cgroup v1""#;
    let (console, stuck) = Console::read(&lines(&["k3s is up", shutdown]), &cluster);
    assert_eq!(stuck.as_deref(), Some("its kubelet refuses cgroup v1"));
    assert_eq!(console.tail(), ["k3s is up", shutdown]);
    let (_, stuck) = Console::read(&lines(&["Killed"]), &cluster);
    assert_eq!(stuck, None);
}

#[test]
fn the_token_is_not_quoted() {
    let cluster = cluster("token: geheim\n");
    let fatal = r#"level=fatal msg="invalid token K10ab::server:geheim""#;
    let (console, stuck) = Console::read(&lines(&[fatal]), &cluster);
    assert_eq!(stuck.unwrap(), "invalid token K10ab::server:***");
    assert!(console.tail().iter().all(|line| !line.contains("geheim")));
}
