"""Text of bools and of None is as Python writes it."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(flag: bool, number: int, text: str) -> list[str]:
    nothing = None
    return [
        str(flag),
        f"{flag}",
        f"{not flag}!",
        str(number),
        f"{-number}",
        f"{text}",
        str(text),
        f"{nothing}",
        f"{{{number}}}",
    ]
