"""`in` looks for scalars only."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(rows: list[list[int]]) -> bool:
    return [1] in rows
