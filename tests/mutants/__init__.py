"""Mutants: named semantic faults of the in-memory cloud and the runtime. The conformance suite alone kills each.

python -m tests.mutants                            # a table: mutant, and the first case that kills it
python -m tests.mutants lost_attempt early_unlock  # up to ten that kill these
python -m tests.mutants --anew                     # the table; notes the cases in killers.json, to be tried first

A kill is a named case that fails. A mutant that survives or is broken fails the run, with exit code 1. Broken is one
that cannot be applied, whose own lines raise, or with which the suite cannot begin. That a process ends, or hangs,
counts only for a mutant that is declared so, `@fault(ends=DIES)`.

    fault.py       how a mutant is declared and applied
    faults.py      the mutants          http_faults.py  those of HTTP
    orchestration_faults.py  those of orchestrations
    process.py     a process for each, forked by one that has imported what they need
    trial.py       one mutant, in such a process
    verdict.py     what became of it
    killers.py     the case that killed it last
    planted.py     mutants about which test_runner.py knows what must become of them
"""
