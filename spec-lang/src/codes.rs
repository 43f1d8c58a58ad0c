//! Every code a diagnostic can have, one row each: `E01xx` syntax, `E02xx` names, `E03xx` types, `E04xx`
//! behaviour, `E05xx` modules, instances and commands, `E0900` a defect of Watertight. The reference of the
//! language prints this table.
//!
//! Each code has a page, `docs/errors/CODE.md`: its row, an example that gives exactly this code, and one that gives
//! nothing. Tests compile both and write the row at the head of the page (`WATERTIGHT_BLESS=1`).

/// A row: the code, what it means, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// What it means, in a few words.
    pub title: &'static str,
    /// What lies behind it, and what to do.
    pub explanation: &'static str,
    /// The page, in Markdown.
    pub page: &'static str,
}

impl Code {
    /// The page as text for a terminal: examples are indented instead of fenced.
    #[must_use]
    pub fn plain(&self) -> String {
        let mut out = String::new();
        let mut fenced = false;
        for line in self.page.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
                continue;
            }
            let text = line.strip_prefix("# ").unwrap_or(line);
            let indent = if fenced && !text.is_empty() { "    " } else { "" };
            out.push_str(indent);
            out.push_str(text);
            out.push('\n');
        }
        out
    }
}

macro_rules! codes {
    ($($code:literal $title:literal $explanation:literal)*) => {
        /// All codes, in order.
        pub const CODES: &[Code] = &[$(Code {
            code: $code,
            title: $title,
            explanation: $explanation,
            page: include_str!(concat!("../../docs/errors/", $code, ".md")),
        }),*];
    };
}

/// The row of a code, written `E0123`, `e0123` or `123`.
#[must_use]
pub fn find(code: &str) -> Option<&'static Code> {
    let code = written_out(code);
    CODES.iter().find(|c| c.code == code)
}

/// The codes that someone who wrote `code` may have meant: the nearest by edits, else those of the same hundred.
#[must_use]
pub fn near(code: &str) -> Vec<&'static Code> {
    let code = written_out(code);
    let nearest = crate::suggest::nearest(&code, CODES.iter().map(|c| c.code));
    let hundred = code.get(..3).filter(|p| p.starts_with("E0"));
    let of_hundred = || {
        CODES
            .iter()
            .filter(|c| hundred.is_some_and(|h| c.code.starts_with(h)))
    };
    match nearest {
        Some(near) => CODES.iter().filter(|c| c.code == near).collect(),
        None => of_hundred().collect(),
    }
}

/// `E0123` for `e0123`, `0123` and `123`.
fn written_out(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    let digits = code.strip_prefix('E').unwrap_or(&code);
    if !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        format!("E{digits:0>4}")
    } else {
        code
    }
}

