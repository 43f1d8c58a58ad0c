//! The command line, as data. Help texts carry the examples; `docs/commands.md` shows them run.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Verify the isolation of container sandboxes: from a real configuration, or from a specification.
#[derive(Debug, Parser)]
#[command(
    name = "watertight",
    disable_version_flag = true,
    arg_required_else_help = true
)]
#[command(after_help = "Examples:
  watertight verify config.json             verdict on an OCI bundle's configuration
  watertight verify --pid 4242              verdict on a running process
  watertight check model.wt                 run the checks and proofs of a specification
  watertight prove model.wt                 prove its properties for any size
  watertight models show linux::host        read a library model
  watertight simulate model.wt              random walks, with counts
  watertight repl model.wt                  evaluate expressions, fire events
  watertight show model.wt                  what it declares, how large it is, who reads and writes what

Exit codes: 0 proved or holds, 1 violated, 2 usage, configuration or specification error, 3 unknown or incomplete")]
pub struct Cli {
    /// Print the version of the program and of the Z3 it runs with
    #[arg(short = 'V', long)]
    pub version: bool,
    /// When to use colour (NO_COLOR is honoured)
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub color: Color,
    /// Print results only: no progress, no remarks
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands; one file each under `command/`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Verify real configurations or a running process
    Verify(Verify),
    /// Run the checks and proofs of specifications
    Check(Box<Check>),
    /// Show what a configuration says: facts, or the model instance that verify checks
    Extract(Extract),
    /// Prove properties for sorts of any size, by invariants that are found where none are given
    Prove(Prove),
    /// Check certificates with Z3 and cvc5
    Certify(Certify),
    /// Write a specification in the language of another tool: TLA+, SMT-LIB, Graphviz, Mermaid
    Export(Export),
    /// List and show the models of the library
    Models(Models),
    /// Lay out specifications
    Fmt(Fmt),
    /// Explain a code of an error or a warning, with examples
    Explain(Explain),
    /// Show what a specification declares: types, sizes, who reads and writes what, graphs
    Show(Show),
    /// Walk at random through a specification, or towards a state
    Simulate(Simulate),
    /// Ask a specification questions: evaluate expressions, fire events, go back
    Repl(Repl),
}

/// Forms of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One JSON document with `schema_version`
    Json,
}

/// What is read.
#[derive(Debug, Args)]
pub struct Inputs {
    /// Configuration files, or bundle folders that hold a config.json; `-` is standard input
    #[arg(required_unless_present = "pid")]
    pub paths: Vec<PathBuf>,
    /// A running process instead (reads /proc; as root for processes of others)
    #[arg(long, value_name = "N", conflicts_with = "paths")]
    pub pid: Option<u32>,
    /// A fact of the host that the configuration does not hold: cgroup=v1|v2|hybrid, and modules, lockdown,
    /// sysrq, bridged, rootless = yes|no. What is not given is assumed both ways, or a default that the result names
    #[arg(long, value_name = "KEY=VALUE")]
    pub host: Vec<String>,
}

/// `watertight verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight verify config.json
  watertight verify bundle/ pod.yaml --format json
  watertight verify --pid $(pidof nginx) --gate all
  watertight verify config.json --host cgroup=v2 --certificate proof/
  watertight verify config.json --trace runs/      attacks as files, in the format of Apalache")]
pub struct Verify {
    #[command(flatten)]
    pub inputs: Inputs,
    /// Which properties decide the exit code: isolation, integrity, confidentiality, availability, each also with
    /// `.host` or `.workload`, or `all`
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "PROPERTIES",
        default_value = "isolation,integrity,confidentiality"
    )]
    pub gate: Vec<String>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write a certificate for each proved property below this folder
    #[arg(long, value_name = "DIR")]
    pub certificate: Option<PathBuf>,
    /// Write the run of every attack below this folder (as itf, unless --trace-format says)
    #[arg(long, value_name = "DIR")]
    pub trace: Option<PathBuf>,
    /// How runs are written with --trace
    #[arg(long, value_enum, value_name = "FORMAT", requires = "trace")]
    pub trace_format: Option<TraceFormat>,
    /// Do not look for the keys whose change would close an attack
    #[arg(long)]
    pub no_fix: bool,
}

