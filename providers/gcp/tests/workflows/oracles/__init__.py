"""What tells whether an emitted workflow is right, and who runs it beside the engine.

    emitted.py    programs as workflows, and how an execution of one ended
    functions.py  what answers a workflow's requests, in Python: the world of a program behind functions, worker, broker
    modelled.py   gcwsim, our strict model of Workflows: on a virtual clock, with events
    emulator.py   workflows-emulator, in an environment and a process of its own (emulator_worker.py)
    known.py      where the emulator differs, each with a workflow that shows it
    runners.py    generated programs on both
    fuzz.py       the same for `make fuzz ON=gcp`

None of them is Workflows. gcwsim raises `Unspecified` for all that the documentation leaves open: nothing here may.
Where it and the emulator agree, two readings of the documentation do; where they do not, a row of known.py says who is
wrong, by which page.
"""
