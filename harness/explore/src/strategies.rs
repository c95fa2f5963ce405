//! Strategies for proptest: plans drawn from scenarios, which shrink by Stormglass's own shrinker.
//!
//! proptest asks a value tree for one simpler value at a time and says of each whether it still fails; the shrinker asks
//! for many and wants to know the same. So the shrinker runs on a thread of its own, and its questions are the tree's values.
//! What proptest keeps of a failure (`proptest-regressions`, its seed) draws the same plan again.
//!
//! ```
//! use proptest::prelude::*;
//! use stormglass_core::op::kv::KvOp;
//! use stormglass_explore::strategies::plans;
//! use stormglass_plan::scenario::Scenario;
//!
//! proptest! {
//!     // Scenarios are values, so what varies in them is a strategy as well.
//!     fn a_plan_names_its_nodes(plan in plans::<KvOp>((1_u32..6).prop_map(|nodes| Scenario::named("mine").nodes(nodes)))) {
//!         prop_assert!(plan.cluster.nodes().len() < 6);
//!     }
//! }
//! # a_plan_names_its_nodes();
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use stormglass_core::random::Seed;
use stormglass_plan::plan::Plan;
use stormglass_plan::scenario::Scenario;
use stormglass_plan::workload::Operations;

use crate::shrink::{Effort, Finding, Signature, Size, Trial, shrink};
use crate::sweep::WORKER;

/// Plans of one run each, of any seed of these scenarios.
///
/// A scenario for which no plan can be drawn is a rejected value. A small plan takes some hundred candidates; proptest stops
/// after `max_shrink_iters` of them, four times the number of cases if nobody says.
pub const fn plans<O>(scenarios: impl Strategy<Value = Scenario>) -> impl Strategy<Value = Drawn<O>>
where
    O: Operations + Clone + PartialEq + Send + Sync + 'static,
{
    Plans { scenarios, operations: PhantomData }
}

/// A plan that was drawn. Where a failure is told or kept it is one line; the plan itself prints as a page or a file.
#[derive(Clone)]
pub struct Drawn<O>(Arc<Plan<O>>);

impl<O> Deref for Drawn<O> {
    type Target = Arc<Plan<O>>;

    fn deref(&self) -> &Arc<Plan<O>> {
        &self.0
    }
}

impl<O> fmt::Debug for Drawn<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { operations, faults, nodes, clients, span } = Size::of(&self.0);
        let seed = self.0.seed;
        write!(
            f,
            "{} seed {seed}: operations {operations}, faults {faults}, nodes {nodes}, clients {clients}, {}",
            self.0.scenario,
            span.rough()
        )
    }
}

struct Plans<G, O> {
    scenarios: G,
    operations: PhantomData<fn() -> O>,
}

impl<G: fmt::Debug, O> fmt::Debug for Plans<G, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Plans").field(&self.scenarios).finish()
    }
}

impl<G, O> Strategy for Plans<G, O>
where
    G: Strategy<Value = Scenario>,
    O: Operations + Clone + PartialEq + Send + Sync + 'static,
{
    type Tree = Shrinking<O>;
    type Value = Drawn<O>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let scenario = self.scenarios.new_tree(runner)?.current();
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        let plan = stormglass_plan::plan(&scenario, Seed(seed)).map_err(|problem| problem.to_string())?;
        let plan = Arc::new(plan);
        Ok(Shrinking { failed: plan.clone(), current: plan, search: None, over: false })
    }
}

/// A plan that becomes smaller as long as it is said to fail.
struct Shrinking<O> {
    /// The smallest plan so far that failed.
    failed: Arc<Plan<O>>,
    /// The plan in question.
    current: Arc<Plan<O>>,
    search: Option<Search<O>>,
    over: bool,
}

/// The shrinker at work.
struct Search<O> {
    candidates: Receiver<Arc<Plan<O>>>,
    answers: Sender<bool>,
}

impl<O> Shrinking<O>
where
    O: Operations + Clone + PartialEq + Send + Sync + 'static,
{
    /// Tells the shrinker of the plan in question, and goes on to the next; `false` if there is none.
    fn answered(&mut self, fails: bool) -> bool {
        if fails {
            self.failed = self.current.clone();
        }
        let next = self.search.as_ref().and_then(|search| {
            search.answers.send(fails).ok()?;
            search.candidates.recv().ok()
        });
        self.over = next.is_none();
        self.current = next.unwrap_or_else(|| self.failed.clone());
        !self.over
    }
}

impl<O> ValueTree for Shrinking<O>
where
    O: Operations + Clone + PartialEq + Send + Sync + 'static,
{
    type Value = Drawn<O>;

    fn current(&self) -> Drawn<O> {
        Drawn(self.current.clone())
    }

    fn simplify(&mut self) -> bool {
        if self.over {
            return false;
        }
        if self.search.is_none() {
            let search = Search::begin(self.current.clone());
            // It asks first whether the plan itself fails, which is what is being said.
            if search.candidates.recv().is_err() {
                self.over = true;
                return false;
            }
            self.search = Some(search);
        }
        self.answered(true)
    }

    fn complicate(&mut self) -> bool {
        !self.over && self.search.is_some() && self.answered(false)
    }
}

impl<O> Search<O>
where
    O: Operations + Clone + PartialEq + Send + Sync + 'static,
{
    fn begin(plan: Arc<Plan<O>>) -> Search<O> {
        let (ask, candidates) = channel();
        let (answers, answered) = channel();
        let work = move || {
            let questions = Questions(Mutex::new(Asking { ask, answered, gone: false }));
            let stop = || questions.lock().gone;
            let effort = Effort { jobs: 1, runs: u64::MAX, stop: &stop, late: &|| true, watch: &|_| {} };
            shrink(&questions, Plan::clone(&plan), &effort);
        };
        let worker = thread::Builder::new().name(WORKER.to_owned());
        worker.spawn(work).expect("the machine has room for a thread");
        Search { candidates, answers }
    }
}

/// The trial in which proptest runs the plans.
struct Questions<O>(Mutex<Asking<O>>);

struct Asking<O> {
    ask: Sender<Arc<Plan<O>>>,
    answered: Receiver<bool>,
    /// Whether nobody wants to know any more.
    gone: bool,
}

impl<O> Questions<O> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Asking<O>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O: Send + Sync> Trial<O> for Questions<O> {
    fn attempt(&self, plan: &Arc<Plan<O>>) -> Option<Finding> {
        let mut asking = self.lock();
        let answer = asking.ask.send(plan.clone()).ok().and_then(|()| asking.answered.recv().ok());
        asking.gone = answer.is_none();
        // proptest says nothing but yes or no: one failure is like the other.
        let signature = Signature { check: "proptest".to_owned(), shape: String::new() };
        let finding =
            Finding { signature, at: None, guilty: Vec::new(), begun: Vec::new(), strikes: Vec::new() };
        answer.filter(|fails| *fails).map(|_| finding)
    }
}
