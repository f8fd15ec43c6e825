"""The first handler that fits; errors of handlers, of else and of finally; raising again."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


class Declined(Failure):
    code: int

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Other(Exception):
    pass


@app.function
def step(name: str) -> int:
    return play("step", name=name)


@app.orchestration
def main(name: str) -> list[str]:
    told: list[str] = []
    try:
        told.append(f"body {step(name)}")
    except Failure as e:
        told.append(f"base {type(e).__name__} {str(e)}")
    except Declined as e:  # pyright: ignore[reportUnusedExcept]
        told.append(f"never {e.code}")
    except Exception as e:
        told.append(f"any {type(e).__name__}")
    try:
        step(name)
    except Declined as e:
        told.append(f"derived {e.code} {str(e)}")
    except (Other, Failure) as e:
        told.append(f"one of two {type(e).__name__}")
    else:
        told.append("else")
    finally:
        told.append("last")
    try:
        try:
            step(name)
        except Declined:
            raise
        except Failure as e:
            raise Other(f"after {str(e)}") from None
        else:
            raise Other("else")
    except Other as e:
        told.append(f"outer Other {str(e)}")
    except Declined as e:
        told.append(f"outer Declined {e.code}")
        try:
            raise e
        except Failure as again:
            told.append(f"again {type(again).__name__} {str(again)}")
    return told
