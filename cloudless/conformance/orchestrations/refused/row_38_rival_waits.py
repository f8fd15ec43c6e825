"""Two branches do not wait for one event."""

from cloudless import App, gather

app = App("corpus")


approval = app.event("approval", int)


@app.orchestration
def part() -> int:
    return approval.wait()


@app.orchestration
def main() -> int:
    one, two = gather(part(), part())
    return one + two
