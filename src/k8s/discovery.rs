//! Which kinds a server serves and where: two aggregated requests, or one per group version on old servers.
//!
//! What was learned can be kept in a file. It is never trusted unasked: both requests carry the `ETag` of what is
//! known, and a server that knows better says so.

mod answers;
mod cache;
mod lookup;
mod types;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use tokio::task::JoinSet;

use super::api::{Api, Call};
use super::error::{Error, Refusal};
pub use super::resource::Resource;
use answers::{Kinds, Old, Root};
use cache::Page;
pub use types::Types;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// All kinds of a server, by `apiVersion` and `kind`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    kinds: HashMap<(String, String), Resource>,
    /// Group versions whose extension server does not answer at the moment.
    stale: HashSet<String>,
}

impl Discovery {
    /// Asks the server. `directory` is where what it says is kept, if anywhere; a file that cannot be used or written
    /// costs time but changes nothing else.
    pub async fn fetch(api: &Api, directory: Option<&Path>) -> Result<Self, Error> {
        let both = fetch_both(api, directory).await?;
        let mut found = Self::default();
        for Page { kinds, stale, .. } in [both.core, both.groups].into_iter().flatten() {
            found.kinds.extend(kinds.into_iter().map(Into::into));
            found.stale.extend(stale);
        }
        Ok(found)
    }

    /// Where objects of this kind live.
    pub fn find(&self, api_version: &str, kind: &str) -> Result<&Resource, Error> {
        // Tuples of strings cannot be looked up by tuples of slices.
        let key = (api_version.to_owned(), kind.to_owned());
        self.kinds.get(&key).ok_or_else(|| {
            let (api_version, kind) = key;
            if self.stale.contains(&api_version) {
                Error::StaleGroup { api_version, kind }
            } else {
                Error::NoKind { api_version, kind }
            }
        })
    }

    /// Adds kinds known from elsewhere; what the server said stays.
    pub fn add(&mut self, kinds: impl IntoIterator<Item = ((String, String), Resource)>) {
        for (kind, resource) in kinds {
            self.kinds.entry(kind).or_insert(resource);
        }
    }

    /// Whether a kind of this `apiVersion` may yet appear. Groups of Kubernetes itself are complete from the start.
    pub fn may_grow(&self, api_version: &str) -> bool {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let built_in = !group.contains('.')
            || (group.ends_with(".k8s.io")
                && self.kinds.keys().any(|(version, _)| version == api_version));
        !built_in
    }
}

async fn fetch_both(api: &Api, directory: Option<&Path>) -> Result<cache::Pages, Error> {
    let known = directory
        .map(|directory| cache::read(directory, api.url()))
        .unwrap_or_default();
    let (core, groups) = tokio::try_join!(
        fetch_root(api, "/api", known.core.as_ref()),
        fetch_root(api, "/apis", known.groups.as_ref())
    )?;
    let both = cache::Pages {
        core: Some(core),
        groups: Some(groups),
    };
    if let Some(directory) = directory
        && both != known
    {
        cache::write(directory, api.url(), &both);
    }
    Ok(both)
}

async fn fetch_root(api: &Api, path: &str, known: Option<&Page>) -> Result<Page, Error> {
    let call = Call {
        accept: AGGREGATED,
        known: known.map_or("", |page| &page.tag),
        ..Call::get(path)
    };
    let answer = api.send(call).await?;
    if let (true, Some(known)) = (answer.is_unchanged(), known) {
        return Ok(known.clone());
    }
    let versions = match answer.json::<Root>()?.read() {
        Kinds::Aggregated { kinds, stale } => {
            return Ok(Page {
                tag: answer.tag.clone(),
                kinds,
                stale,
            });
        }
        Kinds::Versions(versions) => versions,
    };
    let mut requests = JoinSet::new();
    for version in versions {
        let (api, path) = (api.clone(), format!("{path}/{version}"));
        requests.spawn(async move { fetch_version(&api, &path, version).await });
    }
    // Old servers tag nothing, so that this page is never asked for by its tag.
    let mut page = Page::default();
    while let Some(joined) = requests.join_next().await {
        match joined.map_err(|error| api.silent(error.to_string()))?? {
            Ok(kinds) => page.kinds.extend(kinds),
            Err(stale) => page.stale.push(stale),
        }
    }
    Ok(page)
}

/// The kinds of one group version of an old server, or its name if an extension server fails to answer for it.
async fn fetch_version(
    api: &Api,
    path: &str,
    api_version: String,
) -> Result<Result<Vec<cache::Kind>, String>, Error> {
    match api.send(Call::get(path)).await {
        Err(Error::Refused(Refusal {
            code: 404 | 503, ..
        })) => Ok(Err(api_version)),
        other => Ok(Ok(other?.json::<Old>()?.kinds(&api_version))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_foreign_groups_may_grow() {
        let mut found = Discovery::default();
        found.add([(
            ("networking.k8s.io/v1".to_owned(), "Ingress".to_owned()),
            Resource::things("networking.k8s.io/v1", true),
        )]);
        for (api_version, expected) in [
            ("v1", false),
            ("apps/v1", false),
            ("networking.k8s.io/v1", false),
            ("gateway.networking.k8s.io/v1", true),
            ("x.io/v1", true),
        ] {
            assert_eq!(found.may_grow(api_version), expected, "{api_version}");
        }
    }

    #[test]
    fn what_is_missing_is_told_from_what_is_unavailable() {
        let mut found = Discovery::default();
        found.stale.insert("metrics.k8s.io/v1beta1".into());
        let error = |api_version: &str| found.find(api_version, "X").unwrap_err().to_string();
        assert_eq!(
            error("apps/v1"),
            "no matches for kind `X` in version `apps/v1`"
        );
        assert!(error("metrics.k8s.io/v1beta1").contains("does not answer"));
    }
}
