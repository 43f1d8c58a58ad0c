//! The numbers of system calls that are asked about, for every way into the kernel that a machine may have.
//!
//! A program chooses its way in: a 64-bit program on x86 may call the 32-bit entry. A filter sees which (`arch` of
//! `struct seccomp_data`) and may decide differently. Numbers are those of the kernel's `syscall_64.tbl`,
//! `syscall_32.tbl`, `arm/tools/syscall.tbl` and `asm-generic/unistd.h`.

use serde::Serialize;

/// A machine whose ways into the kernel are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
}

impl Architecture {
    /// The architecture of a name as Rust and `uname -m` write it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// The way in that every kernel for it has.
    pub fn native(self) -> Abi {
        match self {
            Self::X86_64 => Abi::X86_64,
            Self::Aarch64 => Abi::Aarch64,
        }
    }

    /// Ways in that a kernel for it may have.
    pub fn foreign(self) -> &'static [Abi] {
        match self {
            Self::X86_64 => &[Abi::X32, Abi::I386],
            Self::Aarch64 => &[Abi::Arm],
        }
    }
}

/// A way into the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Abi {
    /// 64-bit x86.
    X86_64,
    /// 64-bit x86 with 32-bit pointers.
    X32,
    /// 32-bit x86.
    I386,
    /// 64-bit ARM.
    Aarch64,
    /// 32-bit ARM (EABI).
    Arm,
}

impl Abi {
    /// `AUDIT_ARCH_*` of `linux/audit.h`.
    pub fn audit(self) -> u32 {
        match self {
            Self::X86_64 | Self::X32 => 0xc000_003e,
            Self::I386 => 0x4000_0003,
            Self::Aarch64 => 0xc000_00b7,
            Self::Arm => 0x4000_0028,
        }
    }

    /// Whether there is such a call by this way, as far as is known here.
    pub fn has(self, call: &str) -> bool {
        matches!(number(self, call), Number::Is(_))
    }
}

/// The number of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// This.
    Is(u32),
    /// The call is not there: the kernel answers ENOSYS.
    NotHere,
    /// The call is not among those whose numbers are known here.
    Unknown,
}

/// The number of a call for a way in.
pub(super) fn number(abi: Abi, call: &str) -> Number {
    /// `__X32_SYSCALL_BIT`.
    const X32_BIT: u32 = 0x4000_0000;
    let Some((_, [x86_64, x32, i386, aarch64, arm])) = NUMBERS.iter().find(|(name, _)| *name == call) else {
        return Number::Unknown;
    };
    let number = match abi {
        Abi::X86_64 => x86_64,
        Abi::X32 => x32,
        Abi::I386 => i386,
        Abi::Aarch64 => aarch64,
        Abi::Arm => arm,
    };
    match (abi, *number) {
        (_, NONE) => Number::NotHere,
        (Abi::X32, number) => Number::Is(X32_BIT | number),
        (Abi::X86_64 | Abi::I386 | Abi::Aarch64 | Abi::Arm, number) => Number::Is(number),
    }
}

/// The calls whose numbers are known here.
pub fn numbered_calls() -> impl Iterator<Item = &'static str> {
    NUMBERS.iter().map(|(name, _)| *name)
}

const NONE: u32 = u32::MAX;

