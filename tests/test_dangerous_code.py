"""No product evaluates text or unpickles bytes, but for the places named here, which get nothing from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCTS = (
    "cloudless",
    "providers/aws/cloudless_aws",
    "providers/gcp/cloudless_gcp",
    "providers/azure/cloudless_azure",
)
CALLS = frozenset({"eval", "exec"})
MODULES = frozenset({"cPickle", "dill", "jsonpickle", "marshal", "pickle", "shelve", "yaml"})
UNSAFE = frozenset({"mktemp", "popen", "system"})
SUSPECT = re.compile(rf"\b({'|'.join([*CALLS, *MODULES, *UNSAFE, 'shell'])})\b")
"""A module without any of these words is not even parsed."""
ALLOWED = {
    "cloudless/compiler/smoke_runner.py": "runs the generated entry in a process of its own, as the cloud will",
    "cloudless/conformance/orchestrations/module.py": "makes modules of the corpus's programs",
    "cloudless/frontend/orchestration/assign.py": "annotations of local variables, as they stand in the user's code",
    "cloudless/frontend/orchestration/constants.py": "options, as they stand in the user's code",
    "cloudless/handler.py": "annotations of handlers: `typing.get_type_hints` does the same, and takes long to import",
    "cloudless/runtime/failure.py": "annotations of the user's exception classes",
}
"""Why each may: all of it is text of the application, which is imported, and so trusted, anyway."""


def files() -> Iterator[Path]:
    for product in PRODUCTS:
        yield from sorted((ROOT / product).rglob("*.py"))


def dangers(text: str) -> Iterator[str]:
    """What a module does that could run what it was given."""
    for node in ast.walk(ast.parse(text)) if SUSPECT.search(text) else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield f"{node.func.id}()"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (name for name in names if name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.Attribute) and node.attr in UNSAFE and isinstance(node.value, ast.Name):
            yield from [f"{node.value.id}.{node.attr}"] if node.value.id in {"os", "tempfile"} else []
        elif isinstance(node, ast.keyword) and node.arg == "shell":
            yield "shell="


@pytest.mark.parametrize("product", PRODUCTS)
def test_only_what_is_named_here_evaluates_text(product: str) -> None:
    folder = ROOT / product
    if not folder.is_dir():
        pytest.skip(f"{product} is not here")
    found = {
        str(file.relative_to(ROOT)): sorted(set(dangers(file.read_text("utf-8"))))
        for file in files()
        if file.is_relative_to(folder) and "orchestrations/programs" not in str(file)
    }
    risky = {name: what for name, what in found.items() if what and name not in ALLOWED}
    assert risky == {}


def test_each_exception_is_still_one() -> None:
    assert {name for name in ALLOWED if not set(dangers((ROOT / name).read_text("utf-8")))} == set()


@pytest.mark.parametrize(
    "code",
    ["eval(text)", "import pickle", "from yaml import load", "os.system(text)", "run(text, shell=True)", "exec(x)"],
)
def test_what_is_dangerous_is_seen(code: str) -> None:
    assert list(dangers(code))
