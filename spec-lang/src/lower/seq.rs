//! Sequences as nested options: a sequence of at most three elements is `option (T, option (T, option T))`, so that
//! equal sequences are equal values and nothing is left behind the end.
//!
//! A *level* is the rest of a sequence from some position on. What is partial (an element that is not there, a
//! sequence that grows beyond its bound) is so by the partial operators of the system, and promised like them.

use transition_system::{ExprId, Type, TypeId};

use super::{Env, Lowering};
use crate::check::typed::{SeqOp, TExpr};
use crate::source::Span;

/// A sequence taken apart.
struct Taken {
    /// The rest from each position on.
    levels: Vec<ExprId>,
    /// The types of the rests.
    types: Vec<TypeId>,
    span: Span,
}

impl Taken {
    fn len(&self) -> usize {
        self.levels.len()
    }
}

impl Lowering<'_, '_> {
    /// A literal, or a function of sequences.
    pub(super) fn sequence(&mut self, op: SeqOp, e: &TExpr, args: &[TExpr], env: &mut Env) -> ExprId {
        let bound = |ty| self.program.types.as_seq(ty).map_or(1, |(n, _)| n);
        // What is made of a sequence is deeper than it by its length.
        let deeper = args.iter().map(|a| bound(a.ty) as usize).max().unwrap_or(0);
        self.depth += deeper;
        let mut values = Vec::new();
        for arg in args {
            values.push(self.expr(arg, env));
        }
        self.depth -= deeper;
        if op == SeqOp::Literal {
            let (n, ty) = (bound(e.ty), self.ty(e.ty));
            return self.literal(&values, ty, n);
        }
        let bounds: Vec<u32> = args.iter().map(|a| bound(a.ty)).collect();
        let (Some(&s), Some(&n)) = (values.first(), bounds.first()) else {
            return self.impossible();
        };
        let s = self.take(s, n, e.span);
        match (op, values.get(1).copied()) {
            (SeqOp::Len, _) => self.length(&s, 0),
            (SeqOp::Head, _) => self.item(&s, 0),
            (SeqOp::Last, _) => self.last(&s, 0),
            (SeqOp::Tail, _) => self.tail(&s),
            (SeqOp::Front, _) => self.front(&s, 0),
            (SeqOp::Elems, _) => {
                let set = self.ty(e.ty);
                self.elements(&s, set, 0)
            }
            (SeqOp::Index, Some(key)) => self.at(&s, key),
            (SeqOp::Append, Some(x)) => self.append(&s, x, 0),
            (SeqOp::Prepend, Some(x)) => self.prepend(&s, x),
            (SeqOp::Concat, Some(t)) => {
                let t = self.take(t, bounds.get(1).copied().unwrap_or(1), e.span);
                self.concat(&s, &t, 0)
            }
            (SeqOp::Literal, _) => self.impossible(),
            (SeqOp::Index | SeqOp::Append | SeqOp::Prepend | SeqOp::Concat, None) => self.impossible(),
        }
    }

    /// The element of a sequence of at most `n` at a position.
    pub(super) fn seq_item(&mut self, s: ExprId, n: u32, key: ExprId, span: Span) -> ExprId {
        let s = self.take(s, n, span);
        self.at(&s, key)
    }

    /// The sequence with the element at a position replaced.
    pub(super) fn seq_put(&mut self, s: ExprId, n: u32, key: ExprId, x: ExprId, span: Span) -> ExprId {
        let s = self.take(s, n, span);
        let key = self.position(&s, key);
        self.put(&s, key, x, 0)
    }

    fn take(&mut self, s: ExprId, n: u32, span: Span) -> Taken {
        let types = self.level_types(s, n);
        let mut levels = vec![s];
        let mut level = s;
        for _ in 1..n {
            let inside = self.system.arena.unwrap_some(level);
            let inside = self.partial(inside, span);
            level = self.system.arena.proj(inside, 1);
            levels.push(level);
        }
        Taken { levels, types, span }
    }

    fn level_types(&self, s: ExprId, n: u32) -> Vec<TypeId> {
        self.types_from(self.system.arena.type_id(s), n)
    }

    fn types_from(&self, whole: TypeId, n: u32) -> Vec<TypeId> {
        let arena = &self.system.arena;
        let mut out = vec![whole];
        let mut at = whole;
        for _ in 1..n {
            if let Type::Option(inner) = arena.type_of_id(at)
                && let Type::Tuple(parts) = arena.type_of_id(*inner)
                && let Some(rest) = parts.get(1)
            {
                at = *rest;
            }
            out.push(at);
        }
        out
    }

