//! From typed bodies to the [`System`] of a module: it and all that it uses share one state.
//!
//! Definitions and `let` are written out, with fresh binders for each use, so that no name is captured; equal
//! uses are one expression. Assignments to one variable become one update, with promises where two of them may
//! meet. Sets that are only asked for membership are not built.

mod assign;
mod compose;
mod event;
pub(crate) mod expr;
pub(crate) mod instance;
mod lock_step;
mod member;
mod part;
mod resource;
mod seq;
mod temporal;
mod theory;
pub(crate) mod two_runs;
mod view;

pub(crate) use expr::MAX_LOWERED_DEPTH;

use std::collections::HashMap;

use transition_system::{
    Axiom, ConstId, Constant, EnumId, Enumeration, ExprId, Property, PropertyId, PropertyKind, Sort, SortId,
    System, Type, TypeId, VarId, Variable,
};

use transition_system::view::View;

use crate::check::Checked;
use crate::check::typed::{TDef, TFormula};
use crate::diagnostic::Diagnostic;
use crate::names::{ConstIx, DefIx, Enum, EnumIx, EventIx, ModuleIx, Names, PropertyIx, Role, SortIx, VarIx};
use crate::source::{SourceMap, Span};
use crate::syntax::ast;
use crate::types::{Form, Ty, Types};
use theory::EventInfo;

/// What all modules have in common when they are lowered.
#[derive(Clone, Copy)]
pub(crate) struct Program<'p, 'a> {
    pub(crate) names: &'p Names<'a>,
    pub(crate) types: &'p Types,
    pub(crate) checked: &'p Checked,
    pub(crate) sources: &'p SourceMap,
}

/// A system, and which of its entries came from which declarations.
#[derive(Clone)]
pub(crate) struct Lowered {
    pub(crate) system: System,
    pub(crate) ids: Ids,
    /// Where partial operations were written.
    pub(crate) places: HashMap<ExprId, Span>,
    /// What is known of the system's events, in order.
    events: Vec<EventInfo>,
}

/// From declarations to entries of the system; `None` for what is not part of it.
#[derive(Clone)]
pub(crate) struct Ids {
    pub(crate) enums: Vec<Option<EnumId>>,
    pub(crate) sorts: Vec<Option<SortId>>,
    pub(crate) consts: Vec<Option<ConstId>>,
    pub(crate) vars: Vec<Option<VarId>>,
    pub(crate) properties: Vec<Option<PropertyId>>,
    types: Vec<Option<TypeId>>,
}

/// Lowers a module and all that it uses; or the space of a system, and all that belongs to it.
pub(crate) fn lower(
    program: Program<'_, '_>,
    root: ModuleIx,
    name: String,
    diagnostics: &mut Vec<Diagnostic>,
) -> Lowered {
    let names = program.names;
    let empty = Lowered {
        system: System {
            name,
            ..System::default()
        },
        ids: Ids {
            enums: vec![None; names.enums.len()],
            sorts: vec![None; names.sorts.len()],
            consts: vec![None; names.consts.len()],
            vars: vec![None; names.vars.len()],
            properties: vec![None; names.properties.len()],
            types: Vec::new(),
        },
        places: HashMap::new(),
        events: Vec::new(),
    };
    let mut lowering = Lowering::resume(program, root, empty, diagnostics);
    lowering.data();
    lowering.behaviour();
    lowering.components();
    lowering.finish()
}

/// Lowers one more body into a system; its first locals are these elements of sorts. Gives how its values are shown, too.
pub(crate) fn resume(
    program: Program<'_, '_>,
    root: ModuleIx,
    lowered: Lowered,
    body: &TDef,
    elements: &[(SortId, u32)],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Lowered, ExprId, View) {
    let mut lowering = Lowering::resume(program, root, lowered, diagnostics);
    let mut env: Env = vec![None; body.locals.len()];
    for (slot, (sort, i)) in env.iter_mut().zip(elements) {
        *slot = Some(lowering.system.arena.element(*sort, *i));
    }
    let out = lowering.expr(&body.body, &mut env);
    let view = lowering.view(body.body.ty);
    (lowering.finish(), out, view)
}

