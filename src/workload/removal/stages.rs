//! The order of deletion: that of applying, backwards.

use std::cmp::Reverse;

use super::victim::Victim;
use crate::workload::order::Class;

/// Objects that may be deleted at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What progress calls it.
    pub label: String,
    /// The objects.
    pub victims: Vec<Victim>,
}

/// Stages by class of kind, the last class first.
pub fn by_class(mut victims: Vec<Victim>) -> Vec<Stage> {
    victims.sort_by_key(|victim| Reverse(Class::of(&victim.id)));
    let mut stages: Vec<(Class, Stage)> = Vec::new();
    for victim in victims {
        let class = Class::of(&victim.id);
        match stages.last_mut() {
            Some((last, stage)) if *last == class => stage.victims.push(victim),
            _ => stages.push((
                class,
                Stage {
                    label: class.label().to_owned(),
                    victims: vec![victim],
                },
            )),
        }
    }
    stages.into_iter().map(|(_, stage)| stage).collect()
}

/// Stages in which objects were or would be applied, the last one first.
pub fn reversed(mut stages: Vec<Stage>) -> Vec<Stage> {
    stages.retain(|stage| !stage.victims.is_empty());
    stages.reverse();
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::k8s::discovery::Resource;
    use crate::workload::object::ObjectId;

    fn victim(api_version: &str, kind: &str) -> Victim {
        Victim {
            id: ObjectId {
                api_version: api_version.into(),
                kind: kind.into(),
                namespace: None,
                name: "x".into(),
            },
            resource: Resource {
                api_version: api_version.into(),
                plural: "x".into(),
                namespaced: false,
            },
            uid: None,
            resource_version: None,
            terminating: false,
        }
    }

    #[test]
    fn what_others_need_goes_last() {
        let stages = by_class(vec![
            victim("v1", "Namespace"),
            victim("apps/v1", "Deployment"),
            victim("x.io/v1", "Thing"),
            victim("v1", "ConfigMap"),
            victim("v1", "Secret"),
        ]);
        let kinds: Vec<Vec<&str>> = stages
            .iter()
            .map(|stage| {
                stage
                    .victims
                    .iter()
                    .map(|victim| victim.id.kind.as_str())
                    .collect()
            })
            .collect();
        assert_eq!(
            kinds,
            [
                vec!["Thing"],
                vec!["Deployment"],
                vec!["ConfigMap", "Secret"],
                vec!["Namespace"]
            ]
        );
        let mut stages = stages;
        stages.push(Stage {
            label: "empty".into(),
            victims: Vec::new(),
        });
        let back = reversed(stages);
        assert_eq!(back.len(), 4);
        assert_eq!(back[0].victims[0].id.kind, "Namespace");
    }
}
