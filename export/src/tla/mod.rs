//! TLA+: one module for a system and one configuration for a scope.
//!
//! TLC finds for them the distinct states and the verdicts of `watertight check`:
//!
//! * a sort is a constant, in the configuration a set of model values (symmetry is not declared); a sort whose elements are
//!   named is a definition; an enumeration is a set of strings;
//! * `none` is `<< >>`, `some(x)` is `<<x>>`; maps are functions, tuples are tuples, relations sets of tuples;
//! * a constant that is given as a whole is a definition. Any other is a variable that nothing changes, so that TLC, as
//!   Watertight, considers every value;
//! * an event is an operator over its parameters and then its choices; `Next` quantifies over both;
//! * a promise is an invariant `Defined_X`, true where every partial operation of `X` is defined;
//! * a witness `w` is the invariant `Never_w`, which the configuration leaves in a comment: its violation is the run.

mod claims;
mod expr;
mod given;
mod init;
mod names;
mod parts;
mod pieces;
mod temporal;

use std::fmt::Write as _;

use transition_system::{ConstId, Origin, Scope, System, TypeId, VarId};

use crate::NoForm;
use crate::block::Block;
use expr::{Helper, Writer};

/// Stack in bytes; only what is used is taken from the machine.
const STACK_BYTES: usize = 256 << 20;

/// A module with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name of the module: its file is this with `.tla`.
    pub name: String,
    /// Text of the module.
    pub tla: String,
    /// Properties without a form, which are left out.
    pub left_out: Vec<NoForm>,
    /// Text of the configuration.
    pub cfg: String,
}

/// Something with a value in each state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Symbol {
    Constant(ConstId),
    Variable(VarId),
}

/// The module of a system and its configuration for a scope, which has a size for every open sort.
///
/// # Errors
/// A construct that TLA+ or TLC has no form for.
pub fn module(system: &System, scope: &Scope) -> Result<Module, NoForm> {
    // formulas may be deep: on a stack of its own
    std::thread::scope(|threads| {
        let work = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(threads, || made(system, scope));
        let failed = || {
            NoForm::new(
                "internal error: no thread could be started, or it did not end well",
                &Origin::unknown(),
            )
        };
        work.map_err(|_| failed())?.join().map_err(|_| failed())?
    })
}

fn made(system: &System, scope: &Scope) -> Result<Module, NoForm> {
    crate::size::check(system)?;
    let mut assembly = Assembly::new(system);
    assembly.write()?;
    let cfg = assembly.cfg(scope)?;
    Ok(Module {
        name: assembly.writer.names.module.clone(),
        tla: assembly.text(),
        left_out: assembly.left_out,
        cfg,
    })
}

/// A module while it is made.
struct Assembly<'a> {
    system: &'a System,
    writer: Writer<'a>,
    /// What has a value in each state: constants that are not given as a whole, then variables.
    symbols: Vec<(Symbol, TypeId, Origin)>,
    /// Definitions in order.
    body: Vec<String>,
    uses_assert: bool,
    invariants: Vec<String>,
    witnesses: Vec<String>,
    properties: Vec<String>,
    fair: bool,
    left_out: Vec<NoForm>,
}

impl Writer<'_> {
    fn symbol(&self, symbol: Symbol) -> &str {
        match symbol {
            Symbol::Constant(c) => self.names.constant(c),
            Symbol::Variable(v) => self.names.variable(v),
        }
    }

    fn type_of(&self, symbol: Symbol) -> TypeId {
        match symbol {
            Symbol::Constant(c) => self.system.constant(c).ty,
            Symbol::Variable(v) => self.system.variable(v).ty,
        }
    }
}

