//! Instances, and the evidence behind their lines.

use std::collections::BTreeMap;

use super::super::ast::{DeclKind, ExprKind, Instance, InstanceItem, InstanceItemKind};
use super::super::scan::Note;
use super::super::{Pair, Rule};
use super::Builder;
use crate::source::Span;

/// What stands on a line: an item, or an element in the braces of an item.
type Slot = (usize, Option<usize>);

impl Builder<'_> {
    pub(super) fn instance(&mut self, pair: Pair<'_>) -> Option<(DeclKind, Span, Span)> {
        let whole = self.span(&pair);
        let mut inner = pair
            .into_inner()
            .filter(|p| !matches!(p.as_rule(), Rule::kw_instance | Rule::kw_of));
        let name = self.name(&inner.next()?);
        let of = self.path(inner.next()?);
        let mut items = inner.map(|p| self.item(p)).collect::<Option<Vec<_>>>()?;
        self.attach_evidence(whole, &mut items);
        let head = of.span;
        Some((DeclKind::Instance(Instance { name, of, items }), head, whole))
    }

    fn item(&mut self, pair: Pair<'_>) -> Option<InstanceItem> {
        let start = self.span(&pair);
        let rule = pair.as_rule();
        let mut inner = pair.into_inner();
        let (place, kind, end) = match rule {
            Rule::unknown_i => {
                let place = self.place(inner.nth(1)?)?;
                let end = place.span;
                (place, InstanceItemKind::Unknown, end)
            }
            Rule::fix_i => {
                let place = self.place(inner.next()?)?;
                let value = self.expr(inner.next()?)?;
                let end = value.span;
                (place, InstanceItemKind::Is(value), end)
            }
            _ => {
                let item = self.tight(inner.next()?)?;
                let op = inner.next()?;
                let negated = op.as_str() == "∉" || op.as_str().starts_with("not");
                let place = self.place(inner.next()?)?;
                let end = place.span;
                (place, InstanceItemKind::Member { item, negated }, end)
            }
        };
        Some(InstanceItem {
            span: Span {
                end: end.end,
                ..start
            },
            place,
            kind,
            evidence: Vec::new(),
            element_evidence: Vec::new(),
        })
    }

    /// Gives each note inside the instance to what stands on its line: elements in braces, and the item if
    /// all of it stands there or no element does. A note on a line of its own belongs to the line above.
    fn attach_evidence(&mut self, whole: Span, items: &mut [InstanceItem]) {
        let (inside, outside) = std::mem::take(&mut self.evidence)
            .into_iter()
            .partition(|n| whole.start <= n.span.start && n.span.start < whole.end);
        self.evidence = outside;
        if Vec::<Note>::is_empty(&inside) {
            return;
        }
        let slots = self.slots(items);
        for note in inside {
            let above = slots.range(..=note.line).next_back();
            match above.filter(|(line, _)| note.alone || **line == note.line) {
                Some((_, slots)) => slots.iter().for_each(|s| give(items, *s, &note.text)),
                None => self.evidence.push(note),
            }
        }
    }

    fn slots(&self, items: &[InstanceItem]) -> BTreeMap<u32, Vec<Slot>> {
        let line = |byte: u32| self.sources.line(self.source, byte);
        let mut slots: BTreeMap<u32, Vec<Slot>> = BTreeMap::new();
        for (i, item) in items.iter().enumerate() {
            let (first, last) = (line(item.span.start), line(item.span.end.saturating_sub(1)));
            if let InstanceItemKind::Is(value) = &item.kind
                && let ExprKind::Set(elements) = &value.kind
            {
                for (j, element) in elements.iter().enumerate() {
                    slots
                        .entry(line(element.span.start))
                        .or_default()
                        .push((i, Some(j)));
                }
            }
            for l in first..=last {
                let here = slots.entry(l).or_default();
                if first == last || !here.iter().any(|s| s.0 == i) {
                    here.push((i, None));
                }
            }
        }
        slots
    }
}

fn give(items: &mut [InstanceItem], (item, element): Slot, text: &str) {
    let Some(item) = items.get_mut(item) else { return };
    let Some(element) = element else {
        item.evidence.push(text.to_owned());
        return;
    };
    match item.element_evidence.iter_mut().find(|(e, _)| *e == element) {
        Some((_, list)) => list.push(text.to_owned()),
        None => item.element_evidence.push((element, vec![text.to_owned()])),
    }
}
