"""Shell completion: what a shell is told when somebody presses the tab key, in a process of its own as shells do it."""

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import NamedTuple

import pytest

from cloudless.driver.provider import installed
from tests.shell import Shell

STAGES = 'app = "no_module_of_this_name:app"\n[stages.dev]\nprovider = "memory"\n[stages.prod]\nprovider = "aws"\n'


class Ended(NamedTuple):
    """What a command printed, and its complaints."""

    code: int
    output: str
    complaints: str


Cloudless = Callable[..., Ended]
Completed = Callable[[Path, str], list[str]]


@pytest.fixture
def cloudless(shell: Shell) -> Cloudless:
    """Runs the command in a folder, in an environment."""

    def run(folder: Path, *words: str, **environment: str) -> Ended:
        complaints = folder / "complaints"
        line = f"cloudless {' '.join(words)} 2>{quote(str(complaints))}"
        code, output = shell.run(line, folder, {"HOME": str(folder), **environment})
        return Ended(code, output, complaints.read_text())

    return run


@pytest.fixture
def completed(cloudless: Cloudless) -> Completed:
    """What bash is told about the last word of a line; nothing but that, and no error."""

    def complete(folder: Path, line: str) -> list[str]:
        words = line.split(" ")
        done = cloudless(folder, COMP_WORDS=line, COMP_CWORD=str(len(words) - 1), _CLOUDLESS_COMPLETE="complete_bash")
        assert (done.code, done.complaints) == (0, "")
        return done.output.split()

    return complete


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "cloudless.toml").write_text(STAGES)
    (tmp_path / "below" / "deep").mkdir(parents=True)
    return tmp_path


def test_commands_and_options_are_completed(project: Path, completed: Completed) -> None:
    assert {"check", "new", "run"} <= set(completed(project, "cloudless "))
    assert completed(project, "cloudless che") == ["check"]
    assert completed(project, "cloudless check --sta") == ["--stage"]
    assert completed(project, "cloudless run se") == ["send"]


def test_stages_are_those_of_the_nearest_file_and_the_app_is_not_imported(project: Path, completed: Completed) -> None:
    deep = project / "below" / "deep"
    assert completed(deep, "cloudless check --stage ") == ["dev", "prod"]
    assert completed(deep, "cloudless permissions --stage p") == ["prod"]
    assert completed(deep, "cloudless run --stage ") == ["dev", "prod"]


def test_stages_are_those_of_the_file_that_is_named(project: Path, completed: Completed) -> None:
    (project / "other.toml").write_text("[stages.other]\n")
    assert completed(project, "cloudless check --config other.toml --stage ") == ["other"]


@pytest.mark.parametrize(
    "content",
    [b"[stages.dev\n", b"\xff\xfe", b"stages = 5\n", b"", b"x = " + b"[" * 5_000, None],
    ids=["no TOML", "no UTF-8", "no table", "empty", "deep", "none"],
)
def test_a_file_that_cannot_be_read_completes_nothing_and_says_nothing(
    project: Path, completed: Completed, content: bytes | None
) -> None:
    if content is None:
        (project / "cloudless.toml").unlink()
        (project / "cloudless.toml").mkdir()
    else:
        (project / "cloudless.toml").write_bytes(content)
    assert completed(project, "cloudless check --stage ") == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [("zsh", '_arguments \'*: :(("dev"\n"prod"))\'\n'), ("fish", "dev\nprod\n")],
)
def test_zsh_and_fish_are_told_in_their_own_words(project: Path, cloudless: Cloudless, kind: str, told: str) -> None:
    done = cloudless(
        project,
        _CLOUDLESS_COMPLETE=f"complete_{kind}",
        _TYPER_COMPLETE_ARGS="cloudless check --stage ",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert (done.code, done.output, done.complaints) == (0, told, "")


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("bash", ".bash_completions/cloudless.sh"),
        ("zsh", ".zfunc/_cloudless"),
        ("fish", ".config/fish/completions/cloudless.fish"),
    ],
)
def test_the_script_that_is_shown_is_the_one_that_is_installed(
    tmp_path: Path, cloudless: Cloudless, kind: str, file: str
) -> None:
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # a shell is then named instead of found
    shown = cloudless(tmp_path, "--show-completion", kind, **named)
    installed = cloudless(tmp_path, "--install-completion", kind, **named)
    assert (shown.code, installed.code) == (0, 0)
    assert "_CLOUDLESS_COMPLETE" in shown.output
    assert (tmp_path / file).read_text().strip() == shown.output.strip()


SHOP = """\
from cloudless import App
app = App("shop")
orders = app.queue("orders")
lines = app.ordered_queue("lines")
placed = app.topic("placed")
approval = app.event("approval")
@app.function
async def charge() -> None: ...
@app.function(name="refund")
def give_back() -> None: ...
key = app.secret("stripe-key")
@app.post("/orders", public=True)
def create() -> None: ...
@app.get("/orders/{id}", public=True)
def show(id: str) -> None: ...
@app.schedule("0 8 * * *")
def report() -> None: ...
@app.orchestration
def fulfil() -> None: ...
raise SystemExit("nobody imports this")
"""


QUICK = [
    ("cloudless deploy p", ["prod"]),
    ("cloudless invoke prod ", ["charge", "refund"]),
    ("cloudless executions prod ", ["cancel", "history", "list", "send", "show", "start"]),
    ("cloudless executions prod send ", ["approval"]),
    ("cloudless dlq prod peek ", ["charge", "lines", "orders", "refund", "report"]),
    ("cloudless run send ", ["lines", "orders"]),
    ("cloudless run request POST ", ["/orders", "/orders/{id}"]),
    ("cloudless run --secret s", ["stripe-key="]),
]
MORE = [
    ("cloudless plan ", ["dev", "prod"]),
    ("cloudless invoke ", ["dev", "prod"]),
    ("cloudless executions prod start ", ["fulfil"]),
    ("cloudless executions prod list f", ["fulfil"]),
    ("cloudless executions prod show --of ", ["fulfil"]),
    ("cloudless dlq prod redrive o", ["orders"]),
    ("cloudless run publish ", ["placed"]),
    ("cloudless run fire ", ["report"]),
    ("cloudless run start f", ["fulfil"]),
    ("cloudless run request P", ["PATCH", "POST", "PUT"]),
]
"""The same kinds of names, in other commands."""


@pytest.mark.parametrize(("line", "names"), [*QUICK, *(pytest.param(*one, marks=pytest.mark.slow) for one in MORE)])
def test_names_of_the_program_are_read_from_its_source(
    project: Path, completed: Completed, line: str, names: list[str]
) -> None:
    (project / "cloudless.toml").write_text(STAGES.replace("no_module_of_this_name", "shop_app"))
    (project / "shop_app.py").write_text(SHOP)
    assert sorted(completed(project, line)) == names


@pytest.mark.parametrize("line", ["cloudless build --provider ", "cloudless providers "])
def test_providers_are_those_that_are_installed(project: Path, completed: Completed, line: str) -> None:
    assert sorted(completed(project, line)) == sorted(installed())


@pytest.mark.parametrize("line", ["cloudless check --compare ", "cloudless matrix --on "])
def test_lists_of_clouds_grow_behind_a_comma(project: Path, line: str, completed: Completed) -> None:
    known = sorted(installed())
    assert sorted(completed(project, line)) == known
    assert sorted(completed(project, f"{line}nimbus,")) == [f"nimbus,{name}" for name in known]
    for first in known[:1]:
        assert completed(project, f"{line}{first},") == [f"{first},{name}" for name in known[1:]]
