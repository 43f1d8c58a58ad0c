//! The seccomp filters of a process, as ptrace(2) gives them.
//!
//! The text form of a snapshot is a line with the architecture, then for each filter a line with its number and a line
//! for each instruction: `arch x86_64`, `filter 0`, `32 0 0 4` (code, jt, jf, k).

use super::Texts;
use super::snapshot::ProcFile;
use crate::facts::{Architecture, Instruction, Origin, Place, SeccompProgram, SeccompPrograms};

/// Most instructions of one program, `BPF_MAXINSNS`.
const MOST_INSTRUCTIONS: usize = 4096;

/// The filters and where they are; `None` if they were not read, or are not in this form.
pub(super) fn read(texts: &Texts) -> Option<(SeccompPrograms, Place)> {
    let text = texts.get(ProcFile::SeccompFilters)?;
    let mut lines = text.source.lines();
    let (_, first) = lines.next()?;
    let architecture = Architecture::from_name(first.strip_prefix("arch ")?.trim())?;
    let mut programs: Vec<SeccompProgram> = Vec::new();
    for (span, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        if line.starts_with("filter ") {
            programs.push(SeccompProgram {
                instructions: Vec::new(),
                origin: Origin::observed(text.source.place(span, line, false)),
            });
            continue;
        }
        let program = programs.last_mut()?;
        program.instructions.push(instruction(line)?);
        if program.instructions.len() > MOST_INSTRUCTIONS {
            return None;
        }
    }
    let whole = text.whole();
    let read = SeccompPrograms {
        architecture,
        programs,
    };
    (!read.programs.is_empty()).then_some((read, whole))
}

fn instruction(line: &str) -> Option<Instruction> {
    let mut words = line.split_whitespace();
    let instruction = Instruction {
        code: words.next()?.parse().ok()?,
        jt: words.next()?.parse().ok()?,
        jf: words.next()?.parse().ok()?,
        k: words.next()?.parse().ok()?,
    };
    words.next().is_none().then_some(instruction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::live::{ProcSnapshot, Text};
    use crate::source::Limits;
    use std::collections::BTreeMap;

    fn read_text(text: &str) -> Option<SeccompPrograms> {
        let snapshot = ProcSnapshot::new("web", "/proc/7").with(ProcFile::SeccompFilters, text.as_bytes());
        let source = snapshot
            .text(ProcFile::SeccompFilters, &Limits::default())
            .unwrap()
            .unwrap();
        let texts = Texts(BTreeMap::from([(ProcFile::SeccompFilters, Text { source })]));
        read(&texts).map(|(read, _)| read)
    }

    #[test]
    fn filters_are_read_with_their_places() {
        let read =
            read_text("arch x86_64\nfilter 0\n32 0 0 4\n6 0 0 2147418112\nfilter 1\n6 0 0 0\n").unwrap();
        assert_eq!(read.architecture, Architecture::X86_64);
        assert_eq!(read.programs[0].instructions[1].k, 0x7fff_0000);
        assert_eq!(read.programs[1].instructions.len(), 1);
        assert_eq!(
            read.programs[1].origin.places[0].to_string(),
            "/proc/7/seccomp_filters:5:1"
        );
    }

    #[test]
    fn what_is_not_in_this_form_is_not_read() {
        for text in [
            "",
            "arch vax\nfilter 0\n6 0 0 0\n",
            "arch x86_64\n",
            "arch x86_64\n6 0 0 0\n",
        ] {
            assert_eq!(read_text(text), None, "{text}");
        }
        assert_eq!(read_text("arch x86_64\nfilter 0\n6 0 0\n"), None);
        assert_eq!(read_text("arch x86_64\nfilter 0\n6 0 0 0 0\n"), None);
        assert_eq!(read_text("arch x86_64\nfilter 0\n6 0 300 0\n"), None);
        let long = "6 0 0 0\n".repeat(4097);
        assert_eq!(read_text(&format!("arch x86_64\nfilter 0\n{long}")), None);
    }
}
