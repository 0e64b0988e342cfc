//! `ksail workload gen` makes the objects that `kubectl create --dry-run=client` makes, flag by flag.

use serde_json::Value;

use crate::support::shared::{CONTEXT, Tenant};
use crate::support::world::World;

/// Arguments that both understand, with `--` where the command of a container begins.
const ALIKE: &[&[&str]] = &[
    &["namespace", "demo"],
    &["ns", "n"],
    &["serviceaccount", "a", "-n", "demo"],
    &["deployment", "web", "--image=nginx:1"],
    &[
        "deployment",
        "web",
        "--image=a/b:1,c@sha256:00",
        "--port=80",
        "-r",
        "3",
        "-n",
        "demo",
    ],
    &[
        "deployment",
        "web",
        "--image=r.io:5000/x/y",
        "--replicas=0",
        "--",
        "run",
        "yes",
        "--flag",
    ],
    &["job", "j", "--image=i"],
    &[
        "job",
        "j",
        "--image=i:2",
        "-n",
        "demo",
        "--",
        "sh",
        "-c",
        "a && b",
    ],
    &["cronjob", "c", "--image=i", "--schedule=*/5 * * * *"],
    &[
        "cj",
        "c",
        "--image=i",
        "--schedule=@daily",
        "--restart=Never",
        "--",
        "x",
    ],
    &["service", "clusterip", "s", "--tcp=80:http", "--tcp=443"],
    &[
        "service",
        "clusterip",
        "s",
        "--tcp=80:8080,81:web",
        "-n",
        "demo",
    ],
    &["service", "clusterip", "s", "--clusterip=None"],
    &[
        "service",
        "clusterip",
        "s",
        "--clusterip=10.0.0.1",
        "--tcp=80",
    ],
    &["service", "nodeport", "s", "--tcp=80", "--node-port=30080"],
    &["service", "loadbalancer", "s", "--tcp=80:8080"],
    &[
        "service",
        "externalname",
        "s",
        "--external-name=a.example.com",
    ],
    &[
        "ingress",
        "i",
        "--rule=a.b/x*=s:80,tls=one",
        "--rule=a.b/=s:http",
        "--rule=c.d/=s:1,tls",
    ],
    &[
        "ingress",
        "i",
        "--rule=/y=s:80",
        "--class=c",
        "--default-backend=d:80",
        "--annotation=a.b/c=d=e",
    ],
    &[
        "ingress",
        "i",
        "--rule=a.b/x=s:80,tls=one",
        "--rule=c.d/y=s:80,tls=one",
        "--rule=a.b/z=s:80,tls=two",
    ],
    &[
        "poddisruptionbudget",
        "p",
        "--selector=a=b,c==d",
        "--min-available=50%",
    ],
    &[
        "pdb",
        "p",
        "--selector=z in (y,x),a=b,!f, g ,j notin (k)",
        "--max-unavailable=1",
    ],
    &["priorityclass", "p", "--value=5"],
    &[
        "priorityclass",
        "p",
        "--value=-5",
        "--global-default=true",
        "--description=d e",
        "--preemption-policy=Never",
    ],
    &["quota", "q"],
    &[
        "quota",
        "q",
        "--hard=cpu=1000m,memory=1024Mi,pods=0.5,a=1e3,b=1500Ki,c=100n",
        "--scopes=A,B",
    ],
    &[
        "quota",
        "q",
        "--hard=a=0.1n,b=1e-3,c=12e6,d=1.5Gi,e=1000Ki,f=5E2,g=1E,h=0,i=-1500m,j=2000,k=999Gi",
    ],
    &[
        "rolebinding",
        "r",
        "--role=x",
        "--user=u",
        "--user=v",
        "--group=g",
        "--serviceaccount=a:b",
    ],
    &["rolebinding", "r", "--clusterrole=x", "-n", "demo"],
    &[
        "clusterrolebinding",
        "r",
        "--clusterrole=x",
        "--group=system:masters",
    ],
    &["clusterrole", "r", "--aggregation-rule=a=b,c=d"],
    &[
        "clusterrole",
        "r",
        "--verb=get,post",
        "--non-resource-url=/x,/y/*",
    ],
    &["configmap", "c"],
    &[
        "configmap",
        "c",
        "--from-literal=a=b=c",
        "--from-literal=d=yes",
        "--append-hash",
    ],
    &[
        "cm",
        "c",
        "--from-file=files",
        "--from-file=z=files/text",
        "-n",
        "demo",
    ],
    &["cm", "c", "--from-file=files", "--append-hash"],
    &["cm", "c", "--from-env-file=x.env"],
    &["secret", "generic", "s"],
    &[
        "secret",
        "generic",
        "s",
        "--from-literal=a=b",
        "--type=x/y",
        "--append-hash",
    ],
    &[
        "secret",
        "generic",
        "s",
        "--from-file=files",
        "--from-literal=z=<&>",
    ],
    &["secret", "generic", "s", "--from-env-file=x.env"],
    &[
        "secret",
        "docker-registry",
        "d",
        "--docker-username=u",
        "--docker-password=p<&>\"",
        "--docker-server=https://x",
    ],
    &[
        "secret",
        "docker-registry",
        "d",
        "--docker-username=u",
        "--docker-password=p",
        "--docker-server=x",
        "--docker-email=e@f",
        "--append-hash",
    ],
    &[
        "secret",
        "docker-registry",
        "d",
        "--from-file=.dockerconfigjson=files/text",
    ],
    &[
        "secret",
        "tls",
        "t",
        "--cert=tls.crt",
        "--key=tls.key",
        "--append-hash",
    ],
];

