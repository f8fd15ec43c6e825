"""Draw the pictures of README and of the pages, from the programs on them: `python -m tests.docs.pictures`.

A page shows docs/pictures/NAME.svg. PROGRAMS says what that is: a program of the page itself, or of an example; or one
of its orchestrations. What no program draws, `house.py` does.
"""

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from cloudless.cli.commands import cli
from tests.docs.house import HOUSE
from tests.docs.page import MODULE, Page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
PATTERNS = "docs/how-to/patterns"


@dataclass(frozen=True)
class Program:
    """page: that shows the picture, from the root. app: as in cloudless.toml; an example has one of its own."""

    page: str
    app: str = f"{Path(MODULE).stem}:app"
    orchestration: str = ""


PROGRAMS: Mapping[str, Program] = {
    "shop": Program("README.md", "shop:app"),
    "travel": Program("README.md", "trip:app", "travel"),
    "club": Program("docs/tutorial/first-app.md", "app:app"),
    "orders": Program("examples/02-orders/README.md"),
    "orders-fulfil": Program("examples/02-orders/README.md", orchestration="fulfil"),
    "webhooks": Program(f"{PATTERNS}/webhooks.md"),
    "fan-out": Program(f"{PATTERNS}/fan-out.md"),
    "choreography": Program(f"{PATTERNS}/choreography.md"),
    "event-processing": Program(f"{PATTERNS}/event-processing.md"),
    "choreography-or-orchestration": Program(f"{PATTERNS}/choreography-or-orchestration.md"),
    "choreography-or-orchestration-fulfil": Program(
        f"{PATTERNS}/choreography-or-orchestration.md", orchestration="fulfil"
    ),
    "approval": Program(f"{PATTERNS}/approval.md", "travel:app", "request"),
    "saga": Program(f"{PATTERNS}/saga.md", orchestration="travel"),
    "sequence": Program(f"{PATTERNS}/sequence.md", orchestration="enrol"),
    "choice": Program(f"{PATTERNS}/choice.md", orchestration="settle"),
    "fan-out-fan-in": Program(f"{PATTERNS}/fan-out-fan-in.md", orchestration="count_all"),
    "polling": Program(f"{PATTERNS}/polling.md", orchestration="transcode"),
    "timeout-and-fallback": Program(f"{PATTERNS}/timeout-and-fallback.md", orchestration="quote"),
    "sub-orchestration": Program(f"{PATTERNS}/sub-orchestration.md", orchestration="exchange"),
    "sell": Program("docs/concepts/orchestrations.md", orchestration="sell"),
}


def written() -> Iterator[tuple[str, str]]:
    """Name and text of every picture."""
    yield from HOUSE.items()
    for name in PROGRAMS:
        yield name, drawn(name)


def drawn(name: str) -> str:
    """The picture of a program, as the command draws it."""
    program = PROGRAMS[name]
    page = ROOT / program.page
    if page.parent.parent.name == "examples":
        return _graph(page.parent, program)
    with TemporaryDirectory() as folder:
        Page(page.read_text("utf-8")).write(Path(folder))
        (Path(folder) / "cloudless.toml").write_text(f'app = "{program.app}"\n')
        return _graph(Path(folder), program)


def _graph(folder: Path, program: Program) -> str:
    words = ["graph", "--format", "svg", "--config", str(folder / "cloudless.toml"), program.orchestration]
    with _for_itself(folder):
        done = CliRunner().invoke(cli, list(filter(None, words)), prog_name="cloudless")
    if done.exit_code:
        raise RuntimeError(f"{program.page}: {done.output}")
    return done.stdout


@contextmanager
def _for_itself(folder: Path) -> Generator[None]:
    """Forget afterwards what was imported from a folder: other pages have modules of the same names."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before
        for name, module in list(sys.modules.items()):
            if folder in Path(getattr(module, "__file__", None) or "/").parents:
                del sys.modules[name]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in written():
        (FOLDER / f"{name}.svg").write_text(text, "utf-8")
