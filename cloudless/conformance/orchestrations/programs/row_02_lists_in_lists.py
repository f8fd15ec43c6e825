"""A list that is put into a list, or appended to one, keeps its level."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(row: list[int], rows: list[list[int]]) -> list[list[int]]:
    grown: list[list[int]] = []
    grown.append([len(row)])
    grown += [[2], []]
    grown = grown + [row]
    return grown + rows + [row, [row[0]]]
