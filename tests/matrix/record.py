"""What a run of the tests shows of each cloud, kept as JSON beside its tables: `verified.json`.

    python -m tests.matrix.record                          # run all of it, and write every record
    python -m tests.matrix.record tests/test_matrix.py -k hello    # run less, and write what that shows anew
    python -m tests.matrix.record --from FILE…             # run nothing: outcomes that noted.py wrote in other runs

    pytest ──noted.py──► outcome by test ──► its parts ──► verified.json ──► cloudless matrix, docs

A record holds neither times nor places, and equal runs give equal bytes. Digests say of what it is a record:
tests/docs/test_support_matrix.py fails where cases, programs or gaps have changed since. A part that has a test that
failed or was skipped is not written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cloudless.conformance.index import cases as cases_of_suite
from cloudless.conformance.orchestrations.cases import PROGRAMS, cases
from cloudless.driver.gap import CAPABILITIES, Gap
from tests.matrix.evidence import EVIDENCE, MATRIX, ROOT, Evidence, versions
from tests.matrix.noted import PASSED, XFAILED
from tests.matrix.program import Program
from tests.matrix.programs import PROGRAMS as EXAMPLES

SIMULATED = "SimulatedSuite"
"""What only a simulation shows."""
PLAYED = f"{MATRIX}::test_an_example_does_the_same_as_in_memory"
_NODE = re.compile(r"(?P<test>[^\[]+)(?:\[(?P<id>.*)\])?", re.DOTALL)
Outcomes = Mapping[str, str]


class Incomplete(Exception):
    """A run that shows less than a record says."""


def expected(gaps: Mapping[str, Gap], *, simulated: bool) -> dict[str, str]:
    """What must come of each case of the suite, "QueueSuite.test_x", where a table has these gaps."""
    return {
        name: XFAILED if gaps.keys() & set(needs) else PASSED
        for _, _, name, needs in cases_of_suite()
        if simulated or not name.startswith(SIMULATED)
    }


def suite(found: Outcomes) -> dict[str, Any]:
    """What a record says of a run of the suite: case → passed or xfailed."""
    needs = {name: wanted for _, _, name, wanted in cases_of_suite()}
    passed = [name for name, outcome in found.items() if outcome == PASSED]
    return {
        "passed": len(passed),
        "failed": len(found) - len(passed),
        "capabilities": {key: sum(key in needs[name] for name in passed) for key in CAPABILITIES},
        "digest": digest(f"{name} {outcome}" for name, outcome in sorted(found.items())),
    }


def corpus(found: Iterable[str]) -> dict[str, Any]:
    """What a record says of the corpus. found: names of runs that came to what they must."""
    ran = set(found)
    refused = sorted({case.file.stem for case in cases()} - {name.partition(":")[0] for name in ran})
    return {"runs": len(ran), "refused": refused, "digest": digest_of_corpus()}


def digest_of_corpus() -> str:
    """Of all programs, and what they must come to."""
    return digest(file.read_text("utf-8") for file in sorted(PROGRAMS.glob("row_*")))


def program(one: Program) -> dict[str, Any]:
    """What a record says of a program that did the same as in memory."""
    return {"faults": list(one.faults), "steps": len(one.steps), "digest": digest([one.dumped()])}


def digest(parts: Iterable[str]) -> str:
    """Of texts, in order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


# --- from a run ---------------------------------------------------------------------------------------


def shown(evidence: Evidence, run: Outcomes) -> dict[str, Any]:
    """The parts of a record that a run shows; none for what it did not touch. Raises Incomplete."""
    parts: dict[str, Any] = {}
    if any(test.startswith(evidence.suite) for test in run):
        parts["suite"] = suite(_of_suite(evidence, run))
    if any(_parsed(test)[0] in evidence.corpus for test in run):
        parts["corpus"] = corpus(_of_corpus(evidence, run))
    if played := list(_played(evidence, run)):
        parts["programs"] = {one.example: program(one) for one in played}
    if parts:
        parts["against"] = versions(evidence.against)
    return parts


