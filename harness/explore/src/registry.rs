//! The systems that a command knows, by name.

use crate::subject::Subject;

/// A list of systems, in the order in which they were added.
#[derive(Default)]
pub struct Registry {
    subjects: Vec<Box<dyn Subject>>,
}

impl Registry {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Registry {
        Registry::default()
    }

    /// Adds a system.
    ///
    /// # Panics
    /// If there is one of that name already.
    #[must_use]
    pub fn with(mut self, subject: impl Subject + 'static) -> Registry {
        assert!(self.get(subject.name()).is_none(), "two systems are called `{}`", subject.name());
        self.subjects.push(Box::new(subject));
        self
    }

    /// The system of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&dyn Subject> {
        self.subjects().find(|subject| subject.name() == name)
    }

    /// All systems.
    pub fn subjects(&self) -> impl Iterator<Item = &dyn Subject> {
        self.subjects.iter().map(|subject| &**subject)
    }

    /// The names of all systems.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.subjects().map(Subject::name).collect()
    }
}
