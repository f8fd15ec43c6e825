"""A key may be any text."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(of: dict[str, int]) -> dict[str, int]:
    made = {"two words": 1, "a.b": 2, "$": 3, "": 4, "é": 5, "{% k %}": 6, "it's": 7, "length": 8}
    made["${x}"] = 9
    made["a.b"] = made["a.b"] + of.get("a.b", 100)
    told = {**of, "sum": made["two words"] + made["$"] + made[""] + made["é"] + made["{% k %}"] + made["it's"]}
    told["length"] = len(made) + made["length"]
    return {**made, "told": told["sum"] + told["length"]}
