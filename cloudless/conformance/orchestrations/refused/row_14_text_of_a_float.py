"""A float is not written as text, nor rounded."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(rate: float) -> str:
    return f"{rate}" + str(rate) + str(round(rate, 2))