/// Numbers by way in: `x86_64`, `x32` (without its bit), `i386`, `aarch64`, `arm`.
const NUMBERS: &[(&str, [u32; 5])] = &[
    ("acct", [163, 163, 51, 89, 51]),
    ("adjtimex", [159, 159, 124, 171, 124]),
    ("bpf", [321, 321, 357, 280, 386]),
    ("clock_adjtime", [305, 305, 343, 266, 372]),
    ("clock_adjtime64", [NONE, NONE, 405, NONE, 405]),
    ("clock_settime", [227, 227, 264, 112, 262]),
    ("clock_settime64", [NONE, NONE, 404, NONE, 404]),
    ("clone", [56, 56, 120, 220, 120]),
    ("finit_module", [313, 313, 350, 273, 379]),
    ("fsopen", [430, 430, 430, 430, 430]),
    ("init_module", [175, 175, 128, 105, 128]),
    ("ioperm", [173, 173, 101, NONE, NONE]),
    ("iopl", [172, 172, 110, NONE, NONE]),
    ("kexec_file_load", [320, 320, NONE, 294, 401]),
    ("kexec_load", [246, 528, 283, 104, 347]),
    ("keyctl", [250, 250, 288, 219, 311]),
    ("kill", [62, 62, 37, 129, 37]),
    ("mknod", [133, 133, 14, NONE, 14]),
    ("mknodat", [259, 259, 297, 33, 324]),
    ("mlock", [149, 149, 150, 228, 150]),
    ("mlock2", [325, 325, 376, 284, 390]),
    ("mlockall", [151, 151, 152, 230, 152]),
    ("mount", [165, 165, 21, 40, 21]),
    ("mount_setattr", [442, 442, 442, 442, 442]),
    ("move_mount", [429, 429, 429, 429, 429]),
    ("open_by_handle_at", [304, 304, 342, 265, 371]),
    ("open_tree", [428, 428, 428, 428, 428]),
    ("perf_event_open", [298, 298, 336, 241, 364]),
    ("pidfd_getfd", [438, 438, 438, 438, 438]),
    ("pidfd_send_signal", [424, 424, 424, 424, 424]),
    ("process_vm_writev", [311, 540, 348, 271, 377]),
    ("ptrace", [101, 521, 26, 117, 26]),
    ("reboot", [169, 169, 88, 142, 88]),
    ("rt_sigqueueinfo", [129, 524, 178, 138, 178]),
    ("rt_tgsigqueueinfo", [297, 536, 335, 240, 363]),
    ("sched_setattr", [314, 314, 351, 274, 380]),
    ("sched_setscheduler", [144, 144, 156, 119, 156]),
    ("setdomainname", [171, 171, 121, 162, 121]),
    ("sethostname", [170, 170, 74, 161, 74]),
    ("setns", [308, 308, 346, 268, 375]),
    ("settimeofday", [164, 164, 79, 170, 79]),
    ("socket", [41, 41, 359, 198, 281]),
    ("stime", [NONE, NONE, 25, NONE, NONE]),
    ("swapoff", [168, 168, 115, 225, 115]),
    ("swapon", [167, 167, 87, 224, 87]),
    ("syslog", [103, 103, 103, 116, 103]),
    ("tgkill", [234, 234, 270, 131, 268]),
    ("tkill", [200, 200, 238, 130, 238]),
    ("umount", [NONE, NONE, 22, NONE, NONE]),
    ("umount2", [166, 166, 52, 39, 52]),
    ("unshare", [272, 272, 310, 97, 337]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_a_number_for_each_way_in() {
        let keyctl = |abi| number(abi, "keyctl");
        assert_eq!(keyctl(Abi::X86_64), Number::Is(250));
        assert_eq!(keyctl(Abi::X32), Number::Is(0x4000_00fa));
        assert_eq!(keyctl(Abi::I386), Number::Is(288));
        assert_eq!(keyctl(Abi::Aarch64), Number::Is(219));
        assert_eq!(keyctl(Abi::Arm), Number::Is(311));
        assert_eq!(number(Abi::X86_64, "umount"), Number::NotHere);
        assert_eq!(number(Abi::X86_64, "no_such_call"), Number::Unknown);
    }

    #[test]
    fn no_two_calls_share_a_number_and_names_are_in_order() {
        assert!(numbered_calls().is_sorted());
        for abi in [Abi::X86_64, Abi::X32, Abi::I386, Abi::Aarch64, Abi::Arm] {
            let all = numbered_calls().filter_map(|call| match number(abi, call) {
                Number::Is(number) => Some(number),
                Number::NotHere | Number::Unknown => None,
            });
            let mut all: Vec<u32> = all.collect();
            all.sort_unstable();
            assert!(all.is_sorted_by(|a, b| a < b), "{abi:?}");
        }
    }
}