def _of_suite(evidence: Evidence, run: Outcomes) -> dict[str, str]:
    """What came of each case, with all its parameters; its class here is that of the suite: TestQueue, QueueSuite."""
    found: dict[str, set[str]] = {}
    for test, outcome in run.items():
        file, _, rest = _parsed(test)[0].partition("::")
        if file == evidence.suite:
            part, _, case = rest.partition("::")
            found.setdefault(f"{part.removeprefix('Test')}Suite.{case}", set()).add(outcome)
    lacking = sorted({name for _, _, name, _ in cases_of_suite() if not name.startswith(SIMULATED)} - found.keys())
    _refuse(evidence.suite, [*lacking, *(name for name, seen in found.items() if seen not in ({PASSED}, {XFAILED}))])
    return {name: seen.pop() for name, seen in found.items()}


def _of_corpus(evidence: Evidence, run: Outcomes) -> list[str]:
    """Names of the runs that every test of the corpus has passed with."""
    ids = {
        (file, id): outcome for test, outcome in run.items() for file, id in [_parsed(test)] if file in evidence.corpus
    }
    _refuse("corpus", [id for (_, id), outcome in ids.items() if outcome != PASSED])
    names = [case.name for case in cases()]
    ran = {file: {name for name in names if _has(ids, file, name)} for file in evidence.corpus}
    _refuse("corpus", [file for file, found in ran.items() if not found])
    return [name for name in sorted(names) if all(name in found for found in ran.values())]


def _has(ids: Iterable[tuple[str, str]], file: str, name: str) -> bool:
    """Whether a test has a parameter of that name, alone or with others."""
    return any(one == file and (id == name or id.startswith(f"{name}-") or id.endswith(f"-{name}")) for one, id in ids)


def _played(evidence: Evidence, run: Outcomes) -> Iterator[Program]:
    """The programs that did the same there as in memory; in memory, those that did so everywhere."""
    found: dict[str, set[str]] = {}
    for test, outcome in run.items():
        name, id = _parsed(test)
        if name == PLAYED and evidence.programs in {"", *id.split("-")}:
            found.setdefault(next(one for one in EXAMPLES if one in id), set()).add(outcome)
    _refuse(MATRIX, [name for name, seen in found.items() if seen != {PASSED}])
    return (EXAMPLES[name]() for name in sorted(found))


def _parsed(test: str) -> tuple[str, str]:
    """A test, and its parameter: ("a.py::test_x", "y")."""
    found = _NODE.fullmatch(test)
    return (found["test"], found["id"] or "") if found else (test, "")


def _refuse(what: str, lacking: Sequence[str]) -> None:
    if lacking:
        raise Incomplete(f"{what}: {len(lacking)} not passed, e.g. {', '.join(lacking[:5])}")


def written(evidence: Evidence, parts: Mapping[str, Any]) -> str:
    """A record with some parts anew; programs one by one, and without those that there are no more."""
    before: dict[str, Any] = json.loads(evidence.record.read_text("utf-8")) if evidence.record.exists() else {}
    told = {**before.get("programs", {}), **parts.get("programs", {})}
    after = {**before, **parts, "programs": {name: told[name] for name in sorted(told.keys() & EXAMPLES.keys())}}
    return json.dumps(after, indent=2, sort_keys=True) + "\n"


# --- making one ---------------------------------------------------------------------------------------


def main(words: Sequence[str]) -> int:
    """Run, and write what every cloud has shown. words: of the command line, for pytest but for --from."""
    everything = [MATRIX, *(file for one in EVIDENCE.values() for file in one.files())]
    if words[:1] == ["--from"]:
        run = _read(words[1:])
    else:
        run = _run(words or ["-n", "2", "--dist", "worksteal", *everything])
    status = 0
    for name, evidence in EVIDENCE.items():
        try:
            parts = shown(evidence, run)
        except Incomplete as problem:
            status = 1
            sys.stderr.write(f"{name}: no record: {problem}\n")
            continue
        if parts:
            evidence.record.write_text(written(evidence, parts), "utf-8")
            sys.stdout.write(f"{name}: {evidence.record.relative_to(ROOT)}: {', '.join(parts)}\n")
    return status


def _run(words: Sequence[str]) -> dict[str, str]:
    """The outcomes of a run of pytest, whose own exit code does not matter: what failed is not recorded."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "outcomes.json"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.matrix.noted", f"--note-outcomes={file}", *words]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "CLOUDLESS_REQUIRE_TOOLS": "1"}, check=False)
        return _read([str(file)])


def _read(files: Iterable[str]) -> dict[str, str]:
    """The outcomes of several runs; of a test that was run twice, the later one's."""
    found: dict[str, str] = {}
    for file in files:
        found |= json.loads(Path(file).read_text("utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
