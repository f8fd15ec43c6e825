"""Errors that nobody declared, without a message, with a long one, of a builtin class."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main(name: str) -> str:
    try:
        return f"{step(name)}"
    except KeyError as e:
        return f"lookup {type(e).__name__}"
    except ValueError as e:
        return f"value {type(e).__name__}"
    except Failure as e:
        return f"failure {str(e)} {len(str(e))}"
    except Exception as e:
        return f"other {type(e).__name__}"
