"""1 and 1.0 are one value; what a number is, its type says."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def weigh(rate: float) -> float:
    return play("weigh", rate=rate)


@app.orchestration
def main(count: int, rate: float) -> dict[str, float]:
    half = count / 2
    told = weigh(half)
    same = 1.0 if half == rate else 0.0
    return {
        "half": half,
        "told": told,
        "same": same,
        "mixed": count + rate,
        "whole": float(int(rate)),
        "sum": sum([half, 1.0]),
    }
