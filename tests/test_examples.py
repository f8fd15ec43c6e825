"""Every example, as a user runs it: in its own directory, by its own commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shell import Shell

EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[1] / "examples").glob("*/app.py"))
QUICK = {"01-hello", "02-orders"}
"""Examples whose demos are part of `make test`: the smallest one, and one that is built for every cloud."""
MORE_TESTS = [one for one in EXAMPLES if "\npython -m pytest -q\n" not in (one / "demo.sh").read_text()]
"""Examples whose demo does not run all of their tests."""


ENV = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def name_of(example: Path) -> str:
    return example.name


@pytest.mark.slow
@pytest.mark.parametrize("example", MORE_TESTS, ids=name_of)
def test_the_tests_of_an_example_pass_where_its_demo_does_not_run_all_of_them(example: Path, shell: Shell) -> None:
    done = shell.run("python -m pytest -q -p no:cacheprovider", example, ENV)
    assert done.code == 0, done.output


@pytest.mark.parametrize(
    "example",
    [one if one.name in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in EXAMPLES],
    ids=name_of,
)
def test_the_demo_of_an_example_checks_it_runs_it_tests_it_and_builds_it(example: Path, shell: Shell) -> None:
    """All that there is to an example: its demo ends where a command fails. `make demo` runs it in earnest."""
    code, shown = shell.run("sh demo.sh", example, ENV)
    assert code == 0, shown
    commands = ("cloudless check", "cloudless run", "python -m pytest", "cloudless build")
    assert all(f"+ {command}" in shown for command in commands)
    assert " passed in " in shown


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_every_example_says_what_it_shows(example: Path) -> None:
    assert (example / "README.md").read_text().startswith(f"# {example.name}\n")
    assert {"app.py", "test_app.py", "cloudless.toml", "demo.sh"} <= {path.name for path in example.iterdir()}
