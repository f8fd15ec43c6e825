"""The bundle is imported before it is deployed, from itself alone."""

from __future__ import annotations

import site
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler import Package
from cloudless.compiler import libraries as libraries_module
from cloudless.compiler import smoke as module
from cloudless.compiler.bundle import bundle
from cloudless.compiler.interpreter import find_interpreter
from cloudless.compiler.package import CORE
from cloudless.compiler.smoke import smoke
from cloudless.compiler.sources import own_files
from cloudless.compiler.wheels import Installed, Wanted, wheel_files
from cloudless.driver.limit import Limit
from cloudless.errors import DefinitionError, InvalidArgument
from cloudless.ir import Diagnostic
from cloudless.node import replace

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHER = "3.99"
SITE = "lib/site"


def package(program: str, *, python: str = HERE, platform: str = "none") -> Package:
    most = Limit(10**9, "bytes", "https://example.org")
    return Package(files={}, platform=platform, python=python, smoke=program, most=most, site=SITE)


def tried(files: dict[str, bytes | Path], program: str, origins: dict[str, Path] | None = None, **options: str) -> str:
    made = package(program, **options)
    return smoke(bundle(files, made), made, origins or {})


def problem(files: dict[str, bytes | Path], program: str, origins: dict[str, Path] | None = None) -> Diagnostic:
    with pytest.raises(DefinitionError) as error:
        tried(files, program, origins)
    (found,) = error.value.problems
    assert found.code == "CL513"
    return found


def test_a_bundle_that_imports_is_fine() -> None:
    files: dict[str, bytes | Path] = {"shop/app.py": b"import tool, json\n", f"{SITE}/tool.py": b"x = 1\n"}
    assert tried(files, "import shop.app, os\nassert os.path.exists('shop/app.py')\n") == ""


def test_what_is_installed_on_this_machine_is_not_there() -> None:
    assert find_spec("pytest") is not None
    found = problem({"app.py": b"import pytest\n"}, "import app")
    assert (
        found.message == "importing the functions from the bundle raised ModuleNotFoundError: No module named 'pytest'"
    )
    assert found.remedy.startswith("name the package that has 'pytest' in requirements.txt")


def test_nothing_of_the_callers_python_gets_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "smuggled.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert "smuggled" in problem({"app.py": b"import smuggled\n"}, "import app").message


def test_nothing_that_only_the_builder_has_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", "t-1")
    found = problem({"app.py": b"import os\ntoken = os.environ['DESK_TOKEN']\n"}, "import app")
    assert found.message == "importing the functions from the bundle raised KeyError: 'DESK_TOKEN'"


def test_a_module_finds_programs_and_may_write_home() -> None:
    program = b"import os, pathlib\nassert os.environ['PATH']\n(pathlib.Path.home() / 'written').write_text('x')\n"
    assert tried({"app.py": program}, "import app") == ""
    assert not (Path.home() / "written").exists()


def test_an_error_is_told_at_the_users_own_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("import tool\n\ntool.fail(7)\n")
    library = b"def fail(x):\n    raise KeyError(x)\n"
    files: dict[str, bytes | Path] = {"app.py": tmp_path / "src" / "app.py", f"{SITE}/tool.py": library}
    found = problem(files, "import app", {"app.py": tmp_path / "src" / "app.py"})
    assert found.render() == (
        "src/app.py:3:1  CL513  importing the functions from the bundle raised KeyError: 7\n"
        "    tool.fail(7)\n"
        "    ^\n"
        "    instead: mend this line, or what it calls: it runs when the function starts"
    )


def test_an_error_in_what_is_generated_is_told_where_it_is() -> None:
    found = problem({"entry/http.py": b"\n1 / 0\n"}, "import entry.http")
    assert str(found.span) == "entry/http.py:2:1"


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("a = 1\nb = (\n")
    found = problem({"app.py": tmp_path / "app.py"}, "import app", {"app.py": tmp_path / "app.py"})
    assert (found.span.line, found.source) == (2, "b = (")


def test_what_belongs_to_the_build_is_told_from_what_is_not_required() -> None:
    files: dict[str, bytes | Path] = {**own_files(CORE, SITE), "app.py": b"from cloudless.testing import simulate\n"}
    assert problem(files, "import app").remedy.startswith("cloudless.testing belongs to the build and is in no bundle")


