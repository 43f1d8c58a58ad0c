//! What a search is about, how it ends, and what it says of what is wrong, whatever its order.

use transition_system::{Owner, Stop, Trace, Wrong};

use super::checks::Checks;
use super::layout::Layout;
use super::machine::Broken;
use super::options::Options;
use crate::ground::{Cone, Ground, GroundError, GroundProperty};

/// Most values tried while initial states are enumerated.
pub(super) const INITIAL_TRIALS: u64 = 1 << 26;

/// Why a search ends before every state is expanded.
pub(super) enum Halt {
    /// Every question is answered.
    Answered,
    /// A limit, or something that cannot be treated.
    Stop(Stop),
}

impl From<GroundError> for Halt {
    fn from(error: GroundError) -> Self {
        Halt::Stop(error.into())
    }
}

/// What a search is about: the cells and events that matter, how states are packed, and what is asked of them.
pub(super) struct Question {
    pub(super) cone: Cone,
    pub(super) layout: Layout,
    pub(super) checks: Checks,
    /// The position of the property that says where a run may end.
    pub(super) terminal: Option<usize>,
}

impl Question {
    pub(super) fn new(ground: &Ground<'_>, options: &Options<'_>) -> Result<Self, GroundError> {
        let properties: Vec<&GroundProperty> = ground.properties.iter().collect();
        let cone = match (options.cone, options.deadlock) {
            (true, false) => Cone::of(ground, &properties),
            (true, true) => Cone::of_events_too(ground, &properties),
            (false, _) => Cone::everything(ground),
        };
        let layout = Layout::new(
            &ground.cells,
            cone.cells().filter(|c| ground.cells.get(*c).given.is_none()),
        );
        let mut checks = Checks::new(ground, &cone, &layout)?;
        let is_terminal = |p: &GroundProperty| options.terminal == Some(p.id);
        let terminal = ground.properties.iter().position(is_terminal);
        if let Some(position) = terminal {
            checks.close(position);
        }
        Ok(Self {
            cone,
            layout,
            checks,
            terminal,
        })
    }
}

/// The run that shows that the specification is undefined in the beginning, if it is.
pub(super) fn begun_undefined(ground: &Ground<'_>) -> Option<(Trace, Wrong)> {
    let undefined = ground.undefined.as_ref()?;
    let trace = Trace {
        initial: ground.cells.state(&undefined.values),
        steps: Vec::new(),
        loop_start: None,
    };
    let what = Wrong::Undefined {
        owner: undefined.owner.clone(),
        kind: undefined.kind,
        index: undefined.index,
    };
    Some((trace, what))
}

/// What is wrong where an event of the cone breaks a promise; `None` if it has no such promise.
pub(super) fn broken_promise(ground: &Ground<'_>, cone: &Cone, broken: Broken) -> Option<Wrong> {
    let event = &ground.events[cone.events[broken.event as usize]];
    let promise = event.promises().nth(broken.promise as usize)?;
    Some(Wrong::Undefined {
        owner: Owner::Event(event.event, event.args.clone()),
        kind: promise.kind,
        index: promise.index,
    })
}

/// Why a search ends where an event of the cone gives a cell a value that it cannot have.
pub(super) fn escaped(ground: &Ground<'_>, cone: &Cone, event: u32) -> Stop {
    let event = &ground.events[cone.events[event as usize]];
    let name = &ground.system.event(event.event).name;
    Stop::Unsupported(format!(
        "internal error: event `{name}` gives a variable a value outside of its type, and no promise says so"
    ))
}

/// Why a search does not begin.
pub(super) fn too_many() -> Stop {
    Stop::Unsupported(
        "there are too many initial states, or they are too hard to find; give constants values, or make `init` say what each variable is".to_owned(),
    )
}
