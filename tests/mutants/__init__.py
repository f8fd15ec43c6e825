"""Mutants: named semantic faults of the in-memory cloud and the runtime. The conformance suite alone kills each.

python -m tests.mutants            # a table: mutant, and the case that killed it
python -m tests.mutants lost_attempt early_unlock
"""