/// Which modules belong to the system of a module.
pub(crate) fn closure(names: &Names<'_>, root: ModuleIx) -> Vec<bool> {
    let mut members = vec![false; names.modules.len()];
    let mut work = vec![root];
    while let Some(module) = work.pop() {
        if !std::mem::replace(&mut members[module.index()], true) {
            work.extend(names[module].uses.iter().map(|u| u.module));
            if let Some(space) = &names[module].space {
                work.push(names.file_of(module));
                work.extend(space.parts.values());
            }
        }
    }
    members
}

/// Values of the locals of the body that is being lowered.
type Env = Vec<Option<ExprId>>;

struct Lowering<'p, 'a> {
    program: Program<'p, 'a>,
    diagnostics: &'p mut Vec<Diagnostic>,
    system: System,
    ids: Ids,
    places: HashMap<ExprId, Span>,
    /// Definitions already written out: for these arguments, in this or the next state.
    memo: HashMap<(DefIx, Vec<ExprId>, part::Values, bool), ExprId>,
    /// Memberships in sets of definitions, likewise.
    member_memo: HashMap<(DefIx, Vec<ExprId>, part::Values, ExprId, bool), ExprId>,
    const_values: HashMap<(ConstIx, part::Values), ExprId>,
    /// The declarations of each event.
    joint_parts: Vec<Vec<EventIx>>,
    /// The members of families that are spoken of.
    indices: HashMap<ConstIx, ExprId>,
    /// What is known of the system's events, in order.
    events: Vec<EventInfo>,
    /// Variables mean their values in the next state.
    next: bool,
    depth: usize,
    members: Vec<bool>,
    /// The file.
    root: ModuleIx,
    /// The system's own space, if it is a composed system.
    space: Option<ModuleIx>,
}

/// Names of one kind of declaration, made unique.
struct Namer {
    count: HashMap<String, usize>,
}

impl Namer {
    fn new<'s>(all: impl Iterator<Item = &'s str>) -> Self {
        let mut count = HashMap::new();
        for name in all {
            *count.entry(name.to_owned()).or_insert(0) += 1;
        }
        Self { count }
    }
}

impl<'p, 'a> Lowering<'p, 'a> {
    /// Goes on with what was lowered before.
    fn resume(
        program: Program<'p, 'a>,
        root: ModuleIx,
        mut lowered: Lowered,
        diagnostics: &'p mut Vec<Diagnostic>,
    ) -> Self {
        lowered.ids.types.resize(program.types.count(), None);
        Self {
            program,
            diagnostics,
            system: lowered.system,
            ids: lowered.ids,
            places: lowered.places,
            events: lowered.events,
            memo: HashMap::new(),
            member_memo: HashMap::new(),
            const_values: HashMap::new(),
            joint_parts: Vec::new(),
            indices: HashMap::new(),
            next: false,
            depth: 0,
            members: closure(program.names, root),
            root: program.names.file_of(root),
            space: Some(root).filter(|r| program.names[*r].space.is_some()),
        }
    }

    fn finish(self) -> Lowered {
        Lowered {
            system: self.system,
            ids: self.ids,
            places: self.places,
            events: self.events,
        }
    }

    fn is_member(&self, module: ModuleIx) -> bool {
        self.members[module.index()]
    }

    /// Whether an enumeration belongs to the system: that of decisions, if a module of it mediates.
    fn has_enum(&self, ix: EnumIx) -> bool {
        let names = self.program.names;
        if names.decision == Some(ix) {
            return names.mediators.iter().any(|m| self.is_member(m.module));
        }
        self.is_member(names[ix].module)
    }

    fn origin(&self, span: Span) -> transition_system::Origin {
        self.program.sources.origin(span)
    }

    /// Whether the names of a module stand in the system without that of a component.
    fn is_bare(&self, module: ModuleIx) -> bool {
        let space = self.program.names[module].space.as_ref();
        self.is_member(module) && space.is_none_or(|s| s.label.is_empty())
    }

    /// Bare in the root and where unique, else with the module; behind the name of their component.
    fn named(&self, namer: &Namer, module: ModuleIx, name: &str) -> String {
        if let Some(space) = &self.program.names[module].space
            && !space.label.is_empty()
        {
            return format!("{}.{name}", space.label);
        }
        let unique = namer.count.get(name).is_none_or(|n| *n < 2);
        if module == self.root || unique {
            return name.to_owned();
        }
        if let Some(space) = &self.program.names[module].space {
            return format!("{}.{name}", space.of);
        }
        format!("{}::{name}", self.program.names[module].name)
    }