/// `watertight check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight check model.wt
  watertight check model.wt --engine explicit --max-states 1000000
  watertight check model.wt --checkpoint run/ --resume  go on where a long search was stopped
  watertight check model.wt --max-memory 4096 --spill /var/tmp   more states than fit into 4 GiB
  watertight check model.wt --bit-state 1024 --order swarm   look for violations among far more, without a proof
  watertight check model.wt --certificate proof/
  watertight check model.wt --for Process=4            the same checks, larger
  watertight check model.wt --property exclusion --property 'card(inside) <= 1'
  watertight check model.wt --trace-to 'card(inside) == 2' --eval 'card(looked)'
  watertight check model.wt --terminal 'inside == {}'  a state that is stuck anywhere else is a finding
  watertight check model.wt --all-violations           every way in which each property breaks
  watertight check model.wt --trace-format sequence    runs as who did what to whom
  watertight check model.wt --trace runs/              and as files, in the format of Apalache")]
pub struct Check {
    /// Specifications (.wt)
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Only this system, where the file has several: the module's name or that of an instance
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// Sizes of sorts, instead of those of the file's `check` commands
    #[arg(long = "for", value_name = "SORT=N", value_delimiter = ',')]
    pub sizes: Vec<String>,
    /// Check this instead of what the file asks for: a property by its name, or a formula that is to be true of every
    /// reachable state; may be repeated
    #[arg(long, value_name = "PROPERTY|FORMULA")]
    pub property: Vec<String>,
    /// Find a shortest run to a state in which this formula is true, instead of what the file asks for
    #[arg(long, value_name = "FORMULA")]
    pub trace_to: Option<String>,
    /// Show the values of this expression in each state of each run that is shown (in text and JSON); may be repeated
    #[arg(long, value_name = "EXPRESSION")]
    pub eval: Vec<String>,
    /// Show the runs of witnesses that are reached, too
    #[arg(long)]
    pub runs: bool,
    /// Which engine runs `check` commands; `prove` commands are symbolic
    #[arg(long, value_enum, default_value_t = Engine::Auto)]
    pub engine: Engine,
    /// Greatest number of steps for --engine bmc
    #[arg(long, value_name = "STEPS", default_value_t = 10, value_parser = whole::<u32>(0..=1 << 20),
        allow_negative_numbers = true)]
    pub depth: u32,
    /// Threads of the search over explicit states [default: as many as the machine runs at once]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(1..=1024), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Search without machine code, by the portable machine
    #[arg(long)]
    pub portable: bool,
    /// In which order states are searched [default: breadth-first, or depth-first where not all of a state is kept]
    #[arg(long, value_enum, value_name = "ORDER")]
    pub order: Option<SearchOrder>,
    /// Keep of each state only so many bits of a hash (16 to 61): what holds then holds with a probability
    #[arg(long, value_name = "BITS", value_parser = whole::<u32>(16..=61), num_args = 0..=1,
        allow_negative_numbers = true, default_missing_value = "48", conflicts_with_all = ["bit_state", "checkpoint", "spill", "all_violations"])]
    pub hash_compact: Option<u32>,
    /// Keep of each state only three bits, in a field of so many MiB (with --order swarm one for each thread): what holds
    /// then holds with a probability
    #[arg(long, value_name = "MIB", value_parser = whole::<u64>(1..=1 << 20), allow_negative_numbers = true,
        conflicts_with_all = ["checkpoint", "spill", "all_violations"])]
    pub bit_state: Option<u64>,
    /// The seed of the searches of --order swarm
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>(0..=u64::MAX),
        allow_negative_numbers = true)]
    pub seed: u64,
    /// Keep the state of each search over explicit states in this folder, now and then and when it is stopped
    #[arg(long, value_name = "DIR")]
    pub checkpoint: Option<PathBuf>,
    /// Seconds between two checkpoints
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "checkpoint",
        value_parser = whole::<u64>(0..=u64::MAX), allow_negative_numbers = true)]
    pub checkpoint_every: u64,
    /// Go on from the checkpoints in that folder
    #[arg(long, requires = "checkpoint")]
    pub resume: bool,
    /// Stop after this many states
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0..=u64::MAX), allow_negative_numbers = true)]
    pub max_states: Option<u64>,
    /// Stop when the system written out for its scope, or its states, take this many MiB [default: 8192, or what is free
    /// where that is less; with --bit-state all that is free]
    #[arg(long, value_name = "MIB", value_parser = whole::<u64>(1..=1 << 40), allow_negative_numbers = true)]
    pub max_memory: Option<u64>,
    /// When that memory is used up, go on with the states in unnamed files of this folder
    #[arg(long, value_name = "DIR")]
    pub spill: Option<PathBuf>,
    /// Stop after this many seconds (for each command of the file)
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(0..=u64::MAX), allow_negative_numbers = true)]
    pub timeout: Option<u64>,
    /// Count states once that differ only in which of several like elements of a sort is which
    #[arg(long)]
    pub symmetry: bool,
    /// Leave out orders of independent events that no property tells apart; runs need not be shortest then
    #[arg(long, conflicts_with = "all_violations")]
    pub partial_order: bool,
    /// Do not keep states in which one event can be taken alone, and no property tells its step, but take it at once; runs need not
    /// be shortest then, and counts and depths are of the states that are kept
    #[arg(long, conflicts_with = "all_violations")]
    pub merge_steps: bool,
    /// Count states once that differ only in parts that are written before they are read
    #[arg(long)]
    pub forget_dead: bool,
    /// Keep parts of the state that no event changes and that have one value, and events that they rule out
    #[arg(long)]
    pub no_settle: bool,
    /// Also report a reachable state in which no event is enabled
    #[arg(long)]
    pub deadlock: bool,
    /// A state in which this is true may have no enabled event; any other that has none is a violation. A formula, or a
    /// property by its name
    #[arg(long, value_name = "FORMULA|PROPERTY")]
    pub terminal: Option<String>,
    /// Do not stop at what is violated: visit every state, and tell each way in which each property is violated, with a
    /// shortest run (explicit states)
    #[arg(long)]
    pub all_violations: bool,
    /// Also tell what was searched: how often each event took place, states by depth (explicit states)
    #[arg(long)]
    pub stats: bool,
    /// How a long search tells where it is, on standard error: as a line of a terminal, or as lines of JSON
    #[arg(long, value_enum, value_name = "FORM", default_value_t = ProgressForm::Line)]
    pub progress: ProgressForm,
    /// Seconds between two such lines
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5, value_parser = seconds, allow_negative_numbers = true)]
    pub progress_every: f64,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Write a certificate for each proved property below this folder
    #[arg(long, value_name = "DIR")]
    pub certificate: Option<PathBuf>,
    /// Write every run that was found, of a violation or a witness, below this folder (as itf, unless --trace-format says)
    #[arg(long, value_name = "DIR")]
    pub trace: Option<PathBuf>,
    /// How runs are shown, and with --trace written
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub trace_format: Option<TraceFormat>,
    /// Whether everything is to be proved.
    #[arg(skip)]
    pub prove: bool,
    /// Where conjuncts go that were found.
    #[arg(skip)]
    pub emit_lemmas: Option<PathBuf>,
}

