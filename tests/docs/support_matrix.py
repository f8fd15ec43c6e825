"""The support matrix of README and docs/reference/support.md, from the providers' tables and the last recorded run.

python -m tests.matrix.record          # runs what shows it, and writes the record of each cloud: verified.json
python -m tests.docs.support_matrix    # writes both; tests/docs/test_support_matrix.py checks them, and the records
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloudless.conformance.index import cases
from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap
from cloudless.driver.provider import provider
from cloudless.driver.verified import Verified
from cloudless.memory import capabilities as memory

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- support matrix: written by `python -m tests.docs.support_matrix` -->"
END = "<!-- end of support matrix -->"
PROVIDERS = ("aws", "gcp", "azure")
WORDS = {NOT_YET: "not yet", NEVER: "never"}
NEEDS = {"identity.callers": "compile", "identity.per_function": "compile", "ledger.expiry": "compile"}
"""Capability → the one that makes it: what a compiler emits is not there without the compiler."""
UNTESTED = Gap(NOT_YET, "written, and not yet run by the conformance suite")

INTRODUCTION = """# Support

What each provider does, by capability. Written from the tables of gaps in the providers' `capabilities.py`. What is
supported ("yes") is run by the conformance suite or by that provider's own tests; [below](#verified) stands against
what. Nothing was run on a real account. "not yet": not built. "never": the platform cannot.

`cloudless matrix` prints these rows for what *your* program uses, with the places in it, and `cloudless check
--compare aws,gcp` what two clouds keep differently: [compare two clouds](../how-to/compare-clouds.md).
"""
VERIFIED = """
## Verified

What the last recorded run of the tests has shown (`python -m tests.matrix.record`), kept beside the tables of each
provider, so that it is in your installation as well. A record of other cases, programs or gaps than there are now
fails the tests.
"""
SUITE = """
### The conformance suite

Cases that passed, by capability; a case may need several. "own": held by tests of the provider's own. "fails": the
cases of a gap, which must fail there, and do. [The cases](conformance.md).
"""
PLAYED = """
### The examples

Each is built by `cloudless build`, deployed to loopback, and played like the in-memory cloud: the same requests,
answers, results, dead letters and calls of handlers, while a handler raises ("exception"), its instance dies before it
does anything ("crash"), or when it has done all and nobody was told ("lost").
"""
CORPUS = """
### The orchestration corpus

Programs of [the language](orchestration-language.md), each in several worlds: replies that fail, come late or never,
events, time-outs. Each run has one right outcome, with its calls in order of time.
"""
AGAINST = """
### Against what

Beside models of ours of what these leave out: [AWS](aws.md#what-it-was-verified-against),
[Google Cloud](gcp.md#what-it-was-verified-against), [Azure](azure.md#what-it-was-verified-against).
"""

Table = dict[str, tuple[str, Mapping[str, Gap]]]
"""Provider → its title and its gaps."""


def tables() -> Table:
    """The in-memory cloud and each of our providers; InvalidArgument where one is not installed."""
    found = {name: provider(name) for name in PROVIDERS}
    clouds = {name: (one.title, shown(one.gaps, tested=is_tested(name))) for name, one in found.items()}
    return {"memory": (memory.TITLE, memory.GAPS), **clouds}


def records() -> dict[str, Verified]:
    """What each of them was verified against; KeyError where one has no record."""
    found = {"memory": memory.verified(), **{name: getattr(provider(name), "verified", None) for name in PROVIDERS}}
    if lacking := [name for name, one in found.items() if one is None]:
        raise KeyError(f"no record of {', '.join(lacking)}: python -m tests.matrix.record")
    return {name: one for name, one in found.items() if one}


def is_tested(provider: str) -> bool:
    """Whether the conformance suite is run on a provider."""
    return (ROOT / "providers" / provider / "tests" / "test_conformance.py").exists()


def shown(table: Mapping[str, Gap], *, tested: bool) -> Mapping[str, Gap]:
    """A provider's gaps, and what must not be published as supported although its table has no gap for it."""
    needed = {key: table[need] for key, need in NEEDS.items() if need in table}
    untested = {} if tested else dict.fromkeys(CAPABILITIES, UNTESTED)
    return {**untested, **needed, **table}


def matrix(of: Table) -> str:
    """The Markdown table: a row a capability, a column a provider."""
    rows = [[what, *(_cell(gaps.get(key)) for _, gaps in of.values())] for key, what in CAPABILITIES.items()]
    return _table(["", *(title for title, _ in of.values())], rows)


def verified(of: Table, told: Mapping[str, Verified]) -> str:
    """The section of what the last recorded run has shown."""
    titles = [title for title, _ in of.values()]
    suite = [
        [what, *(_count(key, gaps.get(key), told[name].capabilities[key]) for name, (_, gaps) in of.items())]
        for key, what in CAPABILITIES.items()
    ]
    suite.append(["**all**", *(f"**{one.passed}**" for one in told.values())])
    examples = sorted({name for one in told.values() for name in one.programs})
    played = [[f"`{name}`", *(_faults(one.programs.get(name)) for one in told.values())] for name in examples]
    corpus = [
        ["runs that came to the right outcome", *(str(one.runs) for one in told.values())],
        ["programs that a build refuses", *(", ".join(one.refused) or "none" for one in told.values())],
    ]
    against = [[title, _versions(told[name])] for name, (title, _) in of.items()]
    parts = [
        SUITE, _table(["", *titles], suite), PLAYED, _table(["", *titles], played), CORPUS,
        _table(["", *titles], corpus), AGAINST, _table(["", "versions"], against),
    ]  # fmt: skip
    return "\n".join([VERIFIED, *parts])


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _count(key: str, gap: Gap | None, passed: int) -> str:
    if gap is not None:
        return "fails" if any(key in needs for *_, needs in cases()) else WORDS[gap.kind]
    return str(passed) if passed else "own"


def _faults(found: tuple[str, ...] | None) -> str:
    return "not played" if found is None else f"same; {', '.join(found) or 'no faults'}"


def _versions(one: Verified) -> str:
    return ", ".join(f"{name} {version}" for name, version in one.against.items())


def gaps(of: Table) -> str:
    """Every gap with its reason and link, by provider."""
    return "\n".join(f"\n## {title}\n\n{_list(table)}" for title, table in of.values())


def page(of: Table, told: Mapping[str, Verified]) -> str:
    """The whole of docs/reference/support.md."""
    return f"{INTRODUCTION}\n{matrix(of)}\n{gaps(of)}\n{verified(of, told)}\n"


def readme(text: str, of: Table) -> str:
    """README with its matrix replaced; ValueError where it has no markers."""
    before, after = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:before]}\n\n{matrix(of)}\n\n{text[after:]}"


def _cell(gap: Gap | None) -> str:
    return "yes" if gap is None else WORDS[gap.kind]


def _list(table: Mapping[str, Gap]) -> str:
    return "\n".join(_line(key, table[key]) for key in CAPABILITIES if key in table) or "No gaps."


def _line(key: str, gap: Gap) -> str:
    link = f" ([source]({gap.link}))" if gap.link else ""
    return f"- **{CAPABILITIES[key]}** ({WORDS[gap.kind]}): {gap.reason}{link}"


def main() -> None:
    """Write both files."""
    of = tables()
    first = ROOT / "README.md"
    first.write_text(readme(first.read_text(), of))
    (ROOT / "docs" / "reference" / "support.md").write_text(page(of, records()))


if __name__ == "__main__":
    main()
