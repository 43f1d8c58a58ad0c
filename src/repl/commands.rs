//! The commands of the prompt: a table from which help is printed.

use super::{Reply, Session};

/// What is typed and what it does.
const COMMANDS: &[(&str, &str)] = &[
    (
        "EXPRESSION",
        "its value in the current state; elements are written as `Process#0`",
    ),
    ("event(args)", "let the event happen"),
    (":state", "the values of all variables"),
    (":events", "the events that can happen here, numbered"),
    (
        ":fire N",
        "let the event with this number happen; also `:fire event(args)`",
    ),
    (":back [N]", "take back the last step, or N steps"),
    (":init [N]", "begin again, in initial state N"),
    (":trace", "the run so far"),
    (":check [PROPERTY]", "what the property, or each, says here"),
    (":type EXPRESSION", "its type"),
    (":eval EXPRESSION", "its value, where an event has the name"),
    (
        ":load [FILE]",
        "go on with another file, or with this one as it is now",
    ),
    (":help", "this list"),
    (":quit", "leave"),
];

/// The text of `:help`.
fn help() -> String {
    let line = |(what, does): &(&str, &str)| format!("{what:<18} {does}");
    COMMANDS.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Session<'_, '_, '_> {
    /// A line that begins with `:`.
    pub(super) fn command(&mut self, word: &str, rest: &str) -> Reply {
        let number = |default: usize| match rest {
            "" => Ok(default),
            _ => rest
                .parse::<usize>()
                .map_err(|_| format!("`{rest}` is not a number")),
        };
        let needs = |what: &str| Err(format!(":{word} wants {what}"));
        match word {
            "quit" | "q" | "exit" => Reply::Quit,
            "load" | "l" => Reply::Load(rest.to_owned()),
            "help" | "h" | "?" => Reply::Text(help()),
            "state" | "s" => self.reply(|this| this.show_state()),
            "events" | "e" => self.reply(Self::show_events),
            "fire" | "f" if rest.is_empty() => self.reply(|_| needs("a number of :events, or an event")),
            "fire" | "f" => self.reply(|this| this.fire(rest)),
            "back" | "b" => self.reply(|this| this.back(number(1)?)),
            "init" | "i" => self.reply(|this| this.restart(number(1)?)),
            "trace" | "t" => self.reply(|this| this.show_trace()),
            "check" | "c" => self.reply(|this| this.check(rest)),
            "type" if rest.is_empty() => self.reply(|_| needs("an expression")),
            "type" => self.reply(|this| this.type_of(rest)),
            "eval" if rest.is_empty() => self.reply(|_| needs("an expression")),
            "eval" => self.reply(|this| this.evaluate(rest)),
            _ => Reply::Wrong(format!("there is no command `:{word}`; :help lists them")),
        }
    }
}