/// `watertight prove`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --property, what the `prove` commands of the file ask for; of a file without one, every invariant and every \
property of steps.

Examples:
  watertight prove model.wt                            for sorts of any size
  watertight prove model.wt --property exclusive --emit-lemmas found.wt
  watertight prove model.wt --certificate proof/       so that others can check it
  watertight prove model.wt --for Process=3            for this size only"
)]
pub struct Prove {
    /// Specifications (.wt)
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Only this system, where the file has several: the module's name or that of an instance
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// Prove this instead of what the file asks for: a property by its name, or a formula that is to be true in every
    /// state; several times for several
    #[arg(long, value_name = "PROPERTY|FORMULA")]
    pub property: Vec<String>,
    /// Only for this size of a sort; several times or with commas for several sorts
    #[arg(long = "for", value_name = "SORT=N", value_delimiter = ',')]
    pub sizes: Vec<String>,
    /// Write the conjuncts that were found into this file, as invariants of the language with the `prove` command that uses
    /// them
    #[arg(long, value_name = "FILE")]
    pub emit_lemmas: Option<PathBuf>,
    /// Write a certificate of each proof into a folder of this one
    #[arg(long, value_name = "DIR")]
    pub certificate: Option<PathBuf>,
    /// Longest time for all properties of a command; without it, 300 seconds for each property
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u64>,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Forms of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressForm {
    /// One line that is rewritten, if standard error is a terminal and --quiet is not given
    Line,
    /// A JSON object a line, wherever standard error goes, and one when a search ends
    Json,
}

/// A time of at least a millisecond and at most a day.
/// Reads a whole number of a range.
fn whole<T: TryFrom<u64>>(range: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|n| range.contains(n));
        number.and_then(|n| T::try_from(n).ok()).ok_or_else(|| {
            let least = range.start();
            match *range.end() {
                u64::MAX => format!("a whole number, at least {least}"),
                most => format!("a whole number, from {least} to {most}"),
            }
        })
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if (0.001..=86_400.0).contains(&n) => Ok(n),
        Ok(_) | Err(_) => Err("a number of seconds, from 0.001 to 86400".to_owned()),
    }
}

