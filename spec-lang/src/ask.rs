//! Expressions about a model that is compiled already: what a person types at a prompt, or on a command line.
//!
//! Takes the text of expressions; gives each as an expression of one of the model's systems, with its type and its
//! promises, or diagnostics. Names mean what they mean in the module of the system. Besides, elements of sorts can be
//! named: as the instance names them, or by number (`Process#0`), as traces show them.

use transition_system::promise::promises_of;
use transition_system::view::View;
use transition_system::{ExprId, Origin, Promise, Scope, SortId, System};

use crate::check::ask::{Asking, Local};
use crate::check::check;
use crate::check::typed::TDef;
use crate::command::Subject;
use crate::compile::{Compiled, STACK_BYTES, all_subjects, complete};
use crate::diagnostic::{Diagnostic, tidy};
use crate::lower::{Lowered, Program, resume};
use crate::names::{ModuleIx, Names, SortIx, collect};
use crate::source::{Source, SourceId, SourceMap, Span};
use crate::suggest::nearest;
use crate::syntax::parse_expression;
use crate::types::{Form, Ty, Types};
use crate::{Model, NamedSystem};

/// One expression.
#[derive(Clone, Copy, Debug)]
pub struct Question<'t> {
    /// The text.
    pub text: &'t str,
    /// Whether it must be a truth value.
    pub truth: bool,
}

/// Expressions of a system.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The system, with names for the elements that the scope gives each open sort, so that it needs no scope. Constants,
    /// variables, events and properties are those of the model's own system, in the same order.
    pub system: System,
    /// The expressions, in the order asked.
    pub expressions: Vec<Asked>,
}

/// An expression of a system.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The expression: closed, over constants and variables.
    pub expr: ExprId,
    /// Its type, as the language writes it.
    pub ty: String,
    /// How its values are shown.
    pub view: View,
    /// What must hold for it to be defined.
    pub promises: Vec<Promise>,
}

/// Why a question has no answer.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts, for rendering.
    pub sources: SourceMap,
}

