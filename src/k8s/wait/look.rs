//! Looks at objects once, without waiting.

use futures_util::{StreamExt, stream};

use super::progress::Progress;
use super::{Board, News, Target, Wish, surroundings};
use crate::k8s::api::Api;
use crate::k8s::error::Error;
use crate::k8s::live::{Extent, find};

/// Requests at a time.
const AT_ONCE: usize = 8;

/// Looks at every target once.
pub async fn look(
    api: &Api,
    targets: &[Target],
    wish: &Wish,
    board: &Board,
    news: impl News,
) -> Result<(), Error> {
    let surroundings = surroundings(api, targets).await?;
    let mut looks = stream::iter(targets.iter().enumerate())
        .map(|(index, target)| async move {
            let Target {
                resource,
                namespace,
                name,
                ..
            } = target;
            let found = find(api, resource, namespace.as_deref(), name, Extent::Whole).await;
            found.map(|object| (index, object))
        })
        .buffer_unordered(AT_ONCE);
    while let Some(looked) = looks.next().await {
        let (index, object) = looked?;
        let state = Progress::new(wish).see(object.as_ref(), &surroundings);
        if let Some(state) = board.note(index, state) {
            news(index, &state, object.as_ref());
        }
    }
    Ok(())
}
