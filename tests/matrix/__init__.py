"""The matrix: one program on the in-memory cloud and as deployed, driven alike, with the same trace to come.

    recorder.py   in every process that runs handlers: each call of one, with what it was given and what came of it
    program.py    Program: an example, and what is done to it, as plain data
    programs.py   the programs; repository_events.py has one of its own: a recording, then ten seeds of faults
    webhooks.py   signed deliveries
    faults.py     what may befall a handler's next call, the same everywhere
    memory.py     plays a program in a simulation, in a process of its own
    azure.py aws.py gcp.py    each builds an example with `cloudless build`, deploys it to loopback, and plays there

Traces are compared as multisets: what happens at the same time comes in any order.
"""
