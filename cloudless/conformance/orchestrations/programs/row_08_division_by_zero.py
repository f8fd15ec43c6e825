"""Dividing by zero is an error that can be caught, of each of three operators."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(number: int, by: int, rate: float) -> list[str]:
    told: list[str] = []
    try:
        told.append(f"{number // by}")
    except ZeroDivisionError:
        told.append("//")
    try:
        told.append(f"{number % by}")
    except ArithmeticError:
        told.append("%")
    try:
        told.append("more" if rate / by > 1.0 else "less")
    except Exception as e:
        told.append(type(e).__name__)
    return told
