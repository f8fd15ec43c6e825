"""A key whose value is null is there; one that is missing is not."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(of: dict[str, int | None], key: str) -> dict[str, str]:
    told = "there" if key in of else "missing"
    got = of.get(key)
    other = of.get(key, 7)
    try:
        value = of[key]
        direct = "null" if value is None else str(value)
    except KeyError:
        direct = "KeyError"
    return {
        "told": told,
        "got": "null" if got is None else str(got),
        "other": "null" if other is None else str(other),
        "direct": direct,
    }
