"""Programs of the orchestration language, made at random, run by CPython and by engines: all must do the same.

    choices.py  shrink.py        decisions: random, repeated, and fewer of them
    kinds.py  hir.py             types and programs as data; their source
    vocabulary.py  scope.py      what a program declares; what is in sight
    expressions.py  calls.py  statements.py  program.py      the generator     worlds.py  what happens around a program
    native.py  errors.py  rewrite.py     what a program means in Python: CPython itself, on a virtual clock
    engine.py  runners.py        the engine, and whatever else runs programs; providers add theirs
    trial.py  __main__.py        one program; many: `make fuzz PROGRAMS=10000 SEED=…`
    strategy.py                  the generator for hypothesis
    corpus.py                    writes what CPython makes of the corpus (cloudless.conformance.orchestrations)
    mutants.py                   shows that faults of the engine are found: tests/mutants/engine_faults.py

A provider's tests:

    from tests.fuzz.__main__ import Run
    run = Run(seed, [MyRunner()]); run.go(range(300)); assert not run.failures
"""
