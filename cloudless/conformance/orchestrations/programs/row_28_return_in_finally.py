"""A return in finally stands, whatever was on its way; so does an error raised there."""

from cloudless import App

app = App("corpus")


class Failure(Exception):
    pass


class Other(Exception):
    pass


@app.orchestration
def inner(how: str) -> str:
    try:
        if how == "return":
            return "body"
        raise Failure("body")
    finally:
        if how != "pass on":
            return f"last, after {how}"


@app.orchestration
def main(how: str) -> list[str]:
    told: list[str] = []
    try:
        told.append(inner(how))
    except Failure as e:
        told.append(f"passed on: {str(e)}")
    try:
        try:
            raise Failure("first")
        finally:
            raise Other("second")
    except Failure:
        told.append("Failure")
    except Other as e:
        told.append(str(e))
    return told
