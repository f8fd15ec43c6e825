"""Errors of expressions are caught like those of steps, wherever they stand."""

from datetime import timedelta

from cloudless import App, fan_out, saga, sleep
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(number: int) -> int:
    return play("step", number=number)


@app.orchestration
def main(items: list[int], of: dict[str, int], by: int) -> list[str]:
    told: list[str] = []
    try:
        told.append(f"{step(items[2])}")
    except IndexError:
        told.append("IndexError")
    try:
        if of["a"] > 1:
            told.append("more")
    except KeyError:
        told.append("KeyError")
    try:
        sleep(timedelta(seconds=10 // by))
    except ZeroDivisionError:
        told.append("ZeroDivisionError")
    try:
        for number in range(min(items)):
            told.append(f"{number}")
    except ValueError:
        told.append("ValueError")
    try:
        with saga() as undo:
            undo.on_failure(step, -1)
            told.append(f"{sum([10 // item for item in items])}")
    except ArithmeticError as e:
        told.append(f"saga {type(e).__name__}")
    try:
        told.append(f"{sum(fan_out(step(12 // item) for item in items))}")
    except ArithmeticError as e:
        told.append(f"branch {type(e).__name__}")
    try:
        told.append(f"{items[-4]} {items[-1]}")
    except LookupError as e:
        told.append(type(e).__name__)
    return told
