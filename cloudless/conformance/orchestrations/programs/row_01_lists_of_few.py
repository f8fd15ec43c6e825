"""Lists of none, one and more items stay lists, three deep, with nulls in them."""

from cloudless import App, fan_out
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def keep(item: int | None) -> int | None:
    return play("keep", item=item)


@app.function
def box(item: int) -> list[list[int]]:
    return play("box", item=item)


@app.orchestration
def main(items: list[int], deep: list[list[list[int]]], maybe: list[int | None]) -> dict[str, list[list[list[int]]]]:
    boxed = fan_out(box(item) for item in items)
    kept = fan_out(keep(item) for item in maybe)
    some = [[[item for item in kept if item is not None]]]
    return {
        "deep": deep,
        "boxed": boxed,
        "once": [[[item]] for item in items],
        "some": some,
        "same": [[row for row in rows] for rows in deep if len(rows) > 0],
    }