impl<'a> Assembly<'a> {
    fn new(system: &'a System) -> Self {
        let mut symbols = Vec::new();
        for id in system.constant_ids() {
            let decl = system.constant(id);
            if given::known(system, id).is_none() {
                symbols.push((Symbol::Constant(id), decl.ty, decl.origin.clone()));
            }
        }
        for id in system.variable_ids() {
            let decl = system.variable(id);
            symbols.push((Symbol::Variable(id), decl.ty, decl.origin.clone()));
        }
        Self {
            system,
            writer: Writer::new(system),
            symbols,
            body: Vec::new(),
            uses_assert: false,
            invariants: Vec::new(),
            witnesses: Vec::new(),
            properties: Vec::new(),
            fair: false,
            left_out: Vec::new(),
        }
    }

    fn write(&mut self) -> Result<(), NoForm> {
        if self.symbols.is_empty() {
            let what = format!(
                "`{}` has neither variables nor open constants: there are no states",
                self.system.name
            );
            return Err(NoForm::new(what, &Origin::unknown()));
        }
        self.sets();
        self.constants();
        self.type_ok();
        self.init()?;
        self.events();
        self.next();
        self.fairness();
        self.promises();
        self.claims()
    }

    /// `name == body`, below what is said of it.
    fn define(&mut self, doc: &str, head: &str, body: Block) {
        let mut out = comment(doc);
        let short = body.text();
        if short.lines().count() == 1 && head.len() + short.len() < 100 {
            let _ = write!(out, "{head} == {short}");
        } else {
            let _ = write!(out, "{head} ==\n{}", body.indent(2).text());
        }
        self.body.push(out);
    }

    fn text(&self) -> String {
        let title = format!(" MODULE {} ", self.writer.names.module);
        let rule = "-".repeat((78usize.saturating_sub(title.len()) / 2).max(4));
        let mut out = format!("{rule}{title}{rule}\n");
        let about = format!(
            "System `{}`, written by `watertight export --to tla`. With its configuration, which `-o` writes beside \
             it, TLC finds the states and the verdicts of `watertight check`; run it with -deadlock, since a state without \
             successors is no error.",
            self.system.name
        );
        out.push_str(&comment(&about));
        out.push_str("EXTENDS Integers, FiniteSets");
        out.push_str(if self.uses_assert { ", TLC\n\n" } else { "\n\n" });
        let open: Vec<&str> = self.model_constants();
        if !open.is_empty() {
            out.push_str(&list_of("CONSTANTS", &open));
        }
        let symbols: Vec<&str> = self
            .symbols
            .iter()
            .map(|(s, _, _)| self.writer.symbol(*s))
            .collect();
        out.push_str(&list_of("VARIABLES", &symbols));
        let _ = writeln!(out, "vars == <<{}>>\n", wrapped(&symbols, 10));
        for helper in &self.writer.helpers {
            out.push_str(definition(*helper));
            out.push('\n');
        }
        out.push_str(&self.body.join("\n"));
        let _ = writeln!(out, "\n{}", "=".repeat(2 * rule.len() + title.len()));
        out
    }

    /// Sorts of any size, and named elements.
    fn model_constants(&self) -> Vec<&str> {
        let names = &self.writer.names;
        let mut out = Vec::new();
        for id in self.system.sort_ids() {
            if self.system.sort(id).elements.is_empty() {
                out.push(names.sort(id));
            }
            out.extend(names.elements(id).iter().map(String::as_str));
        }
        out
    }

