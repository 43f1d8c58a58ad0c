//! Components in the text form: `(component NAME OF (VAR...) (PRIVATE...) (EVENT...) (PROPERTY...))`.

use super::read::{Result, TextError};
use super::sexp::Sexp;
use crate::component::Component;
use crate::origin::Origin;
use crate::system::System;

/// The line of a component.
pub(super) fn print(system: &System, component: &Component) -> String {
    let vars = |list: &[crate::VarId]| {
        let names: Vec<_> = list.iter().map(|v| system.variable(*v).name.as_str()).collect();
        names.join(" ")
    };
    let events: Vec<_> = component
        .events
        .iter()
        .map(|e| system.event(*e).name.as_str())
        .collect();
    let properties: Vec<_> = component
        .properties
        .iter()
        .map(|p| system.property(*p).name.as_str())
        .collect();
    format!(
        "(component {} {} ({}) ({}) ({}) ({}))",
        component.name,
        component.of,
        vars(&component.variables),
        vars(&component.private),
        events.join(" "),
        properties.join(" ")
    )
}

/// The component that the forms behind `component` say.
pub(super) fn read(system: &System, forms: &[Sexp], line: usize) -> Result<Component> {
    let [name, of, variables, private, events, properties] = forms else {
        return Err(TextError::new(line, "a component expected"));
    };
    let text = |form: &Sexp| match form.atom() {
        Some(atom) => Ok(atom.to_owned()),
        None => Err(TextError::new(line, "a name expected")),
    };
    Ok(Component {
        name: text(name)?,
        of: text(of)?,
        variables: all(variables, |n| system.find_variable(n))?,
        private: all(private, |n| system.find_variable(n))?,
        events: all(events, |n| system.find_event(n))?,
        properties: all(properties, |n| system.find_property(n))?,
        origin: Origin::unknown(),
    })
}

fn all<T>(form: &Sexp, find: impl Fn(&str) -> Option<T>) -> Result<Vec<T>> {
    let missing = || TextError::new(form.line(), "a list of names of the system expected");
    let list = form.list().ok_or_else(missing)?;
    list.iter()
        .map(|f| f.atom().and_then(&find).ok_or_else(missing))
        .collect()
}
