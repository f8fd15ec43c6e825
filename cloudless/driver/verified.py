"""What a cloud was verified against: the record of the last run of the tests that prove it, beside its other tables.

`verified.json` in a provider's package, written by a test run and by nobody else. What a number counts says Verified.

    {"against": {"ministack": "1.5.33"},
     "suite": {"passed": 236, "failed": 3, "capabilities": {"queue": 78, …}},
     "corpus": {"runs": 160, "refused": []},
     "programs": {"01-hello": {"faults": ["exception", "crash", "lost"]}}}

Whoever writes one may add digests of what it is a record of, as ours do (tests/matrix/record.py); readers skip them.
"""

from __future__ import annotations

import json

from cloudless.node import node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@node(kw_only=True)
class Verified:
    """against: what the tests ran on, with its version, e.g. {"ministack": "1.5.33"}; nothing ran on a real account.

    capabilities: cases of the conformance suite that passed, by key of `driver.gap.CAPABILITIES`; 0 where tests of the
    provider's own hold it. passed: all of them; failed: those that failed, as a gap says. runs: of programs of the
    orchestration corpus that came to the one right outcome; refused: programs that are over a limit, so that no build
    takes them. programs: examples that did the same as in memory, call by call, and the faults under which.
    """

    against: Mapping[str, str]
    capabilities: Mapping[str, int]
    passed: int
    failed: int
    runs: int
    refused: tuple[str, ...]
    programs: Mapping[str, tuple[str, ...]]


def read(file: Path) -> Verified | None:
    """A record; None where there is none."""
    if not file.exists():
        return None
    told = json.loads(file.read_text("utf-8"))
    return Verified(
        against=told["against"],
        capabilities=told["suite"]["capabilities"],
        passed=told["suite"]["passed"],
        failed=told["suite"]["failed"],
        runs=told["corpus"]["runs"],
        refused=tuple(told["corpus"]["refused"]),
        programs={name: tuple(one["faults"]) for name, one in told["programs"].items()},
    )
