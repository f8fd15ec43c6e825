"""asyncio costs 25 ms of a test run: it is loaded for programs that use it, and known to the analysis all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEAD = """
import sys
from cloudless import App
from cloudless.frontend import check
from cloudless.testing import simulate

app = App("shop")
orders, inbox = app.queue("orders"), app.queue("inbox")
"""
PLAIN = """
@inbox.consumer
def take(body: object) -> None:
    orders.send(body)

with simulate(app) as cloud:
    inbox.send(1)
    cloud.run()
    print(cloud.sent(orders), "asyncio" in sys.modules)
"""
THREADED = """
def put(queue, body):
    queue.send(body)

@inbox.consumer
async def take(body: object) -> None:
    from asyncio import to_thread
    await to_thread(put, orders, body)

application, problems = check(app)
print(problems, [grant.verb for grant in application.handler("take").grants])
"""


def printed_by(program: str, folder: Path) -> str:
    """What a program prints in an interpreter that has loaded nothing else."""
    (folder / "program.py").write_text(HEAD + program)
    command = [sys.executable, str(folder / "program.py")]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_a_simulation_of_plain_handlers_loads_no_asyncio(tmp_path: Path) -> None:
    assert printed_by(PLAIN, tmp_path) == "[1] False"


def test_a_function_of_asyncio_is_known_where_only_a_handler_imports_it(tmp_path: Path) -> None:
    assert printed_by(THREADED, tmp_path) == "[] ['send']"
