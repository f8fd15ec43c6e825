"""Benchmarks: `make bench`, or `python -m tests.benchmarks [AREA …]`.

    areas ──tables()──► Table of Rows ──record──► record.json ──► docs/reference/benchmarks.md
              │
              └─ contest ──► peers/child.py, a process for each peer in its own environment

Each figure is a median over rounds in which the contestants take turns, and a ratio is to a reference that was measured
in the same round, in the same process. Nothing here fails on a time; the goals stand beside the figures.
"""
