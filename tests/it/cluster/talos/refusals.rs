//! What keeps a Talos cluster from being created, each refused before anything is.

use super::{changes, create, engine};
use crate::support::context::{Context, Run, ksail_snapshot};
use crate::support::talosapi::TalosApi;

/// A creation that is refused, whose patches of control planes are these.
#[track_caller]
fn refused(flags: &[&str], patch: &str) -> Run {
    let api = TalosApi::new();
    let context = Context::new()
        .engine(engine(&api))
        .file("talos/control-planes/a.yaml", patch)
        .file("patch.yaml", "machine:\n  bogus: true\n");
    let run = context.ksail(create(flags));
    assert_eq!(changes(&context), Vec::<String>::new(), "{}", run.raw());
    assert!(![Some(0), None].contains(&run.code), "{}", run.raw());
    run
}

fn flags(flags: &[&str]) -> Run {
    refused(flags, "")
}

#[test]
fn ranges_that_overlap() {
    ksail_snapshot!(flags(&["--subnet=10.244.7.0/24"]), @r"
    exit: 1
    ----- stderr
    error: the network's address range 10.244.7.0/24 overlaps 10.244.0.0/16, the one of pods
    hint: choose another for the network with `--subnet`, or others for pods and services with a patch of `cluster.network`
    ");
    ksail_snapshot!(flags(&["--subnet=10.96.0.0/16"]), @r"
    exit: 1
    ----- stderr
    error: the network's address range 10.96.0.0/16 overlaps 10.96.0.0/12, the one of services
    hint: choose another for the network with `--subnet`, or others for pods and services with a patch of `cluster.network`
    ");
    let patch = "cluster:\n  network:\n    podSubnets: [10.5.0.0/16]\n";
    ksail_snapshot!(refused(&[], patch), @r"
    exit: 1
    ----- stderr
    error: the network's address range 10.5.0.0/24 overlaps 10.5.0.0/16, the one of pods
    hint: choose another for the network with `--subnet`, or others for pods and services with a patch of `cluster.network`
    ");
    let patch = "cluster:\n  network:\n    serviceSubnets: [10.9.0.0/16]\n";
    ksail_snapshot!(refused(&["--subnet=10.9.1.0/24"], patch), @r"
    exit: 1
    ----- stderr
    error: the network's address range 10.9.1.0/24 overlaps 10.9.0.0/16, the one of services
    hint: choose another for the network with `--subnet`, or others for pods and services with a patch of `cluster.network`
    ");
}

#[test]
fn flags_that_say_nothing() {
    for flag in [
        "--subnet=10.0.0.0/33",
        "--subnet=fd00::/64",
        "--subnet=10.5.0.0/31",
        "--cpus-workers=two",
        "--memory-controlplanes=much",
        "--mtu=70000",
        "--host-ip=here",
        "--exposed-ports=80",
        "--mount=type=bind,target=/t",
        "--registry-mirror=docker.io",
        "--with-secrets=nowhere.yaml",
        "--config-patch=@nowhere.yaml",
        "--config-patch=@patch.yaml",
        "--config-patch-workers=[{\"op\": \"add\"}]",
        "--kubernetes-version=1.5.0",
    ] {
        let run = flags(&[flag, "--workers=1"]);
        let (name, _) = flag.split_once('=').unwrap();
        let at = [
            "nowhere.yaml",
            "patch.yaml",
            "machine.kubelet.image",
            "IPv4 range",
            name,
        ];
        assert!(at.iter().any(|at| run.stderr.contains(at)), "{}", run.raw());
    }
    ksail_snapshot!(flags(&["--subnet=fd00::/64"]), @r"
    exit: 64
    ----- stderr
    error: --subnet: `--subnet` is `fd00::/64`; machines need an IPv4 range with room for them, such as `10.5.0.0/24`
    ");
    ksail_snapshot!(flags(&["--subnet=10.5.0.0/31"]), @r"
    exit: 64
    ----- stderr
    error: --subnet: `--subnet` is `10.5.0.0/31`; machines need an IPv4 range with room for them, such as `10.5.0.0/24`
    ");
    ksail_snapshot!(flags(&["--config-patch=@nowhere.yaml"]), @r"
    exit: 1
    ----- stderr
    error: cannot read `[WORK]/nowhere.yaml`
      cause: No such file or directory (os error 2)
    ");
    ksail_snapshot!(flags(&["--config-patch=patch.yaml"]), @r"
    exit: 1
    ----- stderr
    error: [WORK]/patch.yaml:2:3: unknown field `machine.bogus`
    hint: what can stand here: `type`, `token`, `ca`, `acceptedCAs`, `certSANs`, `controlPlane`, `kubelet`, `pods`, `network`, `disks`, `install`, `files`, `env`, `time`, `sysctls`, `sysfs`, `registries`, `systemDiskEncryption`, `features`, `udev`, `logging`, `kernel`, `seccompProfiles`, `baseRuntimeSpecOverrides`, `nodeLabels`, `nodeAnnotations`, or `nodeTaints`
    ");
}

#[test]
fn flags_of_others() {
    let context = Context::new().engine(engine(&TalosApi::new()));
    for (distribution, flag) in [
        ("Talos", "--no-lb"),
        ("Talos", "--k3s-arg=--a@server:*"),
        ("Vanilla", "--subnet=10.5.0.0/24"),
        ("K3s", "--config-patch=a.yaml"),
        ("K3s", "--with-secrets=a.yaml"),
    ] {
        let run = context
            .ksail(["cluster", "create", "-d", distribution, flag])
            .expect(64);
        let name = flag.split('=').next().unwrap();
        assert!(run.stderr.contains(name), "{}", run.raw());
    }
    assert_eq!(context.docker().requests(), Vec::<String>::new());
}

#[test]
fn a_kernel_that_is_too_old() {
    let api = TalosApi::new();
    let image = "ghcr.io/siderolabs/talos:v1.14.0";
    let engine = engine(&api).image(image);
    let engine = engine.info(serde_json::json!({"KernelVersion": "6.1.0-44-amd64"}));
    let context = Context::new().engine(engine);
    let run = context.ksail(create(&[&format!("--image={image}")]));
    ksail_snapshot!(run, @r"
    exit: 1
    ----- stderr
    error: Talos 1.14 needs Linux 6.13 or newer, the Engine's host runs 6.1.0-44-amd64
    hint: use an older release, such as `--image ghcr.io/siderolabs/talos:v1.13.9`
    ");
    assert_eq!(changes(&context), Vec::<String>::new());
}
