"""Text comes back as it went out, from functions, in displays and in results."""

from cloudless import App
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def echo(text: str) -> str:
    return play("echo", text=text)


@app.orchestration
def main(text: str) -> dict[str, str]:
    return {"given": text, text: "as a key", "sent": echo(text), "put": "<" + text + ">", "in": f"[{text}]"}