codes! {
    "E0101" "expected a declaration"
        "Outside of braces a file holds declarations only, and each begins with its own word, such as `var`."
    "E0102" "this cannot stand here"
        "The text does not fit the grammar. The declaration it stands in is left out; all others are still checked."
    "E0104" "nested too deep"
        "Expressions nest at most 256 levels in a text, and 1000 once definitions are written out. Name parts of it \
         with `def`, or parts of a type with `type`, or build long chains with `and` and `or`, which do not nest."
    "E0105" "the number is too large"
        "Integers have 64 bits."
    "E0106" "the file is too large"
        "A file has at most 16 MiB."
    "E0107" "an operator of another language"
        "`and`, `or`, `not`, `==` and `:=` are written so; `&&`, `||`, `!` and `=` are not operators."
    "E0108" "comparisons do not chain"
        "Write `a < b and b < c` for `a < b < c`. To compare two truth values, put the comparisons in parentheses."
    "E0109" "documentation of nothing (warning)"
        "`///` documents the declaration after it, and stands on lines of its own. Elsewhere use `//`."
    "E0110" "no such field"
        "The fields are `.value`, of an option, and `.0`, `.1`, of a tuple. The `.` after the binders of a \
         quantifier is followed by a blank."
    "E0111" "a relation with one column"
        "A relation is a set of tuples and has two columns or more; `set T` is a set of single elements."
    "E0112" "no size for a sort"
        "A sort is never empty, and a finite check takes at most 4096 elements of it."
    "E0113" "a bracket that is not closed"
        "Every `(`, `[` and `{` has its `)`, `]` and `}`. The second place shows which one has not."
    "E0114" "a bracket that nothing opened"
        "A `)`, `]` or `}` closes the nearest bracket that is open, of its own kind."
    "E0115" "a word of the language as a name"
        "Words such as `set`, `check` and `in` cannot be names; the reference lists them all."
    "E0116" "a comparison where an assignment stands"
        "The statements of an event are conditions, which begin with `when`, and assignments with `:=`, `+=` or `-=`."
    "E0117" "an assignment in a formula"
        "Formulas compare, with `==`; only events assign. In a `transition`, `x'` is the value after the step."
    "E0118" "a string"
        "There are no strings. Values with names are enumerators of an `enum`, or elements of a sort."
    "E0119" "a blank too many"
        "The `(` of a call, the `[` of an index and the `'` of the next state stand directly behind what they apply to; a \
         formula that begins with a bracket is a formula of its own."
    "E0120" "a quantifier without `.`"
        "Between the binders of a quantifier and what it says stands a `.` and a blank."
    "E0121" "half an `if`"
        "As an expression, `if` has a value in both cases: `if c then a else b`. In an event there are braces: `if c { ... }`."
    "E0122" "a type is missing"
        "Variables, constants, parameters and binders have a type behind a `:`; binders may have a set behind `in` instead."
    "E0123" "a sign that the language does not have"
        "Pasted text may hold quotation marks, dashes or invisible signs that only look like those of the language."
    "E0124" "a comment of another language"
        "Comments begin with `//` and end with their line."
    "E0201" "unknown name"
        "Nothing of this name is declared here or in a module that is used here without `as`."
    "E0202" "declared twice"
        "Names are unique in their module: types; values (constants, variables, definitions); events; properties. \
         Enumerators of different enumerations may share a name."
    "E0203" "ambiguous name"
        "Two used modules declare the name, or two enumerations have the enumerator. Qualify it: `module::name`, \
         `Enumeration::Name`."
    "E0204" "unknown qualifier"
        "What stands before `::` is the last part of a used module's path or all of it, or its alias if it has one; \
         or an enumeration."
    "E0205" "defined by itself"
        "Definitions and constants are written out where they are used; none may lead back to itself."
    "E0301" "wrong type"
        "What stands here has another type than what is wanted here."
    "E0302" "never equal"
        "Both sides of `==` have the same type; only integers and ranges mix."
    "E0303" "wrong number of arguments"
        "A definition takes one argument for each parameter, a relation one for each column."
    "E0304" "the operation does not fit the type"
        "Maps have keys, sets have elements, options have a value, tuples have components."
    "E0306" "the type cannot be told"
        "`none` and `{}` are of any option and any set; something next to them must say of which."
    "E0307" "`int` where the values must be finite"
        "Quantifiers, keys, elements, parameters and choices range over finitely many values. Use a range `0..7`."
    "E0308" "outside the range"
        "This number can never be in the range that it is given to."
    "E0309" "an empty range"
        "The lower bound of a range is at most its upper bound."
    "E0310" "the bound is not a known number"
        "Bounds are numbers, constants with a value such as `const N: int = 4`, and sums and products of them."
    "E0311" "a case is missing"
        "`match` has an arm for every case, or `_ => ...` for the rest."
    "E0312" "a case that is never reached (warning)"
        "The arms before it cover all that this pattern matches."
    "E0313" "not a case"
        "`match` takes a value of an enumeration (with enumerators as patterns), an option (`none`, `some(x)`) or a \
         truth value."
    "E0320" "not what this function takes"
        "The functions that every module has, such as `sum`, `dom` or `closure`, take sets of integers, relations, or \
         sequences, as the reference of the language says. A declaration of the same name hides the function."
    "E0321" "no field of this name"
        "The fields of a record are those of its declaration, `record R { a: T, b: U }`. Other values have no fields \
         but `.value`, of an option, and `.0`, `.1`, of a tuple."
    "E0322" "not all fields, or one twice"
        "`R(a = x, b = y)` gives every field of the record once; `r.with(a = x)` changes some."
    "E0323" "a type made of itself"
        "Records and names of types are written out, so that none may lead back to itself."
    "E0324" "the bound of a sequence"
        "A sequence `seq[n] T` holds at most `n` elements, and a multiset `multiset[n] T` each element at most `n` \
         times; `n` is from 1 to 32."
    "E0325" "the sequence is too long"
        "More elements are written than its type has room for."
    "E0401" "this cannot be assigned"
        "Events assign to variables. Constants are the same in every state; parameters and choices are fixed for \
         the step."
    "E0402" "assigned twice"
        "An event is one step: all its assignments happen at once. Assign to each place once, or in different \
         branches of an `if`."
    "E0405" "state where only constants may be spoken of"
        "`assume` and the values of constants do not depend on the state."
    "E0406" "the next state outside of `transition`"
        "`x'` is the value of `x` after a step. It means something in a `transition` only; events assign."
    "E0407" "marked twice"
        "Before `event` stand at most one of `fair` and `strong fair`, and at most one `input`."
    "E0408" "alternatives that are no events of their own"
        "The blocks of `either` become events of their own, `send.lost` and `send.delivered`. So there is one `either`, \
         directly in the body of the event."
    "E0409" "temporal operators do not chain"
        "Write `(p ~> q) and (q ~> r)`, or parentheses that say which of two `~>` or `until` belongs to the other."
    "E0410" "a temporal operator inside of an expression"
        "`always`, `eventually`, `until` and `~>` make formulas about runs. These have no value in a state: they stand under \
         each other, under `not`, `and`, `or`, `=>`, `<=>` and quantifiers, and in `temporal` declarations only."
    "E0411" "a temporal property is not proved"
        "`prove` shows by induction what holds in every state or of every step, and lemmas are of this kind. `check` decides \
         temporal properties in a scope."
    "E0420" "not a variable"
        "What is written, guarded or secret is a variable, alone or with a name for each of its keys."
    "E0421" "a key that does not fit"
        "Behind a guarded place stand names, one for each key. In a mediation they are its parameters; elsewhere one \
         name means one key in all places of a rule."
    "E0422" "not a decision"
        "A mediation decides `Allow`, `Deny` or `Virtualize`; an event goes through it with `Allow`, or as `is` says."
    "E0423" "a case without a component"
        "Either every case of a mediation says `by` which component it is decided, or none does."
    "E0424" "not an event of the system"
        "`system only` lists events that do not say who acts. What others may do is said by `writes`."
    "E0425" "who acts cannot be told"
        "`writes(..) by c` speaks of those who act in events (`event e(..) by c`). Where they are of several types, \
         write which: `by c: T`."
    "E0426" "of which run"
        "A lemma of a `noninterference` speaks of two runs. What can differ says of which it is: `left.x`, `right.f(a)`; \
         what is the same in both does not."
    "E0427" "a resource has one holder"
        "A resource has one parameter: who holds it."
    "E0428" "not a resource"
        "`hard` is about sets, of which no two holders share an element; `soft` is about amounts, or about sets by \
         their numbers of elements."
    "E0429" "not a mediation"
        "`via` goes through a mediation that `mediate` declares, with one argument for each of its parameters."
    "E0430" "nothing is secret"
        "A `noninterference` is about the secrets of someone: `secret x[k] of o`, where `o` is of the type behind `from`, \
         an option or a set of it."
    "E0431" "nobody observes"
        "What is seen is said by an `observer` with one parameter, of the type behind `to`."
    "E0432" "who acts depends on the state"
        "Two runs must agree on who does what. Make who acts a parameter of the event, and say in `when` who it is."
    "E0433" "not for each component of a family"
        "In a component of a family, as in `Worker(w) for w: Id`, stand `integrity` and `resource`. What is mediated, secret \
         or seen is declared outside, over a variable with a key for each member."
    "E0501" "`module` in the wrong place"
        "A file is one module; its header comes first."
    "E0502" "the module has another name"
        "The header of a file and the path under which it is used agree."
    "E0503" "no such module"
        "The path leads to no module that can be read."
    "E0504" "modules in a circle"
        "A module is read before what uses it."
    "E0505" "elements of a sort"
        "An instance names the elements of a sort as `S = { a, b }`, at least one."
    "E0506" "given twice"
        "An instance says one thing of each place. Elements of a set may be listed in several lines (`A in s`), of \
         which none may contradict."
    "E0507" "not a value of this place"
        "The name is no constant of the module, no enumerator of the enumeration, or no element that the instance \
         names."
    "E0509" "evidence of nothing (warning)"
        "`//@` stands behind a line of an instance, and says where what is written there comes from."
    "E0510" "constants without a value (warning)"
        "The instance does not mention these constants, so that every value is considered."
    "E0511" "listed twice (warning)"
        "A set holds an element once."
    "E0512" "a lemma of another system"
        "`using` names properties of the system of what is proved."
    "E0513" "a witness is not proved"
        "A witness says that some run reaches a state; `check` looks for it."
    "E0514" "of which system"
        "A property is named alone if it is the file's own or the file has one instance; else as `instance.property`."
    "E0515" "no size is wanted here"
        "`for` gives the size of sorts whose elements no instance names, each once."
    "E0516" "not an expectation"
        "`check` expects `holds`, `violated`, `unknown` or `vacuous`; `prove` expects `proved`, `violated`, \
         `unknown` or `vacuous`."
    "E0517" "not a method"
        "Behind `by` stands how a command is answered: `induction`, `bmc` with the number of steps, `fixpoint` or \
         `explicit`."
    "E0520" "composed of itself"
        "A system has finitely many parts, so it is no part of itself, nor of its parts."
    "E0521" "one name for two parts"
        "In a system each part has a name of its own, which is no name of the file; `as` gives it one."
    "E0522" "a name would be captured"
        "What a component declares must not hide what all components share; the parameter of an event must not be \
         called as the index of its family; and no event takes the name of a hidden one."
    "E0523" "arguments of a component"
        "A component and a system take one argument for each parameter."
    "E0524" "private"
        "What is declared `private` is named only inside of the component or module that declares it."
    "E0525" "not declared by this part"
        "Behind the name of a part stands what its component declares: a variable, a constant, a definition."
    "E0526" "no such event"
        "`hiding` and `renaming` speak of events that the part before them has and that are not hidden yet."
    "E0527" "two events of one name"
        "In one part, each name is of one event, before and after `renaming`."
    "E0528" "a parameter with two types"
        "Events that take place together share the parameters of one name, which so have one type."
    "E0529" "two actors of one event"
        "Events that take place together are one event, of one actor."
    "E0530" "which member of a family"
        "Behind a family, `C(x) for x: S`, stand as many keys as it has indices. Only its variables can be read without, \
         as maps."
    "E0531" "cannot stand in a component"
        "A component declares variables, constants, definitions, events, initial states, assumptions and properties; a \
         system, behind its composition, definitions, initial states, assumptions and properties."
    "E0532" "too many parts"
        "The systems of a text have at most 2048 parts together."
    "E0533" "arguments of a module"
        "A module with parameters is used with a type for each sort and a value for each constant: `use m(S = T, n = 3)`."
    "E0534" "two copies under one name"
        "Each use of a module with parameters is a module of its own, with a state of its own; `as` gives it a name."
    "E0535" "two uses of one component move as one (warning)"
        "Two uses of one component have the same events, and events of one name take place together. A family has one member take part at a time; `renaming` and `hiding` keep the events of one use apart."
    "E0601" "a bound name that is never used (warning)"
        "A parameter, or a name bound by a quantifier, a set, `choose`, `let` or a pattern, of which nothing is said. A \
         name that begins with `_` is meant to be unused."
    "E0602" "a declaration that is never used (warning)"
        "Nothing in this file mentions it. What a module without commands declares is for others, unless it is \
         `private`. A name that begins with `_` is meant to be unused."
    "E0603" "a variable that is never read (warning)"
        "Events assign it, but no condition, value or property depends on it. A name that begins with `_` is meant so."
    "E0604" "a variable that is never assigned (warning)"
        "It keeps the value that it starts with. What no event changes is a `const`; or an assignment was forgotten."
    "E0605" "an event that changes nothing (warning)"
        "A step in which every variable keeps its value is there without it. An `input event`, an event of a component \
         and one that goes through a mediation may be without assignments; others say so by a name that begins with `_`."
    "E0606" "a comparison that is always the same (warning)"
        "Both sides are the same expression, or their types decide it; or a condition is `false`."
    "E0607" "a name that hides another (warning)"
        "From here on the name means what is bound here, and what is declared outside of it cannot be named. A name that \
         is made of the one that it hides, as in `let x = f(x) in`, is meant so."
    "E0608" "an invariant without variables (warning)"
        "It is true or false of all states at once. What is taken for granted of constants is an `assume`."
    "E0900" "a defect of Watertight"
        "The compiler contradicts itself. Please report it with the text that shows it."
}
