"""An application of builtin types alone: what its entries import is ours, and the cheapest there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.documents.applications import forgotten

PLAIN = """
from cloudless import App

app = App("plain")
jobs = app.queue("jobs", dict)
done = app.queue("done", dict)

@jobs.consumer
def work(body: dict) -> None:
    done.send(body)

@app.post("/jobs", public=True)
def create(body: dict) -> dict:
    return body

@app.schedule("0 8 * * *")
def report() -> None: ...

@app.function
def charge(amount: int) -> int:
    return amount

@app.orchestration
def pay(amount: int) -> int:
    done.send({"amount": amount})
    return charge(amount)
"""


def write_plain(folder: Path, write: Callable[[Path, str], object]) -> Path:
    """The folder, with the application in it, and what `write` generates for it."""
    (folder / "plain.py").write_text(PLAIN)
    with forgotten(folder):
        write(folder, "plain:app")
    return folder
