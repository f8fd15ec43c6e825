"""Events are kept in order until a wait takes them: early ones, several, repeated ones, late ones."""

from datetime import timedelta

from cloudless import App, sleep
from cloudless.conformance.orchestrations import play

app = App("corpus")


approval = app.event("approval", int)
answer = app.event("answer", str)


@app.function
def step(told: str) -> None:
    play("step", told=told)


@app.orchestration
def main() -> list[str]:
    told: list[str] = []
    sleep(timedelta(seconds=10))
    told.append(f"{approval.wait()}")
    told.append(answer.wait())
    told.append(f"{approval.wait(timeout=timedelta(seconds=60))}")
    try:
        told.append(f"{approval.wait(timeout=timedelta(seconds=60))}")
    except TimeoutError:
        told.append("none in time")
    step(told[-1])
    told.append(f"{approval.wait()}")
    try:
        told.append(answer.wait(timeout=timedelta(seconds=1)))
    except TimeoutError:
        told.append("no answer")
    return told
