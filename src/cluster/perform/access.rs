//! Administrator's access to the cluster: minted, or read from a control plane that writes it itself.

use super::Performer;
use super::error::Error;
use super::nodes::eventually;
use crate::cluster::access::{from_admin_conf, https};
use crate::cluster::distribution::{Access, AccessSource};
use crate::exec::event::Outcome;
use crate::exec::run::StepContext;
use crate::{docker, k8s};

impl Performer {
    /// The cluster's API server, connected on first use.
    pub(super) async fn api(&self) -> Result<&k8s::Api, Error> {
        let connect = Box::pin(async {
            let access = self.setup_access().await?;
            Ok(k8s::connect::from_parts(
                &access.server,
                &access.ca,
                &access.certificate,
                access.key.expose(),
            )?)
        });
        self.api.get_or_try_init(|| connect).await
    }

    /// Access for the setup. Where the control plane writes it, errors pass until it has.
    pub(super) async fn setup_access(&self) -> Result<Access, Error> {
        let find = Box::pin(async {
            if let Some(access) = &self.existing {
                return Ok(access.clone());
            }
            let server = self.server().await?;
            match self.distribution.setup_access(server)? {
                AccessSource::Minted(access) => Ok(access),
                AccessSource::Written(path) => self.written(server, path).await,
            }
        });
        self.access.get_or_try_init(|| find).await.cloned()
    }

    /// Access for the user.
    pub(super) async fn user_access(&self) -> Result<Access, Error> {
        if let Some(access) = &self.existing {
            return Ok(access.clone());
        }
        let server = self.server().await?;
        let mut access = match self.distribution.user_access(server)? {
            Some(access) => access,
            None => self.setup_access().await?,
        };
        if let (Some(host), Some(port)) = (self.distribution.public_host(), port_of(server)) {
            access.server = https(host, port);
        }
        Ok(access)
    }

    /// The kubeconfig at `path` of the control plane. It is complete when the server knows strangers from friends,
    /// which costs no call to the Engine to find out.
    async fn written(&self, server: &str, path: &'static str) -> Result<Access, Error> {
        match k8s::connect::anonymous(server)?.text("/readyz").await {
            Ok(_) => {}
            Err(error) if matches!(error.code(), Some(401 | 403)) => {}
            Err(error) => return Err(error.into()),
        }
        let container = &self.desired().control_plane().container.name;
        let not_yet = |_| Error::NotYet(format!("`{path}` of {container} is not complete"));
        let files = match docker::files::get_archive(self.engine(), container, path).await {
            Err(docker::Error::NotFound { .. }) => Vec::new(),
            other => other?,
        };
        let (_, bytes) = files
            .first()
            .ok_or_else(|| Error::NotYet(format!("{container} has no `{path}`")))?;
        // Caught half-written it is not yet what it will be.
        from_admin_conf(path, &String::from_utf8_lossy(bytes), Some(server)).map_err(not_yet)
    }

    /// URL at which the host reaches the API server: known from the plan, or asked for where the Engine chose the
    /// port.
    async fn server(&self) -> Result<&str, Error> {
        let find = async {
            let Some((container, port)) = self.distribution.api_port() else {
                return Ok(String::new());
            };
            let number = if let Some(number) = port.host_port {
                number
            } else {
                let name = &container.name;
                docker::ops::published_port(self.engine(), name, port.container_port)
                    .await?
                    .1
            };
            Ok::<_, Error>(https(&port.host_address, number))
        };
        self.server
            .get_or_try_init(|| find)
            .await
            .map(String::as_str)
    }
}

/// Waits until further nodes may start: they lose time if they ask before the server takes them.
pub(super) async fn await_server(
    performer: &Performer,
    context: &StepContext,
) -> Result<Option<Outcome>, Error> {
    let desired = performer.desired();
    // The way there may be through a load balancer, which has started by now as well.
    let mut server = desired.helper_names();
    server.push(&desired.control_plane().container.name);
    context.waiting("the API server's first answer");
    let connected = eventually(
        performer,
        context,
        &server,
        "the API server's first answer",
        async || performer.api().await.map(drop),
    );
    if connected.await?.is_none() {
        return Ok(None);
    }
    let Some(gate) = performer.distribution.gate() else {
        return Ok(Some(Outcome::Done));
    };
    context.waiting("the server to take nodes");
    let access = performer.setup_access().await?;
    let supervisor = k8s::connect::with_password(
        &access.server,
        &access.ca,
        gate.user,
        gate.password.expose(),
    )?;
    let open = eventually(
        performer,
        context,
        &server,
        "the server to take nodes",
        async || supervisor.text(gate.path).await.map_err(Error::from),
    );
    Ok(open.await?.map(|_| Outcome::Done))
}

/// The port of an URL that [`https`] made.
fn port_of(server: &str) -> Option<u16> {
    server.rsplit(':').next()?.parse().ok()
}
