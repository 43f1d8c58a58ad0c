//! What is written: a tree of pieces, printed with the least parentheses that keep the tree, or with all.

/// How tight an expression binds; the table of `docs/language.md`.
pub mod level {
    pub const OPEN: u8 = 0;
    pub const IFF: u8 = 10;
    pub const IMPLIES: u8 = 20;
    pub const LEADS: u8 = 25;
    pub const OR: u8 = 30;
    pub const AND: u8 = 40;
    pub const NOT: u8 = 50;
    pub const COMPARE: u8 = 60;
    pub const UNION: u8 = 70;
    pub const MEET: u8 = 80;
    pub const ADD: u8 = 90;
    pub const TIMES: u8 = 100;
    pub const NEGATIVE: u8 = 110;
    pub const TIGHT: u8 = 120;
}

/// What stands around a part.
#[derive(Clone, Copy, Debug)]
enum Edge {
    /// Signs on both sides end it.
    Closed,
    /// An operator of this level stands behind it.
    Before(u8),
    /// It ends where the whole ends.
    End,
    /// The value of a `let`: a bare `in` ends it.
    LetValue,
    /// Operands here take no prefix and nothing that goes on to the right.
    Narrow,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// An operator in ASCII and in Unicode, with whether it is `in`.
    Sign(&'static str, &'static str),
    Part {
        tree: Tree,
        least: u8,
        edge: Edge,
    },
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Tree {
    level: u8,
    /// The tightest operator that may stand behind it; what is not open takes any.
    follows: u8,
    pieces: Vec<Piece>,
}

/// How a tree is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Few parentheses, words.
    Bare,
    /// All parentheses, signs.
    Full,
}

#[derive(Clone, Copy)]
struct Around {
    /// Level of the operator behind; 0 if none.
    after: u8,
    no_in: bool,
    narrow: bool,
}

const ANYTHING: u8 = u8::MAX;

impl Tree {
    /// A name, a number.
    pub fn atom(text: impl Into<String>) -> Self {
        Self {
            level: level::TIGHT,
            follows: ANYTHING,
            pieces: vec![Piece::Text(text.into())],
        }
    }

    fn new(level: u8) -> Self {
        Self {
            level,
            follows: ANYTHING,
            pieces: Vec::new(),
        }
    }

    /// Nothing yet, to which pieces are added; closed by signs of its own.
    pub fn tight(text: &str) -> Self {
        Self::atom(text)
    }

    pub fn text(mut self, text: &str) -> Self {
        self.pieces.push(Piece::Text(text.to_owned()));
        self
    }

    fn part(mut self, tree: Tree, least: u8, edge: Edge) -> Self {
        self.pieces.push(Piece::Part { tree, least, edge });
        self
    }

    /// An expression between signs.
    pub fn inside(self, tree: Tree) -> Self {
        self.part(tree, 0, Edge::Closed)
    }

    /// Expressions between commas.
    pub fn list(mut self, list: Vec<Tree>) -> Self {
        for (i, tree) in list.into_iter().enumerate() {
            self = if i > 0 { self.text(", ") } else { self }.inside(tree);
        }
        self
    }

    /// `f(a, b)`
    pub fn call(name: &str, args: Vec<Tree>) -> Self {
        Self::tight(name).text("(").list(args).text(")")
    }

    /// What stands directly behind an expression follows.
    pub fn behind(base: Tree, text: &str) -> Self {
        Self::new(level::TIGHT)
            .part(base, level::TIGHT, Edge::Before(level::TIGHT))
            .text(text)
    }

    /// A prefix.
    pub fn prefix(ascii: &'static str, unicode: &'static str, level: u8, of: Tree) -> Self {
        let mut out = Self::new(level);
        out.pieces.push(Piece::Sign(ascii, unicode));
        out.part(of, level, Edge::End)
    }