    fn present(&mut self, s: &Taken, i: usize) -> ExprId {
        self.system.arena.is_some(s.levels[i])
    }

    fn item(&mut self, s: &Taken, i: usize) -> ExprId {
        let inside = self.system.arena.unwrap_some(s.levels[i]);
        let inside = self.partial(inside, s.span);
        if i + 1 < s.len() {
            self.system.arena.proj(inside, 0)
        } else {
            inside
        }
    }

    /// The rest from position `i` on that begins with `x`; nothing follows the last position.
    fn link(
        &mut self,
        types: &[TypeId],
        i: usize,
        x: ExprId,
        rest: impl FnOnce(&mut Self) -> ExprId,
    ) -> ExprId {
        let ty = types[i];
        if i + 1 == types.len() {
            return self.system.arena.some(x, Some(ty));
        }
        let rest = rest(self);
        let inner = match self.system.arena.type_of_id(ty) {
            Type::Option(inner) => Some(*inner),
            _ => None,
        };
        let pair = self.system.arena.tuple(vec![x, rest], inner);
        self.system.arena.some(pair, Some(ty))
    }

    fn end(&mut self, types: &[TypeId], i: usize) -> ExprId {
        self.system.arena.none(types[i])
    }

    fn literal(&mut self, items: &[ExprId], ty: TypeId, n: u32) -> ExprId {
        let types = self.types_from(ty, n);
        self.literal_from(items, &types, 0)
    }

    fn literal_from(&mut self, items: &[ExprId], types: &[TypeId], i: usize) -> ExprId {
        match items.get(i) {
            Some(x) => self.link(types, i, *x, |this| this.literal_from(items, types, i + 1)),
            None => self.end(types, i),
        }
    }

    fn length(&mut self, s: &Taken, i: usize) -> ExprId {
        let here = self.system.arena.int(i as i64);
        if i == s.len() {
            return here;
        }
        let (present, more) = (self.present(s, i), self.length(s, i + 1));
        self.system.arena.ite(present, more, here)
    }

    fn last(&mut self, s: &Taken, i: usize) -> ExprId {
        let here = self.item(s, i);
        if i + 1 == s.len() {
            return here;
        }
        let (more, later) = (self.present(s, i + 1), self.last(s, i + 1));
        self.system.arena.ite(more, later, here)
    }

    /// A position, promised to be one that the type has.
    fn position(&mut self, s: &Taken, key: ExprId) -> ExprId {
        let range = self.system.arena.ty(Type::Range {
            lo: 0,
            hi: s.len() as i64 - 1,
        });
        let key = self.system.arena.narrow(key, range);
        self.partial(key, s.span)
    }

    fn at(&mut self, s: &Taken, key: ExprId) -> ExprId {
        let key = self.position(s, key);
        let mut out = self.item(s, s.len() - 1);
        for i in (0..s.len() - 1).rev() {
            let number = self.system.arena.int(i as i64);
            let (here, item) = (self.system.arena.eq(key, number), self.item(s, i));
            out = self.system.arena.ite(here, item, out);
        }
        out
    }

    fn put(&mut self, s: &Taken, key: ExprId, x: ExprId, i: usize) -> ExprId {
        let number = self.system.arena.int(i as i64);
        let (here, old) = (self.system.arena.eq(key, number), self.item(s, i));
        let new = self.system.arena.ite(here, x, old);
        self.link(&s.types, i, new, |this| {
            let (behind, rest) = (this.system.arena.lt(number, key), this.put(s, key, x, i + 1));
            this.system.arena.ite(behind, rest, s.levels[i + 1])
        })
    }

    /// The elements from position `j` on, as a rest from position `i` on.
    fn moved(&mut self, s: &Taken, i: usize, j: usize) -> ExprId {
        let end = self.end(&s.types, i);
        if j == s.len() {
            return end;
        }
        let (present, item) = (self.present(s, j), self.item(s, j));
        let link = self.link(&s.types, i, item, |this| this.moved(s, i + 1, j + 1));
        self.system.arena.ite(present, link, end)
    }

    fn tail(&mut self, s: &Taken) -> ExprId {
        if s.len() > 1 {
            return self.moved(s, 0, 1);
        }
        let (first, end) = (self.item(s, 0), self.end(&s.types, 0));
        self.needing(first, end)
    }

