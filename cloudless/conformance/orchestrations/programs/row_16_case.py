"""Case of ASCII."""

from cloudless import App

app = App("corpus")


@app.orchestration
def main(text: str) -> list[str]:
    told = "yes" if text.lower().startswith("ab") and text.upper().endswith("YZ") else "no"
    return [text.lower(), text.upper(), text.lower().upper(), told, "-".join([text, "b"]), ", ".join([])]
