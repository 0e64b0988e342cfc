//! Defaults: each must be what its own schema accepts, and nothing that pruning would take away.

use super::super::check::Check;
use super::super::compile::Compiler;
use super::super::finding::Rule;
use super::super::schema::Definitions;
use super::Walk;
use super::part::Part;
use super::schema::INT_OR_STRING;

impl<'a> Walk<'a, '_> {
    /// The defaults in a schema, outside of combinations.
    pub(super) fn defaults(&mut self, schema: Part<'a>) {
        if schema.get("default").is_some() {
            self.default(schema);
        }
        self.every(schema, "properties", |walk, _, property| {
            walk.defaults(property);
        });
        self.inside(schema, "items", super::Walk::defaults);
    }

    fn default(&mut self, schema: Part<'a>) {
        // The server does not ask here whether it is one of the two.
        if schema.is(INT_OR_STRING) {
            return;
        }
        let mut definitions = Definitions::default();
        let mut compiler = Compiler::new(&mut definitions, self.before_1_34);
        let compiled = compiler.schema(&schema.0.to_json());
        self.inside(schema, "default", |walk, default| {
            let mut inner = Check {
                definitions: &definitions,
                place: walk.check.place.clone(),
                path: walk.check.path.clone(),
                findings: Vec::new(),
            };
            inner.value(default.0, &compiled, false);
            // A set may have an item twice here.
            let found = inner
                .findings
                .into_iter()
                .filter(|finding| finding.rule != Rule::Duplicate);
            let found = found.map(|mut finding| {
                finding.rule = Rule::Definition;
                finding
            });
            walk.check.findings.extend(found);
        });
    }
}