/// What kubectl asks the API server for: groups of resources.
const WITH_RESOURCES: &[&[&str]] = &[
    &["role", "r", "--verb=get,list", "--resource=pods,deploy,svc"],
    &["role", "r", "--verb=*", "--resource=*"],
    &[
        "role",
        "r",
        "--verb=get",
        "--verb=get",
        "--resource=pods/log,jobs.batch,pods",
        "--resource-name=a",
        "--resource-name=b",
    ],
    &[
        "role",
        "r",
        "--verb=get",
        "--resource=ingress,netpol,hpa,pdb,cm,sa,quota,limits,cj,sts,ds,rs,pvc,ep,rolebindings",
    ],
    &[
        "clusterrole",
        "r",
        "--verb=get",
        "--resource=nodes,pv,sc,crd,csr,pc,ns,apiservices,leases,endpointslices",
    ],
    &[
        "clusterrole",
        "r",
        "--verb=get",
        "--resource=pods",
        "--non-resource-url=/metrics",
    ],
    &["clusterrole", "r", "--verb=bind", "--resource=clusterroles"],
];

#[test]
#[ignore = "needs kubectl (make testbed)"]
fn manifests_are_those_of_kubectl() {
    let world = World::new();
    world.file("files/text", "one\ntwo\n");
    world.file("files/empty", "");
    std::fs::write(world.path("files/binary"), b"\xff\xfe\x00").unwrap();
    world.file(
        "x.env",
        "\u{feff}A=1\n# comment\n\n  B=2=3 \nHOME\nNOWHERE_AT_ALL\n",
    );
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["x.y".to_owned()]).unwrap();
    world.file("tls.crt", &certificate.self_signed(&key).unwrap().pem());
    world.file("tls.key", &key.serialize_pem());
    for arguments in ALIKE {
        assert_same(&world, arguments, &[]);
    }
}

#[test]
#[ignore = "needs docker (make testbed)"]
fn roles_are_those_of_kubectl_with_a_cluster_to_ask() {
    let tenant = Tenant::claim("generate");
    for arguments in WITH_RESOURCES {
        assert_same(&tenant.world, arguments, &["--context", CONTEXT]);
    }
}

#[track_caller]
fn assert_same(world: &World, arguments: &[&str], for_kubectl: &[&str]) {
    let end = arguments.iter().position(|argument| *argument == "--");
    let (flags, command) = arguments.split_at(end.unwrap_or(arguments.len()));
    let ours = world
        .ksail([&["workload", "gen"][..], arguments].concat())
        .expect(0);
    // kubectl reads our YAML; both are compared as what it makes of them.
    let dry = ["--dry-run=client", "--output=json"];
    let theirs = world
        .kubectl([&["create"][..], flags, &dry, for_kubectl, command].concat())
        .expect(0)
        .json();
    let path = world.file("ours.yaml", &ours.stdout);
    let read = ["create", "--filename", &path, "--validate=false"];
    let json: Value = world
        .ksail([&["workload", "gen", "-o", "json"][..], arguments].concat())
        .expect(0)
        .json();
    assert_eq!(json, theirs, "{arguments:?}\n{}", ours.stdout);
    if !for_kubectl.is_empty() {
        let read = world
            .kubectl([&read[..], &dry, for_kubectl].concat())
            .expect(0)
            .json();
        assert_eq!(
            without_defaults(read),
            without_defaults(theirs),
            "{arguments:?}"
        );
    }
}

/// What a dry run of a file adds: the namespace of the context.
fn without_defaults(mut object: Value) -> Value {
    object["metadata"]
        .as_object_mut()
        .unwrap()
        .remove("namespace");
    object
}