@pytest.mark.parametrize("leaving", ["import os; os._exit(0)", "import os; print('bye'); os._exit(3)"])
def test_a_module_that_ends_the_process_is_told(leaving: str) -> None:
    assert "ended Python with exit code" in problem({"app.py": leaving.encode()}, "import app").message


def test_a_module_that_leaves_is_told() -> None:
    assert "raised SystemExit: 0" in problem({"app.py": b"import sys; sys.exit(0)"}, "import app").message


def test_a_module_that_never_returns_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.5)
    found = problem({"app.py": b"import threading; threading.Event().wait()"}, "import app")
    assert found.message == "importing the functions took more than 0.5 s"


def test_threads_of_a_module_do_not_hold_the_build_up() -> None:
    text = b"import threading; threading.Thread(target=threading.Event().wait).start()"
    assert tried({"app.py": text}, "import app") == ""


def test_pure_python_is_tried_by_another_python_and_that_is_said(machine: Path) -> None:
    files: dict[str, bytes | Path] = {"app.py": b"x = 1\n"}
    assert tried(files, "import app", python=OTHER) == (
        f"what the functions import was tried by Python {HERE}, because Python {OTHER} is not on this machine"
    )


def test_by_another_python_only_the_users_own_errors_count(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "app.py").write_text("import tool\n")
    origins = {"app.py": tmp_path / "app.py"}
    files: dict[str, bytes | Path] = {"app.py": tmp_path / "app.py"}
    with pytest.raises(DefinitionError, match="No module named 'tool'"):
        tried(files, "import app", origins, python=OTHER)
    (tmp_path / "app.py").write_text("")
    files[f"{SITE}/tool.py"] = b"import backport_of_an_older_python\n"
    assert tried(files, "import tool", origins, python=OTHER).endswith(
        "raised ModuleNotFoundError: No module named 'backport_of_an_older_python'"
    )


def test_what_is_compiled_for_another_machine_is_not_tried_and_that_is_said() -> None:
    files: dict[str, bytes | Path] = {f"{SITE}/fast.cpython-312-x86_64-linux-gnu.so": b"", "app.py": b"1 / 0\n"}
    assert tried(files, "import app", platform="riscv64-linux") == (
        f"what the functions import was not tried: {SITE}/fast.cpython-312-x86_64-linux-gnu.so is compiled for Python "
        f"{HERE} on riscv64-linux, which is not on this machine"
    )


def python(path: Path, text: str) -> None:
    """A program in a Python's place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One on which no other Python can be found than those that a test puts there."""
    for variable, folder in {"PATH": "bin", "PYENV_ROOT": "pyenv", "XDG_DATA_HOME": "data"}.items():
        monkeypatch.setenv(variable, str(tmp_path / folder))
    return tmp_path


def test_the_interpreter_is_the_one_of_the_version(machine: Path) -> None:
    own = find_interpreter(package("", platform="none"))
    assert (own.path, own.is_version, own.is_platform) == (sys.executable, True, False)
    other = find_interpreter(package("", python=OTHER))
    assert (other.path, other.is_version) == (sys.executable, False)


@pytest.mark.parametrize(
    "place",
    [f"bin/python{OTHER}", f"pyenv/versions/{OTHER}.1/bin/python3", f"data/uv/python/cpython-{OTHER}.1-x/bin/python3"],
)
def test_an_interpreter_is_found_where_people_keep_them(place: str, machine: Path) -> None:
    python(machine / place, f"echo {OTHER}")
    found = find_interpreter(package("", python=OTHER))
    assert (found.path, found.is_version) == (str(machine / place), True)


def test_a_program_that_is_no_such_python_is_passed_over(machine: Path) -> None:
    python(machine / "bin" / f"python{OTHER}", "echo 'command not found' >&2; exit 127")
    python(machine / "pyenv" / "versions" / f"{OTHER}.1" / "bin" / "python3", "echo 2.7")
    assert find_interpreter(package("", python=OTHER)).is_version is False


def test_all_of_the_core_that_is_deployed_can_be_imported_without_the_rest() -> None:
    """With the packages that it needs, and without what belongs to the build."""
    files: dict[str, bytes | Path] = {**own_files(CORE, SITE)}
    names = sorted(path.removeprefix(f"{SITE}/").removesuffix(".py").replace("/", ".") for path in files)
    modules = [name.removesuffix(".__init__") for name in names if not name.endswith("py.typed")]
    lines = ["import sys", f"sys.path += {site.getsitepackages()!r}", *(f"import {name}" for name in modules)]
    assert len(modules) > 50
    assert tried(files, "\n".join(lines)) == ""