impl Model {
    /// Expressions of the system at `index`, with elements of open sorts as many as `scope` says.
    ///
    /// # Errors
    /// [`Rejected`] with every error of the first expression that is wrong.
    pub fn ask(&self, index: usize, scope: &Scope, questions: &[Question<'_>]) -> Result<Answer, Rejected> {
        stacker::grow(STACK_BYTES, || ask_here(self, index, scope, questions))
    }
}

/// Names the elements of open sorts as traces do, so that the system needs no scope.
pub fn name_elements(system: &mut System, scope: &Scope) {
    for (sort, size) in scope.sizes() {
        let sort = &mut system.sorts[sort.index()];
        if sort.elements.is_empty() {
            sort.elements = (0..size).map(|i| format!("{}#{i}", sort.name)).collect();
        }
    }
}

fn ask_here(
    model: &Model,
    index: usize,
    scope: &Scope,
    questions: &[Question<'_>],
) -> Result<Answer, Rejected> {
    let Compiled {
        loaded,
        sources,
        root_name,
    } = &*model.compiled;
    let mut sources = sources.clone();
    if model.systems.get(index).is_some_and(|s| s.two_runs.is_some()) {
        return Err(of_two_runs(sources, questions));
    }
    // what is wrong with the file is known
    let mut known = Vec::new();
    let mut types = Types::new();
    let names = collect(loaded, &mut types, &mut known);
    let checked = check(&names, &mut types, &mut known);
    let subject = loaded.last().and_then(|file| {
        let program = Program {
            names: &names,
            types: &types,
            checked: &checked,
            sources: &sources,
        };
        let root = ModuleIx::new(loaded.len() - 1);
        all_subjects(program, file, root, root_name, &mut known)
            .into_iter()
            .nth(index)
    });
    let Some(mut subject) = subject else {
        return Err(Rejected {
            diagnostics: known,
            sources,
        });
    };
    name_elements(&mut subject.lowered.system, scope);
    let mut diagnostics = Vec::new();
    let mut typed = Vec::new();
    for question in questions {
        let mut reader = Reader {
            names: &names,
            types: &mut types,
            sources: &mut sources,
            diagnostics: &mut diagnostics,
        };
        match reader.read(question, &subject) {
            Some(one) => typed.push(one),
            None => {
                tidy(&mut diagnostics);
                return Err(Rejected { diagnostics, sources });
            }
        }
    }
    let program = Program {
        names: &names,
        types: &types,
        checked: &checked,
        sources: &sources,
    };
    let answer = lowered(program, subject, &typed, &mut diagnostics);
    answer.ok_or_else(|| {
        tidy(&mut diagnostics);
        Rejected { diagnostics, sources }
    })
}

/// A system of two runs has each variable twice, and the language no names for them.
fn of_two_runs(mut sources: SourceMap, questions: &[Question<'_>]) -> Rejected {
    let text = questions.first().map_or("", |q| q.text);
    let source = sources.add(Source::new("expression", text));
    let span = Span {
        source,
        start: 0,
        end: text.len() as u32,
    };
    let error = Diagnostic::error(
        "E0514",
        span,
        "this is a system of two runs, and an expression speaks of one",
    )
    .help("ask about the module or instance of which there are two runs");
    Rejected {
        diagnostics: vec![error],
        sources,
    }
}

/// A typed expression, and the elements for which its first locals stand.
type Typed = (TDef, Vec<(SortId, u32)>);

/// Lowers typed expressions into the system; `None` if something is wrong.
fn lowered(
    program: Program<'_, '_>,
    mut subject: Subject,
    typed: &[Typed],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Answer> {
    let mut made = Vec::new();
    for (def, elements) in typed {
        let (lowered, expr, view) = resume(
            program,
            subject.module,
            subject.lowered,
            def,
            elements,
            diagnostics,
        );
        subject.lowered = lowered;
        let ty = def.body.ty;
        made.push((expr, program.types.show(program.names, ty), view));
    }
    let places = subject.lowered.places.clone();
    let place = |id: ExprId| {
        places
            .get(&id)
            .map_or_else(Origin::unknown, |s| program.sources.origin(*s))
    };
    let NamedSystem { mut system, .. } = complete(program, subject, diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return None;
    }
    let truth = system.arena.bool(true);
    let asked = |(expr, ty, view)| Asked {
        promises: promises_of(&mut system.arena, expr, truth, &place),
        expr,
        ty,
        view,
    };
    let expressions = made.into_iter().map(asked).collect();
    Some(Answer { system, expressions })
}

/// Reads and types questions.
struct Reader<'r, 'a> {
    names: &'r Names<'a>,
    types: &'r mut Types,
    sources: &'r mut SourceMap,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    /// `None` if something is wrong.
    fn read(&mut self, question: &Question<'_>, subject: &Subject) -> Option<Typed> {
        let source = self.sources.add(Source::new("expression", question.text));
        let (text, mentions) = without_numbers(question.text);
        let locals = self.elements(subject, source, &mentions);
        let parsed = parse_expression(self.sources, source, &text, self.diagnostics);
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return None;
        }
        let asking = Asking {
            names: self.names,
            types: self.types,
            diagnostics: self.diagnostics,
            module: subject.module,
        };
        let def = asking.expression(&parsed?, question.truth, &locals);
        let elements = locals.into_iter().map(|l| l.value).collect();
        (!self.diagnostics.iter().any(Diagnostic::is_error)).then_some((def, elements))
    }

    /// The names that stand for elements of sorts.
    fn elements(&mut self, subject: &Subject, source: SourceId, mentions: &[Mention]) -> Vec<Local> {
        let Lowered { system, ids, .. } = &subject.lowered;
        let sorts: Vec<(Ty, SortId)> = (0..self.names.sorts.len())
            .map(SortIx::new)
            .filter_map(|ix| Some((self.types.make(Form::Sort(ix)), ids.sort(ix)?)))
            .collect();
        let mut locals = Vec::new();
        for (ty, id) in &sorts {
            for (i, name) in system.sort(*id).elements.iter().enumerate() {
                locals.push(Local {
                    name: name.clone(),
                    ty: *ty,
                    value: (*id, i as u32),
                    hides: false,
                });
            }
        }
        for mention in mentions {
            let named = sorts.iter().find(|(_, id)| system.sort(*id).name == mention.sort);
            match named.filter(|(_, id)| mention.number < system.sort(*id).elements.len()) {
                Some((ty, id)) => {
                    let value = (*id, mention.number as u32);
                    locals.push(Local {
                        name: mention.name.clone(),
                        ty: *ty,
                        value,
                        hides: true,
                    });
                }
                None => {
                    let span = Span {
                        source,
                        start: mention.start as u32,
                        end: mention.end as u32,
                    };
                    self.diagnostics.push(no_element(system, mention, span));
                }
            }
        }
        locals
    }
}

/// `Sort#3` in a text.
struct Mention {
    sort: String,
    number: usize,
    start: usize,
    end: usize,
    /// What stands for it in the text that is parsed.
    name: String,
}

/// The text with each `Sort#3` made a name of the same length that occurs nowhere else, so that places stay.
fn without_numbers(text: &str) -> (String, Vec<Mention>) {
    let mut out = text.to_owned();
    let mut mentions = Vec::new();
    let path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    for (hash, _) in text.match_indices('#') {
        let before = text.get(..hash).unwrap_or("");
        let after = text.get(hash + 1..).unwrap_or("");
        let start = before
            .rfind(|c| !path(c))
            .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (sort, end) = (text.get(start..hash).unwrap_or(""), hash + 1 + digits);
        let Some(number) = text.get(hash + 1..end).and_then(|d| d.parse().ok()) else {
            continue;
        };
        let line = before.rsplit('\n').next().unwrap_or("");
        if line.contains("//") {
            continue;
        }
        if !sort.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            continue;
        }
        let mention = text.get(start..end).unwrap_or("");
        let free = |filler: &&str| !text.contains(&mention.replace([':', '#'], filler));
        let filler = ["_", "Q", "Z", "X", "J"]
            .iter()
            .find(|f| free(f))
            .copied()
            .unwrap_or("_");
        let name = mention.replace([':', '#'], filler);
        out.replace_range(start..end, &name);
        mentions.push(Mention {
            sort: sort.to_owned(),
            number,
            start,
            end,
            name,
        });
    }
    (out, mentions)
}

fn no_element(system: &System, mention: &Mention, span: Span) -> Diagnostic {
    let message = format!("there is no element `{}#{}`", mention.sort, mention.number);
    let error = Diagnostic::error("E0201", span, message);
    match system.sorts.iter().find(|s| s.name == mention.sort) {
        Some(sort) => error.help(format!("`{}` has {}", sort.name, sort.elements.join(", "))),
        None => {
            let names = system.sorts.iter().map(|s| s.name.as_str());
            let near = nearest(&mention.sort, names).map(|n| format!("did you mean `{n}`?"));
            error.maybe_help(near)
        }
    }
}