    /// An operator; `left` and `right` are the least levels of its sides.
    pub fn infix(sign: (&'static str, &'static str), at: u8, sides: (u8, u8), a: Tree, b: Tree) -> Self {
        let mut out = Self::new(at).part(a, sides.0, Edge::Before(at)).text(" ");
        out.pieces.push(Piece::Sign(sign.0, sign.1));
        out.text(" ").part(b, sides.1, Edge::End)
    }

    /// Goes on to the right as far as it can.
    pub fn open(text: &str) -> Self {
        let mut out = Self::new(level::OPEN).text(text);
        out.follows = 0;
        out
    }

    /// What stands behind, as it is.
    pub fn join(mut self, tree: Tree) -> Self {
        self.pieces.extend(tree.pieces);
        self
    }

    /// The last part of what is open.
    pub fn rest(self, tree: Tree) -> Self {
        self.part(tree, 0, Edge::End)
    }

    /// The body of a sum, which ends before a comparison.
    pub fn summand(mut self, tree: Tree) -> Self {
        (self.level, self.follows) = (level::ADD, level::COMPARE);
        self.part(tree, level::ADD, Edge::End)
    }

    pub fn let_value(self, tree: Tree) -> Self {
        self.part(tree, 0, Edge::LetValue)
    }

    /// The set that a binder goes through.
    pub fn domain(self, tree: Tree, in_braces: bool) -> Self {
        let least = if in_braces { level::MEET } else { level::UNION };
        self.part(tree, least, Edge::Narrow)
    }

    /// Formulas of a block, each on its own line where it cannot continue the line before.
    pub fn formulas(mut self, list: Vec<Tree>) -> Self {
        for (i, tree) in list.into_iter().enumerate() {
            let continues = tree.print(Style::Bare).starts_with('-');
            self = match i {
                0 => self,
                _ if continues || i % 2 == 0 => self.text("; "),
                _ => self.text("\n  "),
            };
            self = self.inside(tree);
        }
        self
    }

    pub fn print(&self, style: Style) -> String {
        let mut out = String::new();
        let around = Around {
            after: 0,
            no_in: false,
            narrow: false,
        };
        self.write(style, around, &mut out);
        out
    }

    fn is_in(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Sign("in", _)))
    }

    fn is_atom(&self) -> bool {
        matches!(self.pieces.as_slice(), [Piece::Text(_)]) && self.level == level::TIGHT
    }

    fn write(&self, style: Style, around: Around, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Sign(ascii, unicode) => out.push_str(match style {
                    Style::Bare => ascii,
                    Style::Full => unicode,
                }),
                Piece::Part { tree, least, edge } => tree.write_part(style, *least, *edge, around, out),
            }
        }
    }

    fn write_part(&self, style: Style, least: u8, edge: Edge, outer: Around, out: &mut String) {
        let closed = Around {
            after: 0,
            no_in: false,
            narrow: false,
        };
        let around = match edge {
            Edge::Closed => closed,
            Edge::Before(level) => Around {
                after: level,
                ..outer
            },
            Edge::End => outer,
            Edge::LetValue => Around {
                no_in: true,
                ..closed
            },
            Edge::Narrow => Around {
                narrow: true,
                after: level::UNION,
                ..closed
            },
        };
        let open = self.follows != ANYTHING && (around.after > self.follows || around.narrow);
        let prefix = around.narrow && self.level < level::TIGHT && matches!(self.pieces[0], Piece::Sign(..));
        // what is open and ends everything needs no parentheses, whatever stands before it
        let loose = self.level < least && !(self.follows == 0 && matches!(edge, Edge::End) && !open);
        let parens = match style {
            Style::Full => !self.is_atom(),
            Style::Bare => loose || open || prefix || (around.no_in && self.is_in()),
        };
        if parens {
            out.push('(');
            self.write(style, closed, out);
            out.push(')');
        } else {
            self.write(style, around, out);
        }
    }
}