/// Forms of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TraceFormat {
    /// The first state, then each event with what it changed
    Text,
    /// JSON in the Informal Trace Format, which Apalache, Quint and trace viewers read
    Itf,
    /// Who did what to whom, drawn with characters
    Sequence,
    /// The same as a sequence diagram of Mermaid
    Mermaid,
}

/// Orders of a search, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SearchOrder {
    /// By distance from an initial state, on all threads: runs are as short as any
    BreadthFirst,
    /// What was found last first, on one thread
    DepthFirst,
    /// On each thread a depth-first search with an order of events of its own, and a hash of its own
    Swarm,
}

/// Engines by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// What suits the system: the fixpoint of monotone events, or explicit states
    Auto,
    /// Explicit states, breadth first
    Explicit,
    /// Induction over the scope, by Z3
    Symbolic,
    /// Bounded model checking to --depth, by Z3
    Bmc,
}

/// `watertight extract`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight extract config.json                the facts, as a table
  watertight extract config.json --format wt    the instance that verify checks
  watertight extract --pid 4242 --format json")]
pub struct Extract {
    #[command(flatten)]
    pub inputs: Inputs,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = ExtractFormat::Table)]
    pub format: ExtractFormat,
}

/// Forms of what was extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExtractFormat {
    /// The constants of the model with where each comes from
    Table,
    /// All facts as JSON with `schema_version`
    Json,
    /// The instance of the library model
    Wt,
}

