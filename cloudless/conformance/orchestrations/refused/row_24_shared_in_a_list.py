"""A list that was put away is not changed."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(given: list[int]) -> list[list[int]]:
    row = [1]
    rows = [row]
    row += [2]
    row[0] = 3
    return rows
