"""Text that some engine's language could take for its own goes through unchanged."""

from pydantic import BaseModel

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


class Failure(Exception):
    pass


class Note(BaseModel):
    text: str


@app.function
def echo(note: Note, by: dict[str, str]) -> str:
    return play("echo", note=note, by=by)


@app.orchestration
def main(texts: list[str]) -> list[str]:
    told: list[str] = []
    for text in texts:
        told.append(echo(Note(text=text), {text: text}))
        told.append(f"${text}{{% {text} %}}")
    told += ["it's", 'say "no"', "back\\slash", "two\nlines", "{% $x %}", "${x}", "}", "{{", "\0", "$", "#{x}", "{%}"]
    if "${" + "x}" in told and "{%" in "{% 1 %}":
        raise Failure(f"{{%{texts[0]}%}} ${{x}} \"'\\")
    return told
