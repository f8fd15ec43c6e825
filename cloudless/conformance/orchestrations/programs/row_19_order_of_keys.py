"""The order of keys is nobody's business: dicts are equal whatever it is."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(one: dict[str, int], other: dict[str, int]) -> list[bool]:
    both = {**one, "z": 26}
    return [one == other, {"a": 1, "b": 2} == {"b": 2, "a": 1}, both == one, len(both) == len(one) + 1]