    fn data(&mut self) {
        let names = self.program.names;
        let own = |(i, _): &(usize, &Enum<'_>)| self.has_enum(EnumIx::new(*i));
        let enums = names.enums.iter().enumerate().filter(own);
        let enums = enums.map(|(_, e)| e.name.text.as_str());
        let sorts = names
            .sorts
            .iter()
            .filter(|s| self.is_member(s.module))
            .map(|s| s.name.text.as_str());
        let types = Namer::new(enums.chain(sorts));
        for (i, e) in names.enums.iter().enumerate() {
            if !self.has_enum(EnumIx::new(i)) {
                continue;
            }
            self.ids.enums[i] = Some(EnumId::new(self.system.enumerations.len()));
            self.system.enumerations.push(Enumeration {
                name: self.named(&types, e.module, &e.name.text),
                enumerators: e.members.iter().map(|m| m.text.clone()).collect(),
                origin: self.origin(e.head),
            });
        }
        for (i, s) in names
            .sorts
            .iter()
            .enumerate()
            .filter(|(_, s)| self.members[s.module.index()])
        {
            self.ids.sorts[i] = Some(SortId::new(self.system.sorts.len()));
            self.system.sorts.push(Sort {
                name: self.named(&types, s.module, &s.name.text),
                elements: Vec::new(),
                origin: self.origin(s.name.span),
            });
        }
        self.places_of_state();
    }

    fn places_of_state(&mut self) {
        let names = self.program.names;
        let consts = names
            .consts
            .iter()
            .filter(|c| c.value.is_none() && self.is_bare(c.module));
        let vars = names.vars.iter().filter(|v| self.is_bare(v.module));
        let values = Namer::new(
            consts
                .map(|c| c.name.text.as_str())
                .chain(vars.map(|v| v.name.text.as_str())),
        );
        for (i, c) in names.consts.iter().enumerate() {
            if !self.is_member(c.module) || c.value.is_some() || c.role == Role::Index {
                continue;
            }
            self.ids.consts[i] = Some(ConstId::new(self.system.constants.len()));
            let constant = Constant {
                name: self.named(&values, c.module, &c.name.text),
                ty: self.family_ty(c.module, c.ty),
                doc: c.doc.to_owned(),
                origin: self.origin(c.name.span),
            };
            let view = self.family_view(c.module, c.ty);
            if view != View::Plain {
                let id = ConstId::new(self.system.constants.len());
                self.system.views.constants.insert(id, view);
            }
            self.system.constants.push(constant);
        }
        for (i, v) in names.vars.iter().enumerate() {
            if !self.is_member(v.module) {
                continue;
            }
            self.ids.vars[i] = Some(VarId::new(self.system.variables.len()));
            let variable = Variable {
                name: self.named(&values, v.module, &v.name.text),
                ty: self.family_ty(v.module, v.ty),
                origin: self.origin(v.name.span),
            };
            let view = self.family_view(v.module, v.ty);
            if view != View::Plain {
                let id = VarId::new(self.system.variables.len());
                self.system.views.variables.insert(id, view);
            }
            self.system.variables.push(variable);
        }
    }

    fn behaviour(&mut self) {
        let checked = self.program.checked;
        self.system.assumptions = self.axioms(&checked.assumes);
        self.system.init = self.axioms(&checked.inits);
        let names = self.program.names;
        for joint in self.joint_events() {
            for made in self.events(&joint.parts, &joint.name) {
                self.joint_parts.push(joint.parts.clone());
                self.system.events.push(made);
            }
        }
        let properties = names.properties.iter().filter(|p| self.is_bare(p.module));
        let namer = Namer::new(properties.map(|p| p.name.text.as_str()));
        for typed in &checked.properties {
            let sig = &names[typed.property];
            if !self.is_member(sig.module) {
                continue;
            }
            let mut env = vec![None; typed.locals.len()];
            let forall = sig.kind != ast::PropertyKind::Witness;
            let formula = self.for_members(sig.module, forall, |l| {
                let parts: Vec<_> = typed.formulas.iter().map(|f| l.expr(f, &mut env)).collect();
                l.system.arena.and(parts)
            });
            self.ids.properties[typed.property.index()] = Some(PropertyId::new(self.system.properties.len()));
            let temporal = sig.kind == ast::PropertyKind::Temporal;
            let temporal = temporal.then(|| self.temporals(sig.module, &typed.temporal, &mut env));
            let property = Property {
                name: self.named(&namer, sig.module, &sig.name.text),
                doc: sig.doc.to_owned(),
                kind: match sig.kind {
                    ast::PropertyKind::Invariant => PropertyKind::Invariant,
                    ast::PropertyKind::Witness => PropertyKind::Witness,
                    ast::PropertyKind::Transition | ast::PropertyKind::Steps => PropertyKind::Transition,
                    ast::PropertyKind::TwoRuns => continue,
                    ast::PropertyKind::Temporal => PropertyKind::Temporal,
                },
                formula,
                temporal,
                promises: Vec::new(),
                steps: Vec::new(),
                origin: self.origin(sig.head),
            };
            self.system.properties.push(property);
        }
        self.steps();
        self.resources();
    }

    fn axioms(&mut self, list: &[TFormula]) -> Vec<Axiom> {
        let mut out = Vec::new();
        for typed in list {
            if !self.is_member(typed.module) {
                continue;
            }
            let mut env = vec![None; typed.locals.len()];
            out.push(Axiom {
                formula: self.for_members(typed.module, true, |l| l.expr(&typed.body, &mut env)),
                promises: Vec::new(),
                origin: self.origin(typed.body.span),
            });
        }
        out
    }

    /// A type of the checker as one of the system.
    fn ty(&mut self, ty: Ty) -> TypeId {
        let mut maker = TypeMaker {
            types: self.program.types,
            ids: &mut self.ids,
            arena: &mut self.system.arena,
        };
        maker.make(ty)
    }
}

/// Makes types of a system.
pub(crate) struct TypeMaker<'m> {
    pub(crate) types: &'m Types,
    pub(crate) ids: &'m mut Ids,
    pub(crate) arena: &'m mut transition_system::Arena,
}

