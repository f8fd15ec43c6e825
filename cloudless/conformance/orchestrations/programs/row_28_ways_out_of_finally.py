"""break, continue and return go through finally, and from it, as in Python."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main(until: int) -> list[str]:
    told: list[str] = []
    for number in range(6):
        try:
            if number == 1:
                continue
            if number == until:
                break
            told.append(f"body {number}")
            if number == 2:
                raise Failure("two")
        except Failure:
            told.append("caught")
            continue
        else:
            told.append("else")
        finally:
            told.append(f"last {step(f'{number}')}")
        told.append("after")
    while True:
        try:
            return told
        finally:
            step("on the way out")
            if until > 3:
                break
    for number in range(3):
        for inner in range(3):
            try:
                if inner == 1:
                    break
                told.append(f"{number}.{inner}")
            finally:
                if number == 1:
                    continue
        else_ = f"next {number}"
        told.append(else_)
    return told
