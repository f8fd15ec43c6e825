"""Workflows of a few programs, as they were when somebody looked at them."""

from __future__ import annotations

from pathlib import Path

from providers.gcp.tests.workflows.oracles.emitted import DIGEST
from providers.gcp.tests.workflows.programs import emitted

FOLDER = Path(__file__).parent / "golden"
PROGRAMS = {
    "steps": """
        @app.orchestration
        def main(n: int) -> str:
            found = step(n)
            if found > 3:
                orders.send({"n": found})
            return f"{found} of {n}"
    """,
    "handlers": """
        @app.orchestration
        def main(n: int) -> int:
            total = 0
            for number in range(n):
                try:
                    total += step.options(retry=Retry(attempts=3, on=(Declined,)))(number)
                except Failure as e:
                    if str(e) == "stop":
                        break
                finally:
                    sleep(timedelta(seconds=1))
            return total // 2
    """,
    "branches": """
        @app.orchestration
        def main(ns: list[int]) -> int:
            first, second = gather(step(1), other(2))
            found = fan_out((step(n + first) for n in ns), max_concurrency=3)
            return best(found) + second
    """,
    "saga": """
        @app.orchestration(timeout=timedelta(days=2))
        def main(n: int) -> bool:
            with saga() as undo:
                booked = step(n)
                undo.on_failure(other, n=booked)
                return approval.wait(timeout=timedelta(hours=1))
    """,
}


def current() -> dict[str, str]:
    """The sources by name, as they are emitted now."""
    return {name: emitted(body, digest=DIGEST).workflow.text.decode() for name, body in PROGRAMS.items()}


def kept() -> dict[str, str]:
    """The sources by name, as they are kept."""
    return {file.name.partition(".")[0]: file.read_text("utf-8") for file in sorted(FOLDER.iterdir())}


def write() -> None:
    """Keep what is emitted now."""
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    for name, text in current().items():
        (FOLDER / f"{name}.workflows.json").write_text(text, "utf-8")
