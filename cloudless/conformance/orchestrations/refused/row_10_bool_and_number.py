"""A bool is no number."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(flag: bool) -> bool:
    return flag == 1
