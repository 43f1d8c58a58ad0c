//! The explicit engine on systems with known counts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and may print"
)]

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use model_checker::Budget;
use model_checker::explicit::{
    ConstCell, ExplicitReport, Limits, Options, Progress, Silent, Snapshot, Tuning, blame, check,
};
use transition_system::{PropertyId, Scope, Stop, System, Vacuity, Verdict, Wrong};

mod explicit_support;
use explicit_support::{BOXES, disk, property, replayed, replayed_witness, scope, system};

fn run(system: &System, scope: &Scope, properties: &[PropertyId], options: &Options<'_>) -> ExplicitReport {
    check(system, scope, properties, options, &mut Silent)
}

fn boxes(containers: u32, resources: u32) -> (System, Scope) {
    let system = system(BOXES);
    let scope = scope(&system, &[("Container", containers), ("Resource", resources)]);
    (system, scope)
}

#[test]
fn boxes_have_the_counts_of_other_checkers() {
    let (system, scope) = boxes(4, 4);
    let owners = property(&system, "owners_exist");
    let report = run(&system, &scope, &[owners], &Options::default());
    assert_eq!(report.stats.states, 124_969);
    assert_eq!(report.stats.initial_states, 1);
    assert!(report.stats.exhaustive);
    match &report.verdicts[0].1 {
        Verdict::Holds(coverage) => {
            assert!(coverage.exhaustive);
            assert_eq!(coverage.states, Some(124_969));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(report.stats.states_by_depth.iter().sum::<u64>(), 124_969);
    assert_eq!(report.stats.never_enabled().count(), 0);
}

#[test]
fn the_shortest_run_to_a_witness_and_to_a_violation() {
    let (system, scope) = boxes(3, 3);
    let all = [
        property(&system, "all_owned"),
        property(&system, "nobody_pauses"),
        property(&system, "owners_exist"),
    ];
    let report = run(&system, &scope, &all, &Options::default());
    let (id, trace) = &report.witnesses[0];
    replayed_witness(&system, &scope, *id, trace);
    // create, start, and three grants
    assert_eq!(trace.len(), 5);
    assert_eq!(replayed(&system, &scope, &report.verdicts[1].1), Some(3));
    assert!(matches!(report.verdicts[2].1, Verdict::Holds(_)));
}

/// Two-phase commit of Gray and Lamport ("Consensus on transaction commit", 2006), messages as a set that only
/// grows; state counts as published for the TLA+ model and for Stateright.
const TWO_PHASE: &str = "
(system two_phase)
(enum Rm Working Prepared Committed Aborted)
(enum Tm Init Committed Aborted)
(sort Manager)
(var rm (map (sort Manager) (enum Rm)))
(var tm (enum Tm))
(var seen (set (sort Manager)))
(var prepared (set (sort Manager)))
(var commit bool)
(var abort bool)
(binder $m m (sort Manager))
(init (forall $m (= (apply (var rm) $m) (enumerator Rm Working))))
(init (= (var tm) (enumerator Tm Init)))
(init (= (var seen) (set (set (sort Manager)))))
(init (= (var prepared) (set (set (sort Manager)))))
(init (not (var commit)))
(init (not (var abort)))
(event prepare ($m) () $m (= (apply (var rm) $m) (enumerator Rm Working))
  ((rm (store (var rm) $m (enumerator Rm Prepared))) (prepared (union (var prepared) (set (set (sort Manager)) $m)))))
(event give_up ($m) () $m (= (apply (var rm) $m) (enumerator Rm Working))
  ((rm (store (var rm) $m (enumerator Rm Aborted)))))
(event told_commit ($m) () $m (var commit) ((rm (store (var rm) $m (enumerator Rm Committed)))))
(event told_abort ($m) () $m (var abort) ((rm (store (var rm) $m (enumerator Rm Aborted)))))
(event note ($m) () - (and (= (var tm) (enumerator Tm Init)) (in $m (var prepared)))
  ((seen (union (var seen) (set (set (sort Manager)) $m)))))
(event decide_commit () () - (and (= (var tm) (enumerator Tm Init)) (forall $m (in $m (var seen))))
  ((tm (enumerator Tm Committed)) (commit true)))
(event decide_abort () () - (= (var tm) (enumerator Tm Init)) ((tm (enumerator Tm Aborted)) (abort true)))
(binder $n n (sort Manager))
(invariant consistent (not (and (exists $m (= (apply (var rm) $m) (enumerator Rm Committed)))
  (exists $n (= (apply (var rm) $n) (enumerator Rm Aborted))))))
(transition commits_stay (forall $m (=> (= (apply (var rm) $m) (enumerator Rm Committed)) (= (apply (next rm) $m) (enumerator Rm Committed)))))
(witness all_commit (forall $m (= (apply (var rm) $m) (enumerator Rm Committed))))
";

#[test]
fn two_phase_commit_has_the_published_counts() {
    let system = system(TWO_PHASE);
    let all = explicit_support::all_properties(&system);
    for (managers, states) in [(3, 288), (5, 8_832)] {
        let scope = scope(&system, &[("Manager", managers)]);
        let report = run(&system, &scope, &all, &Options::default());
        assert_eq!(report.stats.states, states);
        assert!(
            report
                .verdicts
                .iter()
                .all(|(_, v)| matches!(v, Verdict::Holds(_)))
        );
        let (id, trace) = &report.witnesses[0];
        replayed_witness(&system, &scope, *id, trace);
        // each manager prepares, is noted and is told; one decision
        assert_eq!(trace.len(), 3 * managers as usize + 1);
    }
}

/// `n` counters up to `k`, each step adds one somewhere.
fn counters(n: u32, k: i64) -> System {
    let mut text = format!("(system counters)\n(sort Counter)\n(var x (map (sort Counter) (range 0 {k})))\n");
    text += "(binder $c c (sort Counter))\n(init (forall $c (= (apply (var x) $c) 0)))\n";
    text += &format!(
        "(event tick ($c) () - (< (apply (var x) $c) {k}) ((x (store (var x) $c (narrow (range 0 {k}) (+ (apply (var x) $c) 1))))))\n"
    );
    text += &format!("(invariant bounded (forall $c (<= (apply (var x) $c) {k})))\n");
    text += &format!("(witness full (forall $c (= (apply (var x) $c) {k})))\n");
    let system = system(&text);
    assert!(n > 0);
    system
}

#[test]
fn counters_have_closed_forms() {
    for (n, k) in [(1, 1), (3, 4), (6, 3), (8, 2)] {
        let system = counters(n, k);
        let scope = scope(&system, &[("Counter", n)]);
        let report = run(
            &system,
            &scope,
            &explicit_support::all_properties(&system),
            &Options::default(),
        );
        let base = k as u64 + 1;
        assert_eq!(report.stats.states, base.pow(n));
        assert_eq!(
            report.stats.transitions,
            u64::from(n) * k as u64 * base.pow(n - 1)
        );
        assert_eq!(report.stats.depth, u64::from(n) * k as u64);
        assert_eq!(report.witnesses[0].1.len() as u64, u64::from(n) * k as u64);
        assert!(report.undefined.is_none());
    }
}

#[test]
fn states_wider_than_two_words_are_exact() {
    // one token among 70 places of 8 values: 70 * 8 bits and closed form 70 * 8 states
    let text = "
(system wide)
(sort Place)
(var at (map (sort Place) (range 0 200)))
(var who (sort Place))
(binder $p p (sort Place))
(binder $q q (sort Place))
(init (forall $p (= (apply (var at) $p) 0)))
(event count () () - (< (apply (var at) (var who)) 7)
  ((at (store (var at) (var who) (narrow (range 0 200) (+ (apply (var at) (var who)) 1))))))
(event jump ($q) () - (= (apply (var at) (var who)) 7) ((who $q) (at (store (var at) (var who) 0))))
(invariant alone (forall $p (forall $q (=> (and (< 0 (apply (var at) $p)) (< 0 (apply (var at) $q))) (= $p $q)))))
";
    let system = system(text);
    let scope = scope(&system, &[("Place", 70)]);
    let report = run(
        &system,
        &scope,
        &[property(&system, "alone")],
        &Options::default(),
    );
    assert_eq!(report.stats.state_bits, 70 * 8 + 7);
    assert_eq!(report.stats.states, 70 * 8);
    assert_eq!(report.stats.transitions, 70 * 7 + 70 * 70);
    assert_eq!(report.stats.initial_states, 70);
    assert!(matches!(report.verdicts[0].1, Verdict::Holds(_)));
    // as trees of their parts they are the same states, in less memory
    let tuning = Tuning {
        compress_after: 100,
        ..Tuning::default()
    };
    for threads in [1, 2] {
        let options = Options {
            tuning,
            threads,
            ..Options::default()
        };
        let trees = run(&system, &scope, &[property(&system, "alone")], &options);
        assert_eq!(trees.stats.states_by_depth, report.stats.states_by_depth);
        assert_eq!(trees.stats.transitions, report.stats.transitions);
        assert!(trees.stats.memory_bytes * 2 < report.stats.memory_bytes);
        assert!(matches!(trees.verdicts[0].1, Verdict::Holds(_)));
    }
}

#[test]
fn limits_end_in_unknown_with_what_was_covered() {
    let (system, scope) = boxes(4, 4);
    let owners = [property(&system, "owners_exist")];
    let with = |limits: Limits, interrupt: Option<&AtomicBool>| {
        let options = Options {
            limits,
            interrupt,
            ..Options::default()
        };
        let report = run(&system, &scope, &owners, &options);
        assert!(!report.stats.exhaustive);
        match &report.verdicts[0].1 {
            Verdict::Unknown(stop) => (stop.clone(), report.stats),
            other => panic!("{other:?}"),
        }
    };
    let (stop, stats) = with(
        Limits {
            states: Some(1000),
            ..Limits::default()
        },
        None,
    );
    assert_eq!((stop, stats.states), (Stop::StateLimit(1000), 1000));
    assert!(stats.complete_depth > 0 && stats.complete_depth <= stats.depth);
    let memory = 1 << 20;
    let (stop, stats) = with(
        Limits {
            memory_bytes: Some(memory),
            ..Limits::default()
        },
        None,
    );
    assert_eq!(stop, Stop::MemoryLimit(memory));
    assert!(stats.memory_bytes <= memory && stats.states > 10_000);
    let none = Duration::ZERO;
    let (stop, _) = with(
        Limits {
            time: Some(none),
            ..Limits::default()
        },
        None,
    );
    assert_eq!(stop, Stop::TimeLimit(none));
    let (stop, _) = with(Limits::default(), Some(&AtomicBool::new(true)));
    assert_eq!(stop, Stop::Interrupted);
}

#[test]
fn progress_is_told_and_grows() {
    #[derive(Default)]
    struct Told(Vec<Snapshot>);
    impl Progress for Told {
        fn report(&mut self, snapshot: &Snapshot) {
            self.0.push(*snapshot);
        }
    }
    let (system, scope) = boxes(3, 3);
    let options = Options {
        progress_interval: Duration::ZERO,
        ..Options::default()
    };
    let mut told = Told::default();
    let owners = [property(&system, "owners_exist")];
    let report = check(&system, &scope, &owners, &options, &mut told);
    assert!(told.0.len() > 10);
    assert!(
        told.0
            .windows(2)
            .all(|w| w[0].states <= w[1].states && w[0].depth <= w[1].depth)
    );
    let last = told.0.last().unwrap();
    assert_eq!((last.states, last.queue), (report.stats.states, 0));
}

#[test]
fn a_deadlock_has_a_shortest_run() {
    let system = counters(2, 3);
    let scope = scope(&system, &[("Counter", 2)]);
    let options = Options {
        deadlock: true,
        ..Options::default()
    };
    let report = run(&system, &scope, &[], &options);
    let violation = report.deadlock.expect("all counters are full in the end");
    assert_eq!(violation.what, Wrong::Deadlock);
    let verdict = Verdict::Violated(Box::new(violation));
    assert_eq!(replayed(&system, &scope, &verdict), Some(6));
    let (boxes, scope) = boxes(2, 1);
    assert!(run(&boxes, &scope, &[], &options).deadlock.is_none());
}

#[test]
fn what_no_guard_depends_on_is_left_out_of_a_search_for_deadlocks() {
    let text = "
(system log)
(var x (range 0 3))
(var y (range 0 3))
(var log (range 0 9))
(var copy (range 0 9))
(init (= (var x) 0))
(init (= (var y) 0))
(event up () () - (< (var x) 3) ((x (narrow (range 0 3) (+ (var x) 1))) (log 1)))
(event note () () - (< (var x) 3) ((y (var x)) (copy (var log))))
(event stop () () - (= (var y) 2) ((x 3)))
";
    let system = system(text);
    let options = Options {
        deadlock: true,
        ..Options::default()
    };
    let report = run(&system, &Scope::new(), &[], &options);
    let verdict = Verdict::Violated(Box::new(report.deadlock.expect("x is 3, y is not 2")));
    assert_eq!(replayed(&system, &Scope::new(), &verdict), Some(3));
    // x up to 3, and y up to 2: what is written to the log, or copied from it, tells no states apart
    assert!(report.stats.states <= 4 * 4 && report.stats.initial_states == 1);
    let all = Options {
        cone: false,
        ..options
    };
    assert_eq!(run(&system, &Scope::new(), &[], &all).stats.initial_states, 100);
}

#[test]
fn leaving_a_range_is_a_violation_of_every_open_property() {
    let text = "
(system overrun)
(var x (range 0 3))
(var y bool)
(init (= (var x) 0))
(init (not (var y)))
(event up () () - true ((x (narrow (range 0 3) (+ (var x) 1)))))
(event flip () () - (= (var x) 1) ((y true)))
(invariant never (not (var y)))
(invariant fine (<= (var x) 3))
(witness far (= (var x) 3))
(witness never_reached (and (var y) (= (var x) 0)))
";
    let system = system(text);
    let scope = Scope::new();
    let all = explicit_support::all_properties(&system);
    let report = run(&system, &scope, &all, &Options::default());
    // decided before the range is left in the fourth step
    assert_eq!(replayed(&system, &scope, &report.verdicts[0].1), Some(2));
    assert!(matches!(report.verdicts[2].1, Verdict::Holds(_)));
    // not decided before
    for position in [1, 3] {
        let verdict = &report.verdicts[position].1;
        assert_eq!(replayed(&system, &scope, verdict), Some(3));
        let Verdict::Violated(violation) = verdict else {
            panic!()
        };
        assert!(matches!(violation.what, Wrong::Undefined { .. }));
    }
    assert!(report.undefined.is_some());
}

#[test]
fn what_cannot_happen_is_said() {
    let text = "
(system idle)
(const strict bool)
(const level (range 0 3))
(given level () 2)
(assume (const strict))
(var on bool)
(var off bool)
(init (not (var on)))
(init (not (var off)))
(event switch () () - (< (const level) 3) ((on true)))
(event never () () - (= (const level) 1) ((off true)))
(event blocked () () - (and (var off) (var on)) ((off false)))
(invariant vacuous (=> (var off) (not (var on))))
(invariant told (=> (var on) (const strict)))
(witness lit (var on))
(witness dark (var off))
";
    let system = system(text);
    let report = run(
        &system,
        &Scope::new(),
        &explicit_support::all_properties(&system),
        &Options {
            cone: false,
            ..Options::default()
        },
    );
    let names: Vec<&str> = report
        .stats
        .never_enabled()
        .map(|e| system.event(e).name.as_str())
        .collect();
    assert_eq!(names, ["never", "blocked"]);
    assert_eq!(report.stats.vacuous, [property(&system, "vacuous")]);
    assert!(matches!(report.verdicts[2].1, Verdict::Holds(_)));
    assert!(matches!(
        report.verdicts[3].1,
        Verdict::Vacuous(Vacuity::NeverReached(_))
    ));
    // an instance of an event that the constants rule out is not even made
    assert_eq!(report.stats.events[1].instances, 0);
}

#[test]
fn contradictions_leave_no_initial_state() {
    let text = "
(system empty)
(const c bool)
(var x bool)
(assume (const c))
(init (= (var x) (not (const c))))
(init (var x))
(invariant anything (var x))
";
    let system = system(text);
    let all = explicit_support::all_properties(&system);
    let report = run(&system, &Scope::new(), &all, &Options::default());
    assert!(matches!(
        report.verdicts[0].1,
        Verdict::Vacuous(Vacuity::NoInitialState)
    ));
}

#[test]
fn constants_that_are_not_given_are_taken_every_way() {
    let text = "
(system unknown)
(enum Key a b c d)
(const open (set (enum Key)))
(const irrelevant (set (enum Key)))
(var got (set (enum Key)))
(binder $k k (enum Key))
(init (= (var got) (set (set (enum Key)))))
(event take ($k) () - (in $k (const open)) ((got (union (var got) (set (set (enum Key)) $k)))))
(invariant none_taken (forall $k (not (in $k (var got)))))
(invariant only_open (subset (var got) (const open)))
(witness all_taken (forall $k (in $k (var got))))
";
    let system = system(text);
    let scope = Scope::new();
    let all = explicit_support::all_properties(&system);
    let report = run(&system, &scope, &all, &Options::default());
    assert_eq!(report.stats.initial_states, 16);
    // each subset of each choice: 3^4
    assert_eq!(report.stats.states, 81);
    assert_eq!(replayed(&system, &scope, &report.verdicts[0].1), Some(1));
    assert!(matches!(report.verdicts[1].1, Verdict::Holds(_)));
    let (id, trace) = &report.witnesses[0];
    replayed_witness(&system, &scope, *id, trace);
    assert_eq!(trace.len(), 4);
}

#[test]
fn what_cannot_be_searched_is_refused_with_a_reason() {
    let refused = |text: &str, sizes: &[(&str, u32)]| {
        let system = system(text);
        let scope = scope(&system, sizes);
        let all = explicit_support::all_properties(&system);
        match &run(&system, &scope, &all, &Options::default()).verdicts[0].1 {
            Verdict::Unknown(Stop::Unsupported(why)) => why.clone(),
            other => panic!("{other:?}"),
        }
    };
    let why = refused(
        "(system a)(var x int)(init (= (var x) 0))(invariant i (= (var x) 0))",
        &[],
    );
    assert!(why.contains("variable `x`") && why.contains("range"), "{why}");
    let why = refused(
        "(system a)(sort S)(var x (sort S))(binder $s s (sort S))(invariant i (exists $s (= $s (var x))))",
        &[],
    );
    assert!(why.contains("sort `S` has no size"), "{why}");
    let why = refused(
        "(system a)(const n int)(var x (range 0 3))(invariant i (<= (var x) (const n)))",
        &[],
    );
    assert!(why.contains("`n`") && why.contains("given"), "{why}");
    let why = refused(
        "(system a)(sort S)(var x (set (set (sort S))))(binder $s s (set (sort S)))(invariant i (exists $s (in $s (var x))))",
        &[("S", 20)],
    );
    assert!(why.contains("too many"), "{why}");
    let big = i64::MAX / 4;
    let why = refused(
        &format!(
            "(system a)(var x (range 0 {big}))(init (= (var x) 0))(invariant i (<= 0 (* (var x) (var x))))"
        ),
        &[],
    );
    assert!(why.contains("64 bits"), "{why}");
}

const CONFIGURED: &str = "
(system configured)
(enum Cap admin ptrace raw)
(enum Path host data)
(sort Box web db)
(const caps (map (sort Box) (set (enum Cap))))
(const writable (map (enum Path) bool))
(const patched bool)
(const entry (sort Box))
(given caps ((element Box web)) (set (set (enum Cap)) (enumerator Cap admin) (enumerator Cap raw)))
(given caps ((element Box db)) (set (set (enum Cap))))
(given writable ((enumerator Path host)) true)
(given writable ((enumerator Path data)) true)
(given entry () (element Box web))
(var in_box (set (sort Box)))
(var host bool)
(var level (range 0 2))
(binder $b b (sort Box))
(init (= (var in_box) (set (set (sort Box)) (const entry))))
(init (not (var host)))
(init (= (var level) 0))
(event probe ($b) () $b (in $b (var in_box)) ((level (ite (apply (const writable) (enumerator Path host)) 2 1))))
(event escape ($b) () $b (and (in $b (var in_box)) (= (var level) 2)
   (or (in (enumerator Cap ptrace) (apply (const caps) $b)) (and (in (enumerator Cap admin) (apply (const caps) $b)) (not (const patched)))))
   ((host true)))
(invariant isolation (not (var host)))
";

#[test]
fn blame_names_the_constants_that_a_run_rests_on() {
    let system = system(CONFIGURED);
    let scope = Scope::new();
    let report = run(
        &system,
        &scope,
        &[property(&system, "isolation")],
        &Options::default(),
    );
    let Verdict::Violated(violation) = &report.verdicts[0].1 else {
        panic!()
    };
    assert_eq!(replayed(&system, &scope, &report.verdicts[0].1), Some(2));
    let blame = blame(&system, &scope, violation, &Budget::default()).unwrap();
    let show = |cells: &[ConstCell]| -> Vec<String> {
        let shown = |c: &ConstCell| {
            let keys: String = c
                .path
                .iter()
                .map(|k| format!("[{}]", k.display(&system)))
                .collect();
            format!(
                "{}{keys} = {}",
                system.constant(c.constant).name,
                c.value.display(&system)
            )
        };
        cells.iter().map(shown).collect()
    };
    // the attacker starts in `web`; the probe learns of the path; the escape needs the capability
    assert_eq!(show(&blame.start), ["entry = web"]);
    assert_eq!(show(&blame.steps[0]), ["writable[host] = true"]);
    assert_eq!(show(&blame.steps[1]), ["caps[web][admin] = true"]);
    assert_eq!(show(&blame.end), [""; 0]);
    assert_eq!(show(&blame.assumed), ["patched = false"]);
}

#[test]
fn a_disk_that_is_full_ends_the_search() {
    let (system, scope) = boxes(3, 2);
    let owners = [property(&system, "owners_exist")];
    let options = Options {
        disk: Some(&disk::Full),
        tuning: Tuning {
            disk_after: 10,
            ..Tuning::default()
        },
        ..Options::default()
    };
    let report = run(&system, &scope, &owners, &options);
    let Verdict::Unknown(Stop::Unsupported(why)) = &report.verdicts[0].1 else {
        panic!("{:?}", report.verdicts);
    };
    assert!(why.starts_with("states cannot be kept on disk: "), "{why}");
}

#[test]
fn arguments_that_the_constants_rule_out_are_not_tried() {
    // 60^4 choices of arguments, of which a chain of 59 links, three long, is left
    let names: Vec<String> = (0..60).map(|i| format!("n{i}")).collect();
    let links: Vec<String> = (1..60)
        .map(|i| {
            format!(
                "(tuple (tuple (sort Node) (sort Node)) (element Node n{}) (element Node n{i}))",
                i - 1
            )
        })
        .collect();
    let pair = "(tuple (sort Node) (sort Node))";
    let link = |a: &str, b: &str| format!("(in (tuple {pair} {a} {b}) (const link))");
    let text = format!(
        "(system links)\n(sort Node {})\n(const link (set {pair}))\n(given link () (set (set {pair}) {}))\n\
         (var at (sort Node))\n(init (= (var at) (element Node n0)))\n\
         (binder $d d (sort Node))(binder $b b (sort Node))(binder $a a (sort Node))(binder $c c (sort Node))\n\
         (event hop ($d $b $a $c) () - (and (= (var at) $a) {} {} {}) ((at $d)))\n\
         (witness end (= (var at) (element Node n57)))\n(witness beyond (= (var at) (element Node n58)))\n",
        names.join(" "),
        links.join(" "),
        link("$a", "$b"),
        link("$b", "$c"),
        link("$c", "$d"),
    );
    let system = system(&text);
    let all = explicit_support::all_properties(&system);
    let report = run(&system, &Scope::new(), &all, &Options::default());
    assert_eq!(report.stats.events[0].instances, 57);
    assert_eq!(report.witnesses[0].1.len(), 19);
    assert!(matches!(
        report.verdicts[1].1,
        Verdict::Vacuous(Vacuity::NeverReached(_))
    ));
}

/// Prints figures; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for release builds"]
fn speed_on_boxes() {
    for (containers, resources, states) in [(5, 4, 1_159_850), (4, 7, 10_351_765)] {
        let (system, scope) = boxes(containers, resources);
        let owners = property(&system, "owners_exist");
        let report = run(&system, &scope, &[owners], &Options::default());
        let stats = &report.stats;
        assert_eq!(stats.states, states);
        println!(
            "boxes {containers}x{resources}: {} states, {} transitions, {:.0} ns a transition, {:.1} bytes a state",
            stats.states,
            stats.transitions,
            stats.time.as_nanos() as f64 / stats.transitions as f64,
            stats.memory_bytes as f64 / stats.states as f64,
        );
    }
}