impl TypeMaker<'_> {
    pub(crate) fn make(&mut self, ty: Ty) -> TypeId {
        let index = ty.index();
        if let Some(id) = self.ids.types.get(index).copied().flatten() {
            return id;
        }
        let made = match self.types.form(ty).clone() {
            // Errors stop the compilation before; any type will do.
            Form::Error | Form::Unknown | Form::Bool => Type::Bool,
            Form::Int => Type::Int,
            Form::Range(lo, hi) => Type::Range { lo, hi },
            Form::Enum(e) => self.ids.enums[e.index()].map_or(Type::Bool, Type::Enum),
            Form::Sort(s) => self.ids.sorts[s.index()].map_or(Type::Bool, Type::Sort),
            Form::Option(t) => Type::Option(self.make(t)),
            Form::Set(t) => Type::Set(self.make(t)),
            Form::Map(k, v) => Type::Map(self.make(k), self.make(v)),
            Form::Tuple(parts) => Type::Tuple(parts.into_iter().map(|t| self.make(t)).collect()),
            Form::Record(_, fields) => {
                let mut fields: Vec<_> = fields.into_iter().map(|t| self.make(t)).collect();
                match (fields.len(), fields.pop()) {
                    // A record of one field is that field.
                    (1, Some(only)) => self.arena.type_of_id(only).clone(),
                    (_, last) => {
                        fields.extend(last);
                        Type::Tuple(fields)
                    }
                }
            }
            Form::Seq(n, of) => {
                let of = self.make(of);
                let mut ty = Type::Option(of);
                for _ in 1..n {
                    let rest = self.arena.ty(ty);
                    ty = Type::Option(self.arena.ty(Type::Tuple(vec![of, rest])));
                }
                ty
            }
            Form::Multiset(key, count) => Type::Map(self.make(key), self.make(count)),
        };
        let id = self.arena.ty(made);
        self.ids.types[index] = Some(id);
        id
    }
}

impl Ids {
    pub(crate) fn property(&self, ix: PropertyIx) -> Option<PropertyId> {
        self.properties.get(ix.index()).copied().flatten()
    }

    pub(crate) fn sort(&self, ix: SortIx) -> Option<SortId> {
        self.sorts.get(ix.index()).copied().flatten()
    }

    pub(crate) fn constant(&self, ix: ConstIx) -> Option<ConstId> {
        self.consts.get(ix.index()).copied().flatten()
    }

    pub(crate) fn enumeration(&self, ix: EnumIx) -> Option<EnumId> {
        self.enums.get(ix.index()).copied().flatten()
    }

    fn variable(&self, ix: VarIx) -> Option<VarId> {
        self.vars.get(ix.index()).copied().flatten()
    }
}
