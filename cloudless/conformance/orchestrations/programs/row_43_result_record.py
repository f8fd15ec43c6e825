"""A result that is a record."""

from pydantic import BaseModel

from cloudless import App

app = App("corpus")


class Point(BaseModel):
    x: int
    y: int | None


@app.orchestration
def main(number: int) -> Point:
    return Point(x=number, y=None)
