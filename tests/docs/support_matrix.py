"""The support matrix of README and docs/reference/support.md, from the capability tables of the providers.

python -m tests.docs.support_matrix    # writes both; tests/docs/test_support_matrix.py checks them
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap
from cloudless.driver.provider import provider

ROOT = Path(__file__).parents[2]
BEGIN = "<!-- support matrix: written by `python -m tests.docs.support_matrix` -->"
END = "<!-- end of support matrix -->"
PROVIDERS = ("aws", "gcp", "azure")
WORDS = {NOT_YET: "not yet", NEVER: "never"}
NEEDS = {"identity.callers": "compile", "identity.per_function": "compile", "ledger.expiry": "compile"}
"""Capability → the one that makes it: what a compiler emits is not there without the compiler."""
UNTESTED = Gap(NOT_YET, "written, and not yet run by the conformance suite")
MEMORY: Mapping[str, Gap] = {
    "compile": Gap(NEVER, "the in-memory cloud runs the program itself: there is nothing to compile"),
}
"""What the in-memory cloud does not do. It is no provider, so it has no table of its own."""

INTRODUCTION = """# Support

What each provider does, by capability. Written from the tables of gaps in the providers' `capabilities.py`. What is
supported ("yes") is run by the conformance suite or by that provider's own tests, against what the README names;
nothing was run on a real account. "not yet": not built. "never": the platform cannot.
"""

Table = dict[str, tuple[str, Mapping[str, Gap]]]
"""Provider → its title and its gaps."""


def tables() -> Table:
    """The in-memory cloud and each of our providers; InvalidArgument where one is not installed."""
    found = {name: provider(name) for name in PROVIDERS}
    clouds = {name: (one.title, shown(one.gaps, tested=is_tested(name))) for name, one in found.items()}
    return {"memory": ("In memory", MEMORY), **clouds}


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
    rows = [["", *(title for title, _ in of.values())], ["---"] * (len(of) + 1)]
    rows += [[what, *(_cell(gaps.get(key)) for _, gaps in of.values())] for key, what in CAPABILITIES.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def gaps(of: Table) -> str:
    """Every gap with its reason and link, by provider."""
    return "\n".join(f"\n## {title}\n\n{_list(table)}" for title, table in of.values())


def page(of: Table) -> str:
    """The whole of docs/reference/support.md."""
    return f"{INTRODUCTION}\n{matrix(of)}\n{gaps(of)}\n"


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
    (ROOT / "docs" / "reference" / "support.md").write_text(page(of))


if __name__ == "__main__":
    main()
