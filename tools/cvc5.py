"""Runs an SMT-LIB file on the cvc5 Python module the way the cvc5 program does.

`./x setup` installs this file as target/cvc5/cvc5, beside the module in target/cvc5/python, where the machine has no
`cvc5` of its own: the wheel on PyPI holds the solver as a Python module, not as a program.

Takes: `cvc5 [--option | --no-option | --option=value]... [FILE | -]`, or `--version`. Any option of cvc5 is passed on;
`--lang` may only say SMT-LIB; `--tlimit=MS` ends the whole run, as in the program.
Gives: what the commands of the file print (`sat`, `unsat`, `unknown`, ...), and the exit code 0; on an error
`(error "...")` and the exit code 1.
"""

import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "python"))
import cvc5  # noqa: E402


def fail(message):
    text = str(message).strip().replace('"', '""')
    print(f'(error "{text}")', flush=True)
    sys.exit(1)


def stop_after(milliseconds):
    """Ends the process after this time, by the signal's default action: a solver deep in a query runs no Python."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)


def set_option(solver, argument):
    name, equals, value = argument[2:].partition("=")
    if name == "tlimit" and value.isdecimal():
        stop_after(int(value))
    elif name == "lang":
        if value not in ("smt2", "smt2.6", "smtlib2", "smtlib2.6"):
            fail(f"this launcher reads SMT-LIB only, not `{value}`")
    elif equals:
        solver.setOption(name, value)
    elif name.startswith("no-"):
        solver.setOption(name[3:], "false")
    else:
        solver.setOption(name, "true")


def main(arguments):
    manager = cvc5.TermManager()
    solver = cvc5.Solver(manager)
    if "--version" in arguments:
        version = solver.getVersion()
        text = version.decode() if isinstance(version, bytes) else version
        print(f"This is cvc5 version {text} (the Python module)")
        return
    files = [a for a in arguments if a == "-" or not a.startswith("-")]
    if len(files) > 1:
        fail("one file at a time")
    path = files[0] if files and files[0] != "-" else "/dev/stdin"
    try:
        solver.setOption("output-lang", "smt2")  # else `unknown` is followed by its reason
        for argument in arguments:
            if argument.startswith("--"):
                set_option(solver, argument)
        symbols = cvc5.SymbolManager(manager)
        parser = cvc5.InputParser(solver, symbols)
        parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, path)
        while not (command := parser.nextCommand()).isNull() and command.getCommandName() != "exit":
            print(command.invoke(solver, symbols), end="", flush=True)
    except Exception as error:  # whatever it is, the caller reads it as an SMT-LIB error
        fail(error)


main(sys.argv[1:])
