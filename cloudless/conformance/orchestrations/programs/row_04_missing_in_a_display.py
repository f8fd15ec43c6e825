"""What is missing inside of a display is an error, never a display without it."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(of: dict[str, int]) -> dict[str, int | None]:
    try:
        return {"first": 1, "second": of["second"]}
    except KeyError:
        return {"first": of.get("first"), "second": of.get("second")}
