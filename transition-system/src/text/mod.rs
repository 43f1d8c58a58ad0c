//! A text form of a [`System`](crate::System) that prints and reads back.
//!
//! S-expressions, one declaration a line. It keeps meaning and names, not documentation, origins or
//! evidence; `print(read(print(s))) == print(s)`, byte for byte, and two systems with equal text have equal
//! meaning. Expressions used more than once get a number (`%3`), so the text is linear in the system; binders
//! are numbered (`$2`). A line that begins with `;` is a comment. The grammar is what [`print()`] writes:
//!
//! ```text
//! (system NAME)
//! (enum NAME ENUMERATOR...)          (sort NAME ELEMENT...)
//! (const NAME TYPE)                  (var NAME TYPE)
//! (binder $N NAME TYPE)              (def %N EXPR)
//! (view const NAME VIEW)             (view var NAME VIEW)         (view binder $N VIEW)
//! (given CONST (INDEX...) VALUE)     VALUE may be `unknown`
//! (assume EXPR PROMISE...)           (init EXPR PROMISE...)
//! (event NAME (PARAM...) (CHOICE...) ACTOR GUARD ((VAR EXPR)...) PROMISE... MARK...)
//! (invariant NAME EXPR PROMISE...)   likewise `transition`, `witness`
//! (temporal NAME FORMULA PROMISE...)
//! (component NAME OF (VAR...) (PRIVATE...) (EVENT...) (PROPERTY...))
//! VIEW = plain | (record (NAME VIEW)...) | (tuple VIEW...) | (seq N VIEW) | (multiset VIEW)
//!      | (option VIEW) | (set VIEW) | (map VIEW VIEW)
//! (step PROPERTY EVENT EXPR PROMISE...)   a clause of a transition property
//! PROMISE = (range EXPR) | (some EXPR) | (divisor EXPR) | (agree EXPR) | (nonempty EXPR)
//! MARK = (fair FAIRNESS) | (input) | (alternative NAME FAIRNESS)
//! FAIRNESS = none | weak | strong
//! FORMULA = (state EXPR) | (not FORMULA) | (and FORMULA...) | (or FORMULA...) | (=> FORMULA FORMULA)
//!         | (iff FORMULA FORMULA) | (always FORMULA) | (eventually FORMULA) | (until FORMULA FORMULA)
//!         | (leads-to FORMULA FORMULA) | (forall $N FORMULA) | (exists $N FORMULA)
//! ```

mod component;
mod print;
mod print_temporal;
mod read;
mod read_temporal;
mod sexp;

pub use print::{print, print_expr, print_type};
pub use read::{TextError, read, read_expr};
