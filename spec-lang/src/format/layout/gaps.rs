//! Where a space stands between two tokens.

use super::Layout;
use crate::syntax::Rule;

/// Rules whose spaces are known: anything but a bracket and what stands at one is set apart by a space.
pub(super) fn is_known(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::module_decl
            | Rule::use_decl
            | Rule::sort_decl
            | Rule::enum_decl
            | Rule::const_decl
            | Rule::assume_decl
            | Rule::var_decl
            | Rule::def_decl
            | Rule::init_decl
            | Rule::event_decl
            | Rule::property_decl
            | Rule::command_decl
            | Rule::names
            | Rule::params
            | Rule::param
            | Rule::by_clause
            | Rule::formulas
            | Rule::target
            | Rule::scope_clause
            | Rule::size
            | Rule::using_clause
            | Rule::expect_clause
            | Rule::type_
            | Rule::option_t
            | Rule::set_t
            | Rule::relation_t
            | Rule::arg_relation
            | Rule::tuple_t
            | Rule::block
            | Rule::when_s
            | Rule::choose_s
            | Rule::if_s
            | Rule::assign_s
            | Rule::binder
            | Rule::expr
            | Rule::let_value
            | Rule::set_expr
            | Rule::bar_free
            | Rule::quant
            | Rule::quant_l
            | Rule::ite
            | Rule::ite_l
            | Rule::let_in
            | Rule::let_in_l
            | Rule::paren
            | Rule::compr
            | Rule::compr_binder
            | Rule::set_lit
            | Rule::lambda
            | Rule::match_e
            | Rule::arm
            | Rule::pattern
            | Rule::call
            | Rule::infix
            | Rule::infix_no_in
            | Rule::integer
            | Rule::integer_l
            | Rule::fold
            | Rule::fold_l
            | Rule::type_decl
            | Rule::record_decl
            | Rule::seq_t
            | Rule::multiset_t
            | Rule::seq_lit
            | Rule::module_params
            | Rule::module_param
            | Rule::use_args
            | Rule::use_arg
            | Rule::component_decl
            | Rule::system_decl
            | Rule::private_decl
            | Rule::members
            | Rule::composition
            | Rule::part
            | Rule::group
            | Rule::args
            | Rule::alias_t
            | Rule::family_t
            | Rule::hiding_t
            | Rule::renaming_t
            | Rule::rename
            | Rule::fair_mark
            | Rule::either_s
            | Rule::alternative
            | Rule::temporal_decl
            | Rule::t_formulas
            | Rule::t_expr
            | Rule::t_quant
            | Rule::t_paren
            | Rule::named_args
            | Rule::named
            | Rule::entry
            | Rule::not_in_word
    ) || is_tight(rule)
}

/// Rules without any space.
fn is_tight(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::path
            | Rule::place
            | Rule::tight
            | Rule::field
            | Rule::prime
            | Rule::index
            | Rule::some_p
            | Rule::some_e
            | Rule::card_e
            | Rule::range_t
            | Rule::bound
            | Rule::bound_term
    )
}

/// Rules in which a bracket behind a name holds parameters or arguments.
fn has_parameters(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::event_decl
            | Rule::def_decl
            | Rule::module_decl
            | Rule::use_decl
            | Rule::component_decl
            | Rule::system_decl
            | Rule::part
    )
}

/// Symbols that stand between two things wherever they are used.
fn is_relation(text: &str) -> bool {
    let symbols = [
        "=", ":=", "+=", "-=", "==", "!=", "=>", "<=>", "~>", "||", "∥", "->", "→",
    ];
    symbols.contains(&text)
}

pub(super) fn is_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
}

impl Layout<'_> {
    /// Whether a space stands between two neighbouring tokens of a rule.
    pub(super) fn is_apart(&self, rule: Rule, left: usize, right: usize) -> bool {
        let (a, b) = (self.text(left), self.text(right));
        let is_target = rule == Rule::target;
        match (a, b) {
            ("", _) | (_, "") => false,
            (_, "," | ";" | ")" | "]" | ":" | "'" | "::" | "..") | ("(" | "[" | "::" | "..", _) => false,
            ("{", "}") => false,
            (_, ".") => false,
            (".", _) if is_target => false,
            (_, "(") if has_parameters(rule) && is_word(a) => false,
            (_, "[") if matches!(rule, Rule::place | Rule::seq_t | Rule::multiset_t) => false,
            _ if is_tight(rule) => false,
            _ if is_known(rule) || is_word(a) && is_word(b) => true,
            ("," | ";" | ":" | "{", _) | (_, "}" | "{") => true,
            _ if is_relation(a) || is_relation(b) => true,
            _ => self.tokens[right].spaced,
        }
    }
}
