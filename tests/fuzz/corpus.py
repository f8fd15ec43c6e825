"""Write what CPython makes of the corpus into its files: python -m tests.fuzz.corpus. Read the difference it makes."""

from __future__ import annotations

import builtins
import json
from typing import Any

from cloudless.conformance.orchestrations.cases import PROGRAMS, told_of
from cloudless.conformance.orchestrations.world import plain, world_of
from tests.fuzz import rewrite


def main() -> None:
    """Every file of the corpus."""
    for file in sorted(PROGRAMS.glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        source = file.with_suffix(".py").read_text("utf-8")
        for run in told["runs"]:
            run["expect"] = expected(source, run)
        file.write_text(written(told), "utf-8")


def expected(source: str, run: dict[str, Any]) -> dict[str, Any]:
    """What a run comes to."""
    found: dict[str, Any] = plain(told_of(rewrite.run(rewrite.loaded(source), world_of(run))))
    error = found["outcome"].get("err")
    if error and hasattr(builtins, error["type"]):
        error["message"] = ""  # differs between versions of Python, and is not compared
    return found


def written(told: dict[str, Any]) -> str:
    """One line for each part of a run, so that differences can be read."""
    runs = ",\n".join(
        "    {\n"
        + ",\n".join(f"      {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in run.items())
        + "\n    }"
        for run in told["runs"]
    )
    return f'{{\n  "row": {told["row"]},\n  "runs": [\n{runs}\n  ]\n}}\n'


if __name__ == "__main__":
    main()
