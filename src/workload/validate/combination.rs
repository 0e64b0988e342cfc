//! Combinations of schemas: `allOf`, `anyOf`, `oneOf`, `not`.

use super::check::Check;
use super::finding::Rule;
use super::schema::Schema;
use crate::yaml::Node;

impl<'a> Check<'a> {
    /// Checks what a schema combines.
    pub(super) fn logic(&mut self, node: &'a Node, schema: &'a Schema, native: bool) {
        let Some(logic) = &schema.logic else {
            return;
        };
        for part in &logic.all_of {
            self.value(node, part, native);
        }
        if !logic.any_of.is_empty()
            && !logic
                .any_of
                .iter()
                .any(|part| self.satisfies(node, part, native))
        {
            let message = "satisfies none of the alternatives of its schema (`anyOf`)".to_owned();
            self.report(node.at, Rule::Combination, message);
        }
        if !logic.one_of.is_empty() {
            let fitting = logic
                .one_of
                .iter()
                .filter(|part| self.satisfies(node, part, native))
                .count();
            if fitting != 1 {
                let all = logic.one_of.len();
                let message = format!(
                    "must satisfy exactly one of the {all} alternatives of its schema (`oneOf`), satisfies {fitting}"
                );
                self.report(node.at, Rule::Combination, message);
            }
        }
        if logic
            .not
            .as_ref()
            .is_some_and(|not| self.satisfies(node, not, native))
        {
            let message = "satisfies what its schema forbids (`not`)".to_owned();
            self.report(node.at, Rule::Combination, message);
        }
    }

    /// Whether nothing is wrong with a value.
    fn satisfies(&mut self, node: &'a Node, schema: &'a Schema, native: bool) -> bool {
        let before = std::mem::take(&mut self.findings);
        self.value(node, schema, native);
        std::mem::replace(&mut self.findings, before).is_empty()
    }
}
