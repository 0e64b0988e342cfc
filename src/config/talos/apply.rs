//! Patches in their order onto a configuration.

use super::document::{Document, MachineConfig, refuse_twin};
use super::json_patch;
use super::merge;
use super::patch::{Form, Patch, Step};
use super::schema::table;
use super::version::Role;
use crate::config::error::Error;

impl MachineConfig {
    /// This configuration with patches applied one after the other. Patches for other roles are passed over.
    ///
    /// # Errors
    ///
    /// With the place in the patch: JSON patches that do not fit, removals of what is not there, values in free mappings
    /// whose types do not go together.
    pub fn patched<'a>(
        &self,
        role: Role,
        patches: impl IntoIterator<Item = &'a Patch>,
    ) -> Result<Self, Error> {
        let mut documents = self.documents.clone();
        for patch in patches {
            if patch.scope().covers(role) {
                match &patch.form {
                    Form::Json(operations) => json_patch::apply(&mut documents, operations)?,
                    Form::Merge(steps) => merge_steps(&mut documents, steps)?,
                }
            }
        }
        Ok(Self { documents })
    }
}

fn merge_steps(documents: &mut Vec<Document>, steps: &[Step]) -> Result<(), Error> {
    for step in steps {
        let place = documents
            .iter()
            .position(|document| document.id == *step.id());
        match (step, place) {
            (Step::Merge(new), Some(place)) => {
                if let Some(kind) = new.kind() {
                    let body = table().body(kind.body);
                    merge::fields(&mut documents[place].body, &new.body, body)?;
                }
            }
            (Step::Merge(new), None) => {
                refuse_twin(documents, new)?;
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
