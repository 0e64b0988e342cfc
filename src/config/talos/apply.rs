//! Patches in their order onto a configuration.

use super::document::{Document, MachineConfig, refuse_twin};
use super::json_patch;
use super::merge::Merge;
use super::patch::{Form, Patch, Step};
use super::schema::table;
use super::version::{Role, TalosVersion};
use crate::config::error::Error;

impl MachineConfig {
    /// This configuration with patches applied one after the other, as that version of Talos applies them. Patches for
    /// other roles are passed over.
    ///
    /// # Errors
    ///
    /// With the place in the patch: JSON patches that do not fit, removals of what is not there, values in free mappings
    /// whose types do not go together.
    pub fn patched<'a>(
        &self,
        role: Role,
        talos: TalosVersion,
        patches: impl IntoIterator<Item = &'a Patch>,
    ) -> Result<Self, Error> {
        let mut documents = self.documents.clone();
        for patch in patches {
            if patch.scope().covers(role) {
                match &patch.form {
                    Form::Json(operations) => json_patch::apply(&mut documents, operations)?,
                    Form::Merge(steps) => {
                        merge_steps(&mut documents, steps, Merge(talos.number()))?;
                    }
                }
            }
        }
        Ok(Self { documents })
    }
}

fn merge_steps(documents: &mut Vec<Document>, steps: &[Step], merge: Merge) -> Result<(), Error> {
    for step in steps {
        let place = documents
            .iter()
            .position(|document| document.id == *step.id());
        match (step, place) {
            (Step::Merge(new), Some(place)) => {
                if let Some(kind) = new.kind() {
                    let body = table().body(kind.body);
                    merge.fields(&mut documents[place].body, &new.body, body)?;
                }
            }
            (Step::Merge(new), None) => {
                refuse_twin(documents, new)?;
                refuse_rival(documents, new)?;
                documents.push(new.clone());
            }
            (Step::Remove(_, removal), Some(place)) if removal.is_whole() => {
                documents.remove(place);
            }
            (Step::Remove(_, removal), Some(place)) => removal.apply(&mut documents[place])?,
            (Step::Remove(id, removal), None) => return Err(removal.no_document(id)),
        }
    }
    Ok(())
}

/// Refuses a document that excludes one that is there.
fn refuse_rival(documents: &[Document], new: &Document) -> Result<(), Error> {
    let kind = new.id.kind;
    let rivals = table()
        .exclusive
        .iter()
        .filter_map(|(left, right)| match kind {
            kind if kind == *left => Some(*right),
            kind if kind == *right => Some(*left),
            _ => None,
        });
    let rivals: Vec<&str> = rivals.collect();
    let is_rival =
        |known: &&Document| known.id.name == new.id.name && rivals.contains(&known.id.kind);
    match documents.iter().find(is_rival) {
        None => Ok(()),
        Some(rival) => {
            let why = format!(
                "{} excludes {}, which begins at {}",
                new.id,
                rival.id,
                rival.at()
            );
            Err(Error::rule(
                new.at().clone(),
                "kind",
                format!("is impossible: {why}"),
            ))
        }
    }
}
