"""An event that was stored before the time-out wins; one that came after it waits for the next wait."""

from datetime import timedelta

from cloudless import App

app = App("corpus")


approval = app.event("approval", int)


@app.orchestration
def main() -> list[int]:
    told: list[int] = []
    for number in range(3):
        try:
            told.append(approval.wait(timeout=timedelta(seconds=10)))
        except TimeoutError:
            told.append(-number)
    return told
