"""A variable that may not have a value yet."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(flag: bool) -> int:
    if flag:
        number = 1
    return number
