"""min and max of nothing are an error, its sum is 0."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(items: list[int], rates: list[float]) -> list[str]:
    told: list[str] = []
    try:
        told.append(f"min {min(items)}")
    except ValueError:
        told.append("no min")
    try:
        told.append(f"max {max(items)}")
    except ValueError as e:
        told.append(type(e).__name__)
    told.append(f"sum {sum(items)} {sum(rates) == 0.0}")
    told.append(f"{any([item > 1 for item in items])} {all([item > 1 for item in items])}")
    return told