    fn front(&mut self, s: &Taken, i: usize) -> ExprId {
        let end = self.end(&s.types, i);
        if i + 1 == s.len() {
            let first = self.item(s, 0);
            return if i == 0 { self.needing(first, end) } else { end };
        }
        let (more, item) = (self.present(s, i + 1), self.item(s, i));
        let link = self.link(&s.types, i, item, |this| this.front(s, i + 1));
        self.system.arena.ite(more, link, end)
    }

    /// A value that is there only if another is: it is read and not used.
    fn needing(&mut self, other: ExprId, value: ExprId) -> ExprId {
        let same = self.system.arena.eq(other, other);
        self.system.arena.ite(same, value, value)
    }

    /// A value for a sequence that has room, which is promised.
    fn with_room(&mut self, s: &Taken, full: ExprId, value: ExprId) -> ExprId {
        let most = s.len() as i64;
        let range = self.system.arena.ty(Type::Range { lo: 0, hi: most });
        let longer = self.system.arena.int(most + 1);
        let longer = self.system.arena.narrow(longer, range);
        let longer = self.partial(longer, s.span);
        let never = self.needing(longer, value);
        self.system.arena.ite(full, never, value)
    }

    fn append(&mut self, s: &Taken, x: ExprId, i: usize) -> ExprId {
        let present = self.present(s, i);
        let ends_here = self.link(&s.types, i, x, |this| this.end(&s.types, i + 1));
        if i + 1 == s.len() {
            return self.with_room(s, present, ends_here);
        }
        let item = self.item(s, i);
        let later = self.link(&s.types, i, item, |this| this.append(s, x, i + 1));
        self.system.arena.ite(present, later, ends_here)
    }

    fn prepend(&mut self, s: &Taken, x: ExprId) -> ExprId {
        let value = self.link(&s.types, 0, x, |this| this.shifted(s, 1, 0));
        let full: Vec<_> = (0..s.len()).map(|i| self.present(s, i)).collect();
        let full = self.system.arena.and(full);
        self.with_room(s, full, value)
    }

    /// As [`Lowering::moved`], but towards the end, where the last element falls off.
    fn shifted(&mut self, s: &Taken, i: usize, j: usize) -> ExprId {
        let (end, present, item) = (self.end(&s.types, i), self.present(s, j), self.item(s, j));
        let link = self.link(&s.types, i, item, |this| this.shifted(s, i + 1, j + 1));
        self.system.arena.ite(present, link, end)
    }

    /// One sequence behind another, from position `i` of the first on.
    fn concat(&mut self, s: &Taken, t: &Taken, i: usize) -> ExprId {
        let (present, item) = (self.present(s, i), self.item(s, i));
        let mut longer = self.link(&s.types, i, item, |this| this.concat(s, t, i + 1));
        if i + 1 == s.len() {
            let more = self.present(t, 0);
            longer = self.with_room(s, more, longer);
        }
        let behind = self.behind(s, t, i, 0);
        self.system.arena.ite(present, longer, behind)
    }

    /// The second from position `j` on, as a rest of the first from position `i` on.
    fn behind(&mut self, s: &Taken, t: &Taken, i: usize, j: usize) -> ExprId {
        let end = self.end(&s.types, i);
        if j == t.len() {
            return end;
        }
        let (present, item) = (self.present(t, j), self.item(t, j));
        let mut link = self.link(&s.types, i, item, |this| this.behind(s, t, i + 1, j + 1));
        if i + 1 == s.len() && j + 1 < t.len() {
            let more = self.present(t, j + 1);
            link = self.with_room(s, more, link);
        }
        self.system.arena.ite(present, link, end)
    }

    fn elements(&mut self, s: &Taken, set: TypeId, i: usize) -> ExprId {
        let of = match self.system.arena.type_of_id(set) {
            Type::Set(of) => *of,
            _ => set,
        };
        let nothing = self.system.arena.set_lit(of, Vec::new());
        if i == s.len() {
            return nothing;
        }
        let (present, item) = (self.present(s, i), self.item(s, i));
        let one = self.system.arena.set_lit(of, vec![item]);
        let rest = self.elements(s, set, i + 1);
        let all = self.system.arena.union(one, rest);
        self.system.arena.ite(present, all, nothing)
    }
}
