//! A mistake in a file, shown where it stands: file, line, column, what was found, what was expected, what to do.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// One mistake in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as the user called it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The place in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What stands there.
    pub found: Option<String>,
    /// What would be right.
    pub expected: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// The whole text, to show lines of.
    pub text: String,
}

/// Whether a rendered diagnostic carries terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text, for files, pipes and tests.
    Plain,
    /// Escape sequences for a terminal.
    Terminal,
}

impl Diagnostic {
    /// The page that a person reads, in the form that Rust's compiler has made familiar. Without a newline at
    /// its end.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        let renderer = match colour {
            Colour::Plain => Renderer::plain(),
            Colour::Terminal => Renderer::styled(),
        };
        let title = Level::ERROR.primary_title(self.message.as_str());
        if self.text.is_empty() {
            return renderer.render(&[title.element(Origin::path(self.file.as_str()))]);
        }
        let label = self.label();
        let mut annotation = AnnotationKind::Primary.span(self.span.clone());
        if let Some(label) = &label {
            annotation = annotation.label(label.as_str());
        }
        let snippet = Snippet::source(self.text.as_str()).path(self.file.as_str()).annotation(annotation);
        let mut group: Group<'_> = title.element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    /// What was expected, and what was found if neither the title nor the marked text shows it.
    fn label(&self) -> Option<String> {
        let shown = self.text.get(self.span.clone()).unwrap_or_default().trim_matches('"');
        let said = |found: &&str| self.message.contains(*found) || found.trim_matches(['`', '"']) == shown;
        let found = self.found.as_deref().filter(|found| !said(found));
        match (&self.expected, found) {
            (Some(expected), Some(found)) => Some(format!("expected {expected}; found {found}")),
            (Some(expected), None) => Some(format!("expected {expected}")),
            (None, Some(found)) => Some(format!("found {found}")),
            (None, None) => None,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

/// All that was found wrong with one file: at least one diagnostic, in order of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    diagnostics: Vec<Diagnostic>,
}

impl Mistakes {
    pub(crate) fn new(mut diagnostics: Vec<Diagnostic>) -> Mistakes {
        assert!(!diagnostics.is_empty(), "mistakes without a mistake");
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        Mistakes { diagnostics }
    }

    /// Each of them.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// One page for all of them. Without a newline at its end.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        let pages: Vec<String> =
            self.diagnostics.iter().map(|diagnostic| diagnostic.render(colour)).collect();
        pages.join("\n\n")
    }
}

impl From<Diagnostic> for Mistakes {
    fn from(diagnostic: Diagnostic) -> Mistakes {
        Mistakes { diagnostics: vec![diagnostic] }
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Colour::Plain))
    }
}

impl std::error::Error for Diagnostic {}
impl std::error::Error for Mistakes {}
