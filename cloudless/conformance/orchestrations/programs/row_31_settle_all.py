"""All branches settle; then the error of the lowest index is raised, however late it came."""

from cloudless import App, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def slow(name: str) -> int:
    step(f"{name}.1")
    return step(f"{name}.2")


@app.orchestration
def main() -> str:
    try:
        gather(slow("a"), step("b"), slow("c"), step("d"))
        return "well"
    except Failure as e:
        step("after")
        return str(e)
