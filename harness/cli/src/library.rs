//! Scenarios by name: those in files under one folder, and those built in Rust.
//!
//! A file's name is its scenario's: `raft/storm` stands in `raft/storm.toml`. A scenario can also be named by
//! the path of any file.

use std::path::{Path, PathBuf};

use stormglass_explore::{Case, Registry};
use stormglass_plan::problem::{Problem, nearest};
use stormglass_plan::scenario::Scenario;
use stormglass_plan::source::Source;

use crate::exit::Mistake;
use crate::run::KERNEL;

/// Where scenarios are found.
#[derive(Clone, Debug, Default)]
pub struct Library {
    folder: PathBuf,
    others: Vec<PathBuf>,
    kept: Option<PathBuf>,
    built: Vec<Scenario>,
}

/// A scenario, and the text it was read from if it was read.
#[derive(Clone)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// What the user called it: its name, or the path of its file.
    pub called: String,
    source: Option<Source>,
}

impl Library {
    /// The scenarios in files under `folder`.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Library {
        Library { folder: folder.into(), ..Library::default() }
    }

    /// Adds a scenario built in Rust.
    #[must_use]
    pub fn with(mut self, scenario: Scenario) -> Library {
        self.built.push(scenario);
        self
    }

    /// Adds the scenarios in files under another folder. What is kept stays beside the first.
    #[must_use]
    pub fn also_in(mut self, folder: impl Into<PathBuf>) -> Library {
        self.others.push(folder.into());
        self
    }

    /// Keeps plans in this folder: where several commands share a folder of scenarios, each has its own plans to keep.
    #[must_use]
    pub fn keeping_in(self, folder: impl Into<PathBuf>) -> Library {
        Library { kept: Some(folder.into()), ..self }
    }

    /// The same scenarios, but files from another folder alone, and kept plans beside that.
    #[must_use]
    pub fn moved_to(self, folder: impl Into<PathBuf>) -> Library {
        Library { folder: folder.into(), others: Vec::new(), kept: None, ..self }
    }

    /// Where files are found.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where kept plans are found and put: `snapshots/regressions` beside the folder of scenarios, if nobody has said another.
    #[must_use]
    pub fn regressions(&self) -> PathBuf {
        let beside = || self.folder.parent().unwrap_or(Path::new("")).join("snapshots/regressions");
        self.kept.clone().unwrap_or_else(beside)
    }

    /// The files of all kept plans, in order of name; none if nothing was ever kept.
    ///
    /// # Errors
    /// If the folder is there and cannot be read.
    pub fn kept(&self) -> Result<Vec<PathBuf>, Mistake> {
        let folder = self.regressions();
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let entries = entries.map_err(|error| {
            Mistake::new(format!("the folder of kept plans `{}` cannot be read: {error}", folder.display()))
        })?;
        let files = entries.into_iter().map(|entry| entry.path());
        let mut files: Vec<PathBuf> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
        files.sort();
        Ok(files)
    }

    /// The names of all scenarios, in order.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, Mistake> {
        let mut names: Vec<String> = self.built.iter().map(|scenario| scenario.name.clone()).collect();
        for folder in self.folders() {
            names_under(folder, "", &mut names).map_err(|error| {
                let folder = folder.display();
                Mistake::new(format!(
                    "the scenarios' folder `{folder}` cannot be read: {error}; run the command beside it, or name \
                     it with --folder"
                ))
            })?;
        }
        names.sort();
        Ok(names)
    }

    /// The scenario called `name`, or in the file at that path.
    ///
    /// # Errors
    /// If there is none, or it is wrong.
    pub fn load(&self, name: &str, registry: &Registry) -> Result<Loaded, Mistake> {
        if let Some(scenario) = self.built.iter().find(|scenario| scenario.name == name) {
            return Ok(Loaded { scenario: scenario.clone(), called: name.to_owned(), source: None });
        }
        let (path, expected) = if Path::new(name).extension().is_some_and(|extension| extension == "toml") {
            (PathBuf::from(name), None)
        } else {
            let file = format!("{name}.toml");
            let found = self.folders().map(|folder| folder.join(&file)).find(|path| path.is_file());
            (found.unwrap_or_else(|| self.folder.join(&file)), Some(name))
        };
        if expected.is_some() && !path.is_file() {
            return Err(self.no_scenario(name));
        }
        let source = Source::open(&path)?;
        let scenario = source.scenario(&registry.names())?;
        if let Some(name) = expected.filter(|&name| name != scenario.name) {
            let problem = Problem::new("name", "a scenario is called as its file is")
                .found(format!("`{}`", scenario.name))
                .expected(format!("`{name}`"));
            return Err(Mistake::new(source.diagnose(&problem).to_string()));
        }
        Ok(Loaded { scenario, called: name.to_owned(), source: Some(source) })
    }

    fn folders(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&self.folder).chain(&self.others).map(PathBuf::as_path)
    }

    fn no_scenario(&self, name: &str) -> Mistake {
        let names = match self.names() {
            Ok(names) => names,
            Err(mistake) => return mistake,
        };
        let words: Vec<&str> = names.iter().map(String::as_str).collect();
        let help = match nearest(name, &words) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "`stormglass list scenarios` names them all".to_owned(),
        };
        Mistake::new(format!("there is no scenario `{name}`; {help}"))
    }
}

impl Loaded {
    /// The file in which it stands, if it stands in one.
    pub(crate) fn file(&self) -> Option<&str> {
        self.source.as_ref().map(|source| source.file.as_str())
    }

    /// Has it run on that engine, whatever it says itself.
    pub(crate) fn take_to(&mut self, engine: &str) {
        if engine != KERNEL {
            self.scenario.name = format!("{} on {engine}", self.scenario.name);
        }
        self.called = format!("{} --engine {engine}", self.called);
        self.scenario.engine = Some(engine.to_owned());
    }

    /// The scenario, ready to run.
    ///
    /// # Errors
    /// If it asks for something that its system does not have.
    pub fn case(&self, registry: &Registry) -> Result<Box<dyn Case>, Mistake> {
        let subject = registry.get(&self.scenario.system).ok_or_else(|| {
            self.mistake(&Problem::unknown("system", "system", &self.scenario.system, &registry.names()))
        })?;
        subject.case(&self.scenario).map_err(|problem| self.mistake(&problem))
    }

    /// A problem of this scenario, at its place in the file if there is one.
    #[must_use]
    pub fn mistake(&self, problem: &Problem) -> Mistake {
        match &self.source {
            Some(source) => Mistake::new(source.diagnose(problem).to_string()),
            None => Mistake::new(format!("scenario `{}`: {problem}", self.scenario.name)),
        }
    }
}

/// Adds the names of all files under `folder`; a scenario's name is its path there without the ending.
fn names_under(folder: &Path, prefix: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            names_under(&path, &format!("{prefix}{stem}/"), names)?;
        // Scenarios stand in folders by system: a file beside the folders, such as a manifest, is none.
        } else if !prefix.is_empty() && path.extension().is_some_and(|extension| extension == "toml") {
            names.push(format!("{prefix}{stem}"));
        }
    }
    Ok(())
}
