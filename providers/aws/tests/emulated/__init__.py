"""Builds applied whole to an emulator of AWS, in real time: its own queues, event sources and state machines.

    serve.py        runs the emulator, and puts right what it gets wrong
    emulator.py     the emulator, and its clients as the bridge uses them
    stage.py        a build on it, and how tests ask for what came of it
    shop/           an application with one of each

The emulator (ministack) enforces what functions may, runs them under Amazon's runtime client, and delivers by itself.
What it gets wrong, and what takes time, is for the tests with models on a virtual clock; see the known differences in
`emulator.py`.
"""
