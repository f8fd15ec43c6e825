"""EVIDENCE: which tests show that a cloud keeps the contract, and what they run on, by cloud.

    suite      the conformance suite there: a class of cases is a part of it
    corpus     tests that run every program of the orchestration corpus, each a parameter by the name of its run
    programs   the parameter of tests/test_matrix.py that plays examples there; "" for what all are compared with
    against    names of what that runs on, of which `versions` tells the version

May import: tests.tools.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from sys import version_info

from tests import tools
from tests.tools.catalogue import CONSTRAINTS, KITS

ROOT = Path(__file__).parents[2]
MATRIX = "tests/test_matrix.py"
_PIN = re.compile(r"([\w.@-]+?)(?:==|@)([\w.]+)")
CLI = "google-cloud-cli"
"""Whose components the emulators of Pub/Sub and Firestore are: one version names both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """See above. record: where what they showed is kept."""

    record: Path
    suite: str
    corpus: tuple[str, ...]
    programs: str
    against: tuple[str, ...]

    def files(self) -> list[str]:
        """All of these tests, as pytest takes them."""
        return [self.suite, *self.corpus]


def _of_provider(name: str, corpus: tuple[str, ...], against: tuple[str, ...]) -> Evidence:
    tests = f"providers/{name}/tests"
    return Evidence(
        record=ROOT / "providers" / name / f"cloudless_{name}" / "verified.json",
        suite=f"{tests}/test_conformance.py",
        corpus=tuple(f"{tests}/{one}" for one in corpus),
        programs=name,
        against=against,
    )


EVIDENCE: Mapping[str, Evidence] = {
    "memory": Evidence(
        record=ROOT / "cloudless" / "memory" / "verified.json",
        suite="tests/test_conformance.py",
        corpus=("tests/fuzz/test_corpus.py::test_the_engine_comes_to_what_the_corpus_says",),
        programs="",
        against=("CPython",),
    ),
    "aws": _of_provider(
        "aws",
        (
            "asl/oracles/test_corpus.py::test_the_model_comes_to_what_the_corpus_says",
            "asl/oracles/test_corpus.py::test_sfnx_comes_to_what_the_corpus_says",
        ),
        ("awslambdaric", "boto3", "jsonata", "ministack", "sfnx"),
    ),
    "gcp": _of_provider(
        "gcp",
        ("workflows/oracles/test_corpus.py::test_gcwsim_comes_to_what_the_corpus_says",),
        ("functions-framework", CLI),
    ),
    "azure": _of_provider(
        "azure",
        ("test_durable_corpus.py::test_a_program_comes_to_the_same_in_any_order_and_through_crashes",),
        ("azure-functions", "azure-functions-durable", "azure-functions-runtime", "azure-servicebus", "azurite"),
    ),
}


def pinned() -> dict[str, str]:
    """The version of everything that a recipe of the tests names, or the constraints do."""
    recipes = [word for kit in KITS.values() for step in kit.steps for word in step]
    texts = [*re.findall(r"^[\w.-]+==[\w.]+", CONSTRAINTS.read_text(), re.MULTILINE), *recipes]
    return {found[1]: found[2] for text in texts if (found := _PIN.fullmatch(text))}


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """What tests run on here, by name. Skips, or fails, where a tool is missing: see tests.tools.require."""
    return {name: _version(name) for name in names}


def _version(name: str) -> str:
    if name == "CPython":
        return f"{version_info.major}.{version_info.minor}"
    if name in pinned():
        return pinned()[name]
    if name == CLI:
        return (tools.require("pubsub-emulator").parents[3] / "VERSION").read_text().strip()
    return version(name)