def installed(folder: Path, files: dict[str, bytes], **options: Any) -> Installed:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return Installed(wanted=Wanted(file=None, ours=(), platform="none", python=HERE, **options), pins="", folder=folder)


def test_what_is_in_a_layer_is_there(tmp_path: Path) -> None:
    made = replace(package("import app"), site="", layer="python")
    files: dict[str, bytes | Path] = {"app.py": b"import tool"}
    assert smoke(bundle(files, made), made, {}, installed(tmp_path, {"tool.py": b""})) == ""
    with pytest.raises(DefinitionError, match="No module named 'tool'"):
        smoke(bundle(files, made), made, {}, installed(tmp_path / "none", {"other.py": b""}))


def test_what_is_required_is_compiled_once_and_its_bytecode_is_in_no_bundle(tmp_path: Path) -> None:
    made, kept = package("import app"), installed(tmp_path, {"tool.py": b"x = 1"})
    files: dict[str, bytes | Path] = {"app.py": b"import tool", **wheel_files(kept.folder, SITE)}
    for _ in range(2):
        assert smoke(bundle(files, made), made, {}, kept) == ""
        assert [path.parent.name for path in tmp_path.rglob("*.pyc")] == ["__pycache__"]
    assert wheel_files(kept.folder, SITE) == {f"{SITE}/tool.py": tmp_path / "tool.py"}


def test_a_bundle_may_have_nothing_but_what_is_required(tmp_path: Path) -> None:
    made, kept = package("import tool"), installed(tmp_path, {"tool.py": b""})
    assert smoke(bundle({**wheel_files(kept.folder, SITE)}, made), made, {}, kept) == ""


def test_a_module_of_the_project_goes_before_one_of_the_layer(tmp_path: Path) -> None:
    made = replace(package("import app"), site="", layer="python")
    files: dict[str, bytes | Path] = {"app.py": b"from tool import own", "tool.py": b"own = 1"}
    assert smoke(bundle(files, made), made, {}, installed(tmp_path, {"tool.py": b""})) == ""


def test_an_error_in_what_is_required_is_told_where_it_is_in_the_bundle(tmp_path: Path) -> None:
    made, kept = package("import app"), installed(tmp_path, {"tool.py": b"1 / 0"})
    files: dict[str, bytes | Path] = {"app.py": b"import tool", **wheel_files(kept.folder, SITE)}
    with pytest.raises(DefinitionError) as caught:
        smoke(bundle(files, made), made, {}, kept)
    assert (caught.value.problems[0].span.file, caught.value.problems[0].span.line) == (f"{SITE}/tool.py", 1)


def test_what_is_compiled_for_another_machine_is_tried_as_this_one_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replace(package("import app", platform="other-linux"), site="", layer="python")
    files: dict[str, bytes | Path] = {"app.py": b"import fast"}
    theirs = installed(tmp_path / "theirs", {"fast.so": b"for another machine"})
    here = installed(tmp_path / "here", {"fast.py": b""}).folder

    def twin(of: Installed, *_: object) -> Path:
        assert of is theirs
        return here

    monkeypatch.setattr(libraries_module, "twins", twin)
    assert smoke(bundle(files, made), made, {}, theirs) == ""


def test_what_this_machine_cannot_have_is_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> Path:
        raise InvalidArgument("no wheel")

    made = replace(package("import app", platform="other-linux"), site="", layer="python")
    files: dict[str, bytes | Path] = {"app.py": b"import fast"}
    monkeypatch.setattr(libraries_module, "twins", none)
    note = smoke(bundle(files, made), made, {}, installed(tmp_path, {"fast.so": b""}))
    assert note.startswith("what the functions import was not tried: fast.so is compiled for")


def test_the_trial_has_requirements_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = installed(tmp_path, {"client.py": b""})

    def had(wanted: Wanted) -> Installed:
        assert wanted.ours == ("client",)
        return found

    monkeypatch.setattr(libraries_module, "wheels", had)
    made = replace(package("import client"), trial=("client",))
    files: dict[str, bytes | Path] = {"app.py": b""}
    assert smoke(bundle(files, made), made, {}) == ""
    assert "No module named 'client'" in problem(files, "import client").message
