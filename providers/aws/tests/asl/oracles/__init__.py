"""What tells whether an emitted state machine is right, and who runs it beside the engine.

    machine.py    a document's states, templates and expressions, wherever they are nested
    checks.py     what the validators miss, as far as no expression is read: names, limits, retriers, transitions
    reading.py    the same for expressions: which variables and functions they use, and where these are assigned
    statics.py    all static opinions: ours, statelint's, asl-validator's, and that of npm's jsonata (statics.js)

    functions.py  what answers a state machine's tasks, in Python: the world of a program, behind the wire of Lambda
    local.py      sfnx.testing, on a virtual clock of ours
    modelled.py   our strict model of Step Functions
    moto.py       moto's engine, in an environment of its own (moto_worker.py), with jsonata of npm
    ministack.py  the emulator, with functions under Amazon's runtime client
    runners.py    generated programs and the corpus on all of them
    shapes.py     state machines written by hand
    known.py      who may disagree, and where

None of them is Step Functions. Where they agree, and the documentation says the same, we emit it; where one is known to
be wrong, a row of known.py says so, and a test shows that it still is.
"""
