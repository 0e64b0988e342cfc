//! The Engine client against a real Engine: what the fake only claims.

use futures_util::StreamExt;
use ksail::cluster::model::{ContainerSpec, FileSpec, NetworkSpec, PortBinding, Protocol};
use ksail::cluster::observed::{Observed, State};
use ksail::docker::snapshot::{Networks, Query, list_labelled, snapshot};
use ksail::docker::stream::{What, events, tail_logs};
use ksail::docker::{self, Error, files, images, ops};
use ksail::env::EnvMap;

/// A small image of the test bed that runs a web server.
const IMAGE: &str = "ksail-testbed/echo:v1";

async fn engine() -> docker::Engine {
    let address = docker::address::resolve(None, &EnvMap::read(), &docker::address::Disk).unwrap();
    docker::Engine::connect(address).await.unwrap()
}

/// Names of this test run, so that runs side by side do not meet.
fn unique(what: &str) -> String {
    format!("ksail-live-{what}-{}", std::process::id())
}

fn spec(name: &str, port: Option<u16>) -> ContainerSpec {
    ContainerSpec {
        name: name.to_owned(),
        image: IMAGE.to_owned(),
        labels: [(name.to_owned(), "yes".to_owned())].into(),
        tty: true,
        network: "bridge".to_owned(),
        private_cgroup_namespace: true,
        tmpfs: vec!["/tmp".to_owned()],
        ports: vec![PortBinding {
            container_port: 8080,
            protocol: Protocol::Tcp,
            host_address: "127.0.0.1".to_owned(),
            host_port: port,
        }],
        ..ContainerSpec::default()
    }
}

#[tokio::test]
#[ignore = "needs docker (image ksail-testbed/echo:v1)"]
async fn a_container_lives_and_dies() {
    let engine = engine().await;
    let name = unique("life");
    let id = ops::create_container(&engine, &spec(&name, None))
        .await
        .unwrap();
    let file = FileSpec::file("/etc/ksail/deep/file", 0o640, "text");
    let link = FileSpec::symlink("/etc/ksail/link", "deep/file");
    files::put_archive(&engine, &id, "/", &[file, link])
        .await
        .unwrap();
    let read = files::get_archive(&engine, &id, "/etc/ksail")
        .await
        .unwrap();
    assert_eq!(
        read,
        [("/etc/ksail/deep/file".to_owned(), b"text".to_vec())]
    );

    let mut stream = Box::pin(events(&engine, &name, Some(1)));
    ops::start(&engine, &id).await.unwrap();
    ops::start(&engine, &id).await.unwrap();
    let query = Query {
        label: name.clone(),
        networks: Networks::Named("bridge".to_owned()),
        images: vec![IMAGE.to_owned(), "no/such:image".to_owned()],
    };
    let seen = snapshot(&engine, &query).await.unwrap();
    let [container] = seen.containers.as_slice() else {
        panic!("one container expected: {seen:?}");
    };
    assert_eq!(
        (container.name.as_str(), container.state),
        (name.as_str(), State::Running)
    );
    assert!(container.addresses.contains_key("bridge"), "{container:?}");
    let published = ops::published_port(&engine, &id, 8080).await.unwrap();
    assert_eq!(published.0, "127.0.0.1");
    assert!(matches!(&seen.network, Observed::Present(network) if network.attached > 0));
    assert!(matches!(seen.images[IMAGE], Observed::Present(_)));
    assert_eq!(seen.images["no/such:image"], Observed::Absent);

    // The same port a second time, and the same name.
    let second = unique("second");
    let other = ops::create_container(&engine, &spec(&second, Some(published.1)))
        .await
        .unwrap();
    let error = ops::start(&engine, &other).await.unwrap_err();
    let expected = format!("127.0.0.1:{}", published.1);
    assert!(
        matches!(&error, Error::PortAllocated { port: Some(port), .. } if *port == expected),
        "{error:?}"
    );
    ops::remove(&engine, &other).await.unwrap();
    let error = ops::create_container(&engine, &spec(&name, None))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NameConflict { .. }), "{error:?}");

    ops::stop(&engine, &id, 1).await.unwrap();
    tail_logs(&engine, &id, 5).await.unwrap();
    ops::remove(&engine, &id).await.unwrap();
    ops::remove(&engine, &id).await.unwrap();
    assert_eq!(list_labelled(&engine, &name).await.unwrap(), []);
    assert_eq!(stream.next().await.unwrap().unwrap().what, What::Started);
    assert!(matches!(
        stream.next().await.unwrap().unwrap().what,
        What::Died(_)
    ));
}

#[tokio::test]
#[ignore = "needs docker"]
async fn networks_come_and_go() {
    let engine = engine().await;
    let mut spec = NetworkSpec {
        name: unique("net"),
        ..NetworkSpec::default()
    };
    let id = ops::create_network(&engine, &spec).await.unwrap();
    let listed = ops::list_networks(&engine, &spec.name).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].subnets.len(), 1);
    // The same name again: refused by new Engines, accepted and then ambiguous with old ones.
    if let Ok(second) = ops::create_network(&engine, &spec).await {
        let query = Query {
            label: spec.name.clone(),
            networks: Networks::Named(spec.name.clone()),
            images: Vec::new(),
        };
        let seen = snapshot(&engine, &query).await.unwrap();
        assert!(matches!(seen.network, Observed::Present(_)));
        ops::remove_network(&engine, &second).await.unwrap();
    }
    ops::remove_network(&engine, &id).await.unwrap();
    ops::remove_network(&engine, &id).await.unwrap();

    spec.ipv6_subnet = Some("fd00:dead:beef:1::/64".to_owned());
    match ops::create_network(&engine, &spec).await {
        Ok(id) => ops::remove_network(&engine, &id).await.unwrap(),
        Err(error) => assert!(matches!(error, Error::Ipv6Unavailable { .. }), "{error:?}"),
    }
}

#[tokio::test]
#[ignore = "needs docker"]
async fn refusals_are_recognised() {
    let engine = engine().await;
    let mut missing = spec(&unique("missing"), None);
    missing.image = "ksail-live/no-such-image:1".to_owned();
    let error = ops::create_container(&engine, &missing).await.unwrap_err();
    assert!(
        matches!(&error, Error::NoSuchImage { reference } if *reference == missing.image),
        "{error:?}"
    );
    let error = ops::start(&engine, "ksail-live-nobody").await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let error = files::get_archive(&engine, "ksail-live-nobody", "/x")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let error = images::pull(&engine, "localhost:1/no/such:image", |_| ())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotPullable { .. }), "{error:?}");
}
