//! What ksail configures machines with, judged by the machinery of every version of Talos.

use ksail::cluster::distribution::Role;
use ksail::cluster::talos::Base;
use ksail::config::talos::{Mirror, TalosVersion};

use super::config::run;
use super::formats::bundle;

#[test]
#[ignore = "needs talosctl (testbed/peers.sh)"]
fn every_version_takes_our_configuration() {
    let secrets = bundle();
    let mirrors = [Mirror {
        registry: "*".into(),
        url: "http://10.5.0.1:5000".into(),
    }];
    let shapes = [(1, 0), (1, 1), (3, 2)];
    for version in ["1.9", "1.10", "1.11", "1.12", "1.13", "1.14"] {
        let talos = TalosVersion::of_tag(version);
        let kubernetes = format!("1.{}.0", talos.kubernetes().1);
        let mut input = Vec::new();
        for (control_planes, workers) in shapes {
            for (kubernetes, cgroup_v1) in [(None, false), (Some(kubernetes.as_str()), true)] {
                let base = Base {
                    cluster: "dev",
                    secrets: &secrets,
                    endpoint: [10, 5, 0, 2].into(),
                    control_planes,
                    workers,
                    version: talos,
                    kubernetes,
                    cgroup_v1,
                    mirrors: if cgroup_v1 { &mirrors } else { &[] },
                };
                for role in [Role::ControlPlane, Role::Worker] {
                    input.push(ksail::yaml::to_yaml(&base.document(role)));
                }
            }
        }
        let program = format!("schema-{version}");
        let verdicts = run(&program, ["validate"], &input.join("\n====\n")).unwrap();
        let verdicts: Vec<&str> = verdicts.lines().collect();
        assert_eq!(verdicts, vec!["yes"; input.len()], "Talos {version}");
    }
}
