"""The contract as tests: what every provider must pass, shipped with the core. Needs pytest.

    harness.py   Target: what a provider's test writes, and nothing else; ProviderHarness deploys it
    suite.py     Suite: gaps become strict expected failures; no test may be overridden
    journal.py   what handlers note, also from other processes
    apps/        the programs that are deployed; importable, since handlers run in processes of their own
    queue.py ordered.py ledger.py         what the drivers and runtimes of all providers pass; queue.py is made of
                                          delivery, failure, dead_letter, body, once, batch, delay
    topic.py schedule.py function.py …    further nouns
    simulated.py                          what only virtual time can show
    index.py     contract row × fault → cases

A provider subclasses every suite, and gives a fixture `harness`:

    class TestQueue(QueueSuite):
        pass
"""

import sys

# So that a failing case shows its values; not this module, which is already imported. Where handlers run, there is no
# pytest, and nothing to rewrite.
_PARTS = (
    "batch", "body", "dead_letter", "delay", "delivery", "failure", "function", "ledger", "once", "ordered",
    "permission", "schedule", "simulated", "topic",
)  # fmt: skip
if "pytest" in sys.modules:
    sys.modules["pytest"].register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))

from cloudless.conformance.harness import Harness, ProviderHarness, Target  # noqa: E402  (after the registration)

__all__ = ["Harness", "ProviderHarness", "Target"]
