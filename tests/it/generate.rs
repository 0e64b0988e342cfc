//! `workload gen`: what goes in besides flags, and that equal flags give equal bytes. That the objects are those of
//! `kubectl create` is for the live tests.

use crate::support::context::{Context, Run, ksail_snapshot};

fn generate(context: &Context, arguments: &[&str]) -> Run {
    context.ksail(["workload", "gen"].iter().chain(arguments))
}

#[test]
fn manifests_read_well() {
    let context = Context::new();
    let arguments = [
        "deployment",
        "web",
        "--image=nginx:1.29",
        "--port=80",
        "-r",
        "2",
        "-n",
        "demo",
        "--",
        "run",
        "yes",
    ];
    let run = generate(&context, &arguments);
    ksail_snapshot!(run, @r#"
    exit: 0
    ----- stdout
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      namespace: demo
      labels:
        app: web
    spec:
      replicas: 2
      selector:
        matchLabels:
          app: web
      strategy: {}
      template:
        metadata:
          labels:
            app: web
        spec:
          containers:
          - name: nginx
            image: nginx:1.29
            command:
            - run
            - "yes"
            resources: {}
            ports:
            - containerPort: 80
    status: {}
    "#);
    assert_eq!(run.stdout, generate(&context, &arguments).stdout);
    let json = generate(&context, &["ns", "demo", "-o", "json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["metadata"]["name"], "demo");
}

#[test]
fn values_come_from_files_directories_and_variables() {
    let context = Context::new()
        .file("conf/a.txt", "1\n")
        .file("conf/b.bin", b"\xff\x00")
        .file("conf/below/c.txt", "no")
        .file("x.env", "A=yes\n# B\nFROM_OUTSIDE\n")
        .env("FROM_OUTSIDE", "there");
    let run = generate(
        &context,
        &[
            "cm",
            "c",
            "--from-file=conf",
            "--from-file=z=conf/a.txt",
            "--from-literal=n=07",
        ],
    );
    ksail_snapshot!(run, @r#"
    exit: 0
    ----- stdout
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: c
    binaryData:
      b.bin: /wA=
    data:
      a.txt: |
        1
      "n": "07"
      z: |
        1
    "#);
    let run = generate(&context, &["configmap", "c", "--from-env-file=x.env"]);
    ksail_snapshot!(run, @r#"
    exit: 0
    ----- stdout
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: c
    data:
      A: "yes"
      FROM_OUTSIDE: there
    "#);
}

#[test]
fn secrets_on_the_command_line_are_warned_of() {
    let context = Context::new().file("password", "hunter2");
    let told = |run: &Run| run.stderr.contains("other users of this machine can see");
    let loud = generate(
        &context,
        &["secret", "generic", "s", "--from-literal=password=hunter2"],
    )
    .expect(0);
    let quiet = generate(
        &context,
        &["secret", "generic", "s", "--from-file=password"],
    )
    .expect(0);
    assert_eq!(loud.stdout, quiet.stdout);
    assert!(told(&loud) && !told(&quiet));
    assert!(!loud.stderr.contains("hunter2"));
    let registry = [
        "secret",
        "docker-registry",
        "s",
        "--docker-server=r.io",
        "--docker-username=me",
    ];
    let loud = generate(
        &context,
        &[&registry[..], &["--docker-password=hunter2"]].concat(),
    )
    .expect(0);
    assert!(told(&loud) && !loud.stderr.contains("hunter2"));
}

#[test]
fn a_certificate_needs_its_own_key() {
    let pair = || {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec!["x.y".to_owned()]).unwrap();
        (
            certificate.self_signed(&key).unwrap().pem(),
            key.serialize_pem(),
        )
    };
    let ((certificate, key), (_, other)) = (pair(), pair());
    let context = Context::new()
        .file("tls.crt", &certificate)
        .file("tls.key", &key)
        .file("other.key", &other);
    let arguments = ["secret", "tls", "t", "--cert=tls.crt"];
    let run = generate(&context, &[&arguments[..], &["--key=tls.key"]].concat()).expect(0);
    assert!(
        run.stdout.contains("type: kubernetes.io/tls\n"),
        "{}",
        run.stdout
    );
    let run = generate(&context, &[&arguments[..], &["--key=other.key"]].concat()).expect(64);
    assert!(
        run.stderr
            .contains("`--key`: it is not the key of the certificate"),
        "{}",
        run.raw()
    );
    let run = generate(&context, &[&arguments[..], &["--key=tls.crt"]].concat()).expect(64);
    assert!(
        run.stderr.contains("`--key`: there is no PEM private key"),
        "{}",
        run.raw()
    );
}

#[test]
fn what_makes_no_object_is_told_by_its_flag() {
    let context = Context::new().file("x.env", "A=1\n=2\n").file("d/a", "1");
    for (arguments, message) in [
        (
            &["ns", "Demo"][..],
            "`NAME`: a name of this kind has up to 63",
        ),
        (&["deployment", "web"], "--image"),
        (
            &["cm", "c", "--from-literal=x"],
            "`--from-literal`: expected `KEY=VALUE`",
        ),
        (
            &["cm", "c", "--from-literal=a=1", "--from-literal=a=2"],
            "the key `a` is given twice",
        ),
        (
            &["cm", "c", "--from-env-file=x.env"],
            "x.env:2: this is no name of a variable",
        ),
        (&["cm", "c", "--from-file=k=d"], "`d` is a directory"),
        (&["cm", "c", "--from-file=nowhere"], "cannot read `"),
        (
            &["cm", "c", "--from-env-file=x.env", "--from-literal=a=1"],
            "cannot be used with",
        ),
        (
            &["role", "r", "--verb=get", "--resource=things"],
            "there is no built-in resource `things`",
        ),
        (
            &["rolebinding", "r", "--role=a", "--clusterrole=b"],
            "cannot be used with",
        ),
        (&["pdb", "p", "--selector=a=b"], "required"),
        (
            &["quota", "q", "--hard=cpu"],
            "`cpu` is not `RESOURCE=QUANTITY`",
        ),
        (
            &["service", "clusterip", "s"],
            "`--tcp`: at least one port is needed",
        ),
        (&["ingress", "i"], "an Ingress needs a rule"),
        (
            &["cronjob", "c", "--image=i", "--schedule=often"],
            "`--schedule`: expected five fields",
        ),
    ] {
        let run = generate(&context, arguments).expect(64);
        assert!(run.stderr.contains(message), "{arguments:?}\n{}", run.raw());
    }
}
