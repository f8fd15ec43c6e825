"""The promises that the shape of the code makes: directions, sizes, names, versions, what an import loads."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cloudless.driver.provider import EXTRAS

ROOT = Path(__file__).parents[1]
CORE = ROOT / "cloudless"
PROVIDERS = ("aws", "azure", "gcp")
PACKAGES = [CORE, *(ROOT / "providers" / name / f"cloudless_{name}" for name in PROVIDERS)]
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
MOST_LINES = 600
VALUE = re.compile(f"""["']({"|".join(EXTRAS)})["']""")
"""The name of a provider between quotation marks, also within a longer text."""
COLD = ("asyncio", "dataclasses", "importlib.metadata", "inspect", "pydantic", "typing")
"""What a deployed function pays for at each cold start, and so must not be loaded by our imports."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def project(folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return table


def version() -> str:
    text = (CORE / "_version.py").read_text()
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    assert found
    return found[1]


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has after `code`, beyond those of a bare start."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before))"
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{script}"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def declared(path: Path) -> list[str] | None:
    """Return the literal `__all__` of a module, or None."""
    text = path.read_text()
    if "__all__" not in text:
        return None
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if [t.id for t in targets if isinstance(t, ast.Name)] == ["__all__"]:
                names: list[str] = list(ast.literal_eval(node.value))
                return names
    return None


def test_higher_layers_import_lower_ones_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class Facts(NamedTuple):
    """What is asked about every source file."""

    path: str
    lines: int
    says: bool
    """Whether it begins with what it is for."""
    private: list[str]
    """Names that it imports from another module of ours, though they are private there."""


IMPORT = re.compile(r"^ *from cloudless\S* import (\([^)]*\)|.*)", re.MULTILINE)
PRIVATE = re.compile(r"(?<! as )\b_\w*(?<!__)\b")


@pytest.fixture(scope="module")
def facts() -> list[Facts]:
    return [facts_of(path) for path in SOURCES]


def facts_of(path: Path) -> Facts:
    """By its text: to parse all of ours takes seconds."""
    text = path.read_text()
    private = [name for names in IMPORT.findall(text) for name in PRIVATE.findall(names)]
    return Facts(name_of(path), text.count("\n"), text.startswith(('"""', 'r"""')), private)


def test_no_file_is_a_room_without_walls(facts: list[Facts]) -> None:
    assert [(one.path, one.lines) for one in facts if one.lines > MOST_LINES] == []


@pytest.mark.parametrize("path", [path for path in SOURCES if declared(path)], ids=name_of)
def test_public_names_exist(path: Path) -> None:
    """Their order is checked by the linter: constants, classes, functions, each sorted."""
    module = importlib.import_module(module_name(path))
    assert not [name for name in declared(path) or [] if not hasattr(module, name)]


def module_name(path: Path) -> str:
    package = next(package for package in PACKAGES if package in path.parents)
    words = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(words).removesuffix(".__init__")


def test_every_module_says_what_it_is_for(facts: list[Facts]) -> None:
    assert [one.path for one in facts if not one.says] == []


def test_a_private_name_stays_in_its_module(facts: list[Facts]) -> None:
    assert [(one.path, one.private) for one in facts if one.private] == []


def test_the_core_knows_no_provider_by_name() -> None:
    """But for the extras of its own distribution; documents and examples may name some."""
    extras = project(ROOT)["optional-dependencies"].items()
    assert sorted(EXTRAS) == sorted(name for name, wanted in extras if wanted[0].startswith(f"cloudless-{name}=="))
    named = {name_of(path) for path in CORE.rglob("*.py") if names_provider(path.read_text())}
    assert named - {"cloudless/cli/new.py"} == {"cloudless/driver/provider.py"}  # `azure` is also a package of Python


def names_provider(text: str) -> bool:
    """Whether the name of a provider is a value in the code, and no part of a longer text."""
    if not VALUE.search(text):
        return False
    return any(isinstance(node, ast.Constant) and node.value in EXTRAS for node in ast.walk(ast.parse(text)))


def test_the_same_noun_has_the_same_file_name_in_every_layer() -> None:
    """A file of the driver layer names a portable noun, but for what all drivers share: one glob finds a feature."""
    shared = (
        "__init__ current denied deployed error gap grant guarantee lease ledger limit names packaged provider refusal "
        "rest setting store verified"
    )
    nouns = {path.stem for path in (CORE / "driver").glob("*.py")} - set(shared.split())
    assert nouns <= {path.stem for path in CORE.glob("*.py")}
    assert nouns <= {path.stem for path in (CORE / "ir").glob("*.py")}
    assert nouns <= {path.stem for path in (CORE / "memory").glob("*.py")}


ROOMS = {
    ".": "capabilities guarantees limits names provider terraform wire",
    "clients": "cloud denied errors function ledger orchestration queue secret sending topic",
    "compile": "address alert caller entry filter ground ledger limit need orchestration output package permission "
    "publication queue schedule scope template topic",
    "runtime": "http invocation log queue stage",
}
"""What every provider has, by folder."""


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_has_the_same_rooms(name: str) -> None:
    """The same parts, by the same names, as deep, files or folders: what a cloud has besides stands beside them."""
    package = ROOT / "providers" / name / f"cloudless_{name}"
    assert (package / "py.typed").exists()
    for room, parts in ROOMS.items():
        files, folders = (package / room).glob("*.py"), (package / room).glob("*/__init__.py")
        found = {path.stem for path in files} | {path.parent.name for path in folders}
        assert set(parts.split()) <= found, room


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_is_in_lock_step_with_the_core(name: str) -> None:
    extras = project(ROOT)["optional-dependencies"]
    assert extras[name] == [f"cloudless-{name}=={version()}"]
    assert f"cloudless-sdk=={version()}" in project(ROOT / "providers" / name)["dependencies"]


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_distribution_carries_the_licence(name: str) -> None:
    assert (ROOT / "providers" / name / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_constraints_are_names_and_versions_only() -> None:
    """No address: which index serves them is a matter of whoever installs."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)] == []


def test_importing_cloudless_loads_nothing_slow() -> None:
    assert loaded_by("import cloudless").isdisjoint(COLD)


def test_a_first_test_loads_neither_engine_nor_language_of_orchestrations_nor_pydantic() -> None:
    """What a program has none of, its tests do not wait for."""
    code = """
from cloudless import App
from cloudless.testing import simulate
app = App("first")
orders = app.queue("orders", dict)
@orders.consumer
def take(order: dict) -> None: ...
with simulate(app) as cloud:
    orders.send({"id": "1"})
    cloud.run()
"""
    loaded = loaded_by(code)
    assert loaded.isdisjoint({"asyncio", "dataclasses", "importlib.metadata", "inspect", "pydantic"})
    assert loaded.isdisjoint({"cloudless.engine", "cloudless.ir.serial", "cloudless.ir.statement"})


def test_importing_a_provider_loads_neither_its_sdk_nor_its_compiler() -> None:
    paths = [str(package.parent) for package in PACKAGES]
    code = f"sys.path[:0] = {paths!r}\nimport cloudless_aws, cloudless_azure, cloudless_gcp"
    loaded = loaded_by(code)
    assert loaded.isdisjoint({*COLD, "azure", "boto3", "botocore", "google"})
    assert not [name for name in loaded if name.endswith((".compile", ".clients"))]
