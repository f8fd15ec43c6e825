"""Benchmarks: `make bench`, or `python -m tests.benchmarks [NAME …]`.

Each prints ratios against a baseline measured in the same run, contestants interleaved, medians over rounds.
Nothing here fails on a time; the goals stand beside the figures.
"""
