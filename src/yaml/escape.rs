//! Escapes that YAML 1.2 allows and go-yaml refuses.

use saphyr_parser::Span;

/// Finds `\/` in double-quoted scalars. Only built for texts that contain it at all.
pub(super) struct QuoteCheck<'a> {
    rest: std::str::Chars<'a>,
    index: usize,
}

impl<'a> QuoteCheck<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars(),
            index: 0,
        }
    }

    /// Spans come in ascending order, so the text is walked once.
    pub(super) fn has_slash_escape(&mut self, span: Span) -> bool {
        if let Some(skip) = span.start.index().checked_sub(self.index + 1) {
            self.rest.nth(skip);
            self.index += skip + 1;
        }
        let mut escaped = false;
        while self.index < span.end.index() {
            let Some(next) = self.rest.next() else { break };
            self.index += 1;
            if escaped && next == '/' {
                return true;
            }
            escaped = next == '\\' && !escaped;
        }
        false
    }
}