    fn cfg(&mut self, scope: &Scope) -> Result<String, NoForm> {
        let mut out = String::from("SPECIFICATION Spec\n");
        let mut values = Vec::new();
        for id in self.system.sort_ids() {
            let sort = self.system.sort(id);
            if !sort.elements.is_empty() {
                let elements = self.writer.names.elements(id);
                values.extend(elements.iter().map(|e| format!("{e} = {e}")));
                continue;
            }
            let Some(size) = scope.size(id) else {
                let what = format!("sort `{}` has no size", sort.name);
                return Err(NoForm::new(what, &sort.origin));
            };
            let elements = self.writer.names.model_values(id, size);
            values.push(format!(
                "{} = {{{}}}",
                self.writer.names.sort(id),
                elements.join(", ")
            ));
        }
        section(&mut out, "CONSTANTS", &values);
        section(&mut out, "INVARIANTS", &self.invariants);
        section(&mut out, "PROPERTIES", &self.properties);
        if !self.witnesses.is_empty() {
            out.push_str("\\* Where one of these is violated, the run of TLC reaches the witness:\n");
            for name in &self.witnesses {
                let _ = writeln!(out, "\\* INVARIANT {name}");
            }
        }
        out.push_str("\\* A state without successors is no error: run TLC with -deadlock.\n");
        Ok(out)
    }
}

fn section(out: &mut String, title: &str, items: &[String]) {
    if !items.is_empty() {
        let _ = writeln!(out, "{title}");
        for item in items {
            let _ = writeln!(out, "  {item}");
        }
    }
}

fn list_of(keyword: &str, names: &[&str]) -> String {
    format!("{keyword} {}\n\n", wrapped(names, keyword.len() + 1))
}

/// Names with commas, in lines of bounded width.
fn wrapped(names: &[&str], indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
            column += 2;
        }
        if column + name.len() > 98 && i > 0 {
            let _ = write!(out, "\n{:indent$}", "");
            column = indent;
        }
        out.push_str(name);
        column += name.len();
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Text as comments; other than ASCII, which not every TLA+ tool reads, is replaced.
fn comment(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim().lines().filter(|l| !l.trim().is_empty()) {
        let mut column = 0;
        for word in line.split_whitespace() {
            let word: String = word.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
            if column == 0 || column + word.len() > 96 {
                out.push_str(if column == 0 { "\\*" } else { "\n\\*" });
                column = 2;
            }
            out.push(' ');
            out.push_str(&word);
            column += word.len() + 1;
        }
        out.push('\n');
    }
    out
}

fn definition(helper: Helper) -> &'static str {
    match helper {
        Helper::Option => {
            "\\* No value, or one: << >> or <<x>>\nOption(S_) == {<< >>} \\cup {<<x_>> : x_ \\in S_}\n"
        }
        Helper::Sum => {
            "\\* The sum of the values of a function\n\
             Sum(f_) ==\n  \
               LET RECURSIVE go(_)\n      \
                   go(S_) == IF S_ = {} THEN 0 ELSE LET x_ == CHOOSE y_ \\in S_ : TRUE IN f_[x_] + go(S_ \\ {x_})\n  \
               IN go(DOMAIN f_)\n"
        }
        Helper::Least => "Least(S_) == CHOOSE x_ \\in S_ : \\A y_ \\in S_ : x_ <= y_\n",
        Helper::Greatest => "Greatest(S_) == CHOOSE x_ \\in S_ : \\A y_ \\in S_ : y_ <= x_\n",
        Helper::Closure => {
            "\\* The transitive closure of a set of pairs\n\
             Closure(R_) ==\n  \
               LET RECURSIVE go(_)\n      \
                   more(S_) == S_ \\cup {<<x_[1][1], x_[2][2]>> : x_ \\in {y_ \\in (S_ \\X S_) : y_[1][2] = y_[2][1]}}\n      \
                   go(S_) == IF more(S_) = S_ THEN S_ ELSE go(more(S_))\n  \
               IN go(R_)\n"
        }
        Helper::Remainder => {
            "\\* Division with a remainder that is never negative\n\
             Remainder(x_, y_) == x_ % (IF y_ < 0 THEN (-y_) ELSE y_)\n"
        }
        Helper::Quotient => {
            "Quotient(x_, y_) ==\n  \
             IF y_ < 0 THEN (-((x_ - Remainder(x_, y_)) \\div (-y_))) ELSE (x_ - Remainder(x_, y_)) \\div y_\n"
        }
    }
}
