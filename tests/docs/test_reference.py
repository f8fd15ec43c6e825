"""The reference of Python has every public name."""

import inspect
import re
from contextlib import suppress
from pathlib import Path

import pytest

import cloudless
from cloudless import errors, testing

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "python.md"
BY_MODULES = {
    "cloudless.testing.exploration.explore": "cloudless.testing.explore",
    "cloudless.testing.simulate.simulate": "cloudless.testing.simulate",
}
"""What is written for a name that is imported when it is used, or that a module has as well → the name."""


def entries() -> list[str]:
    named: list[str] = re.findall(r"^::: (\S+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [BY_MODULES.get(name, name) for name in named]


def test_every_public_name_has_an_entry_under_which_it_is_imported() -> None:
    public = {f"{module.__name__}.{name}" for module in (cloudless, testing) for name in module.__all__}
    assert public - set(entries()) == {"cloudless.__version__"}
    assert "`cloudless.__version__`" in PAGE.read_text("utf-8")


def options() -> set[str]:
    """Names of all parameters of public functions, classes and methods."""
    public = [getattr(module, name) for module in (cloudless, testing) for name in module.__all__]
    methods = [one for kind in public if isinstance(kind, type) for _, one in inspect.getmembers(kind)]
    found: set[str] = set()
    for call in filter(callable, [*public, *methods]):
        with suppress(ValueError, TypeError):
            found |= inspect.signature(call).parameters.keys()
    return found


@pytest.mark.parametrize("page", ["aws.md", "azure.md"])
def test_every_option_that_a_providers_page_names_is_one(page: str) -> None:
    prose = re.sub(r"```.*?```", "", PAGE.with_name(page).read_text("utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"`([a-z_]+)=", prose))
    assert named > {"memory_mb", "native"}
    assert named <= options()


def test_every_exception_has_an_entry() -> None:
    found = {name for name, value in vars(errors).items() if isinstance(value, type) and name[0] != "_"}
    assert found <= {name.rpartition(".")[2] for name in entries()}


def test_no_name_has_two_entries() -> None:
    assert len(entries()) == len(set(entries()))
