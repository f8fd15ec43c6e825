"""Numbers as written, -0.0 among them."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(zero: float) -> list[float]:
    return [-1, 1e3, 0.1, -0.0, zero * -1.0, 0.1 + 0.2, -zero, 1e-7, 123456789.125, 5e-324, 1.7976931348623157e308]
