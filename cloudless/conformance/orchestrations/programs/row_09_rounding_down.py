"""// and % round down, whatever the signs."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(pairs: list[list[int]]) -> list[list[int]]:
    return [[pair[0] // pair[1], pair[0] % pair[1], pair[0] - pair[0] // pair[1] * pair[1]] for pair in pairs]
