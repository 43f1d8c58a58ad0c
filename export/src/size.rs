//! How large a formula is when what is shared in the arena is written out each time.

use std::collections::HashMap;

use transition_system::{Arena, ExprId, Origin, System, Temporal};

use crate::NoForm;

/// Most nodes of a formula that is written.
const MOST: u64 = 200_000;

/// That no formula of a system is too large to be written as a tree.
///
/// # Errors
/// The first that is.
pub(crate) fn check(system: &System) -> Result<(), NoForm> {
    let mut sizes = HashMap::new();
    let mut check = |roots: &mut dyn Iterator<Item = ExprId>, what: String, origin: &Origin| {
        for root in roots {
            if size(&system.arena, root, &mut sizes) > MOST {
                let what = format!("{what} has more than {MOST} parts when it is written out");
                return Err(NoForm::new(what, origin));
            }
        }
        Ok(())
    };
    for axiom in system.assumptions.iter().chain(&system.init) {
        let promises = axiom.promises.iter().map(|p| p.holds);
        check(
            &mut promises.chain([axiom.formula]),
            "a formula of the first states".to_owned(),
            &axiom.origin,
        )?;
    }
    for event in &system.events {
        let promises = event.promises.iter().map(|p| p.holds);
        let updates = event.updates.iter().map(|u| u.value);
        check(
            &mut promises.chain(updates).chain([event.guard]),
            format!("event `{}`", event.name),
            &event.origin,
        )?;
    }
    for property in &system.properties {
        let steps = property.steps.iter();
        let steps = steps.flat_map(|s| s.promises.iter().map(|p| p.holds).chain([s.formula]));
        let promises = property.promises.iter().map(|p| p.holds).chain(steps);
        let states = property
            .temporal
            .iter()
            .flat_map(Temporal::states)
            .map(|(_, e)| e);
        check(
            &mut promises.chain(states).chain([property.formula]),
            format!("property `{}`", property.name),
            &property.origin,
        )?;
    }
    Ok(())
}

fn size(arena: &Arena, e: ExprId, known: &mut HashMap<ExprId, u64>) -> u64 {
    if let Some(n) = known.get(&e) {
        return *n;
    }
    let children = arena.expr(e).children();
    let n = children
        .into_iter()
        .fold(1u64, |n, c| n.saturating_add(size(arena, c, known)));
    known.insert(e, n);
    n
}