/// `watertight certify`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  watertight certify proof/isolation.host")]
pub struct Certify {
    /// Certificate folders, or folders of certificates
    #[arg(required = true)]
    pub dirs: Vec<PathBuf>,
    /// The Z3 program (default: WATERTIGHT_Z3, the one that ./x fetched, PATH)
    #[arg(long, value_name = "PROGRAM")]
    pub z3: Option<PathBuf>,
    /// The cvc5 program (default: WATERTIGHT_CVC5, PATH, the one that ./x fetched)
    #[arg(long, value_name = "PROGRAM")]
    pub cvc5: Option<PathBuf>,
    /// Longest time for one query, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub timeout: u64,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Which system, how large.
#[derive(Debug, Args)]
pub struct Subject {
    /// A specification (.wt), or the name of a library model
    pub file: PathBuf,
    /// Which system, where the file has several: the module's name or that of an instance
    #[arg(long, value_name = "NAME")]
    pub system: Option<String>,
    /// Sizes of sorts, as in a `check`
    #[arg(long = "for", value_name = "SORT=N", value_delimiter = ',')]
    pub sizes: Vec<String>,
}

/// `watertight export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight export model.wt --to tla -o tla/             a module and a configuration for TLC
  watertight export model.wt --to tla --for Process=3     the module, to standard output
  watertight export linux::host --to smt2                 the transition system for a solver
  watertight export model.wt --to dot | dot -Tsvg         the reachable states as a picture")]
pub struct Export {
    #[command(flatten)]
    pub subject: Subject,
    /// In which language
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub to: Target,
    /// Most states of a graph
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub limit: usize,
    /// Write files into this folder; without it, the text goes to standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// Languages of other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// TLA+: a module, and a configuration with which TLC finds the same states and verdicts
    Tla,
    /// SMT-LIB 2: guard and effect of each event, initial states and properties as functions
    Smt2,
    /// Graphviz: the graph of reachable states, and that of events and variables
    Dot,
    /// Mermaid: the same
    Mermaid,
}

/// `watertight models`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight models
  watertight models show linux::host")]
pub struct Models {
    /// What to do; without it, list
    #[command(subcommand)]
    pub action: Option<ModelsAction>,
}

/// What `models` does.
#[derive(Debug, Subcommand)]
pub enum ModelsAction {
    /// List the models of the library
    List {
        /// Form of the result
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Print the text of a model
    Show {
        /// Name of the model, as `use` takes it
        name: String,
    },
}

/// `watertight explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight explain
  watertight explain E0301")]
pub struct Explain {
    /// Codes, such as E0301; without one, all are listed
    pub codes: Vec<String>,
}

/// `watertight fmt`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight fmt model.wt               in place
  watertight fmt --check *.wt           what would change; exit code 1 if anything would
  watertight fmt --unicode - <model.wt  from standard input to standard output")]
pub struct Fmt {
    /// Specifications (.wt); `-` is standard input
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Change nothing; print what would change, and exit with 1 if anything would
    #[arg(long)]
    pub check: bool,
    /// Write operators as mathematical signs
    #[arg(long, conflicts_with = "ascii")]
    pub unicode: bool,
    /// Write operators as words and ASCII signs
    #[arg(long)]
    pub ascii: bool,
}

/// `watertight show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight show model.wt
  watertight show model.wt --for Process=5
  watertight show model.wt --graph mermaid      events and variables
  watertight show model.wt --states dot         reachable states
  watertight show model.wt --elaborated         each system as the engines read it
  watertight show linux::host --format json")]
pub struct Show {
    #[command(flatten)]
    pub subject: Subject,
    /// The graph of events and variables instead: who reads, who writes, which event can enable which
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with = "elaborated")]
    pub graph: Option<GraphLanguage>,
    /// The graph of reachable states instead; for small systems
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with_all = ["graph", "elaborated"])]
    pub states: Option<GraphLanguage>,
    /// Most states of that graph
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub limit: usize,
    /// The systems as the engines read them, in their text form
    #[arg(long)]
    pub elaborated: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human, conflicts_with_all = ["graph", "states", "elaborated"])]
    pub format: Format,
}

/// Languages in which graphs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphLanguage {
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
}

/// `watertight simulate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight simulate model.wt --walks 1000 --steps 50
  watertight simulate model.wt --for Process=5 --seed 7 --trace
  watertight simulate model.wt --until 'card(inside) == 2'
  watertight simulate model.wt --prefer 'inside != {}' --invariant exclusion

Exit codes: 0 no violation seen, 1 violated, 2 usage or specification error, 3 what --until says was not reached")]
pub struct Simulate {
    #[command(flatten)]
    pub subject: Subject,
    /// Most steps of a walk
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub steps: u64,
    /// Number of walks (default: 100, and 1 with --trace)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub walks: Option<u64>,
    /// Where random numbers start; the same seed gives the same walks (default: any, and printed)
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Prefer steps that come closer to making this formula true
    #[arg(long, visible_alias = "guided", value_name = "FORMULA")]
    pub prefer: Option<String>,
    /// Stop where this formula is true, a witness holds or an invariant is false; walks are drawn there
    #[arg(long, value_name = "FORMULA|PROPERTY")]
    pub until: Option<String>,
    /// Watch only these properties; else all
    #[arg(long, value_name = "PROPERTY", value_delimiter = ',')]
    pub invariant: Vec<String>,
    /// Show the last walk step by step
    #[arg(long)]
    pub trace: bool,
    /// Form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `watertight repl`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  watertight repl model.wt --for Process=2
  watertight repl model.wt -e ':events' -e ':fire 1' -e 'card(inside)'
  watertight repl model.wt < questions.txt

At the prompt, :help lists the commands.")]
pub struct Repl {
    #[command(flatten)]
    pub subject: Subject,
    /// Run this line and, after the last one, leave
    #[arg(short = 'e', long = "execute", value_name = "LINE")]
    pub execute: Vec<String>,
}
