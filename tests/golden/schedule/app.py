"""A schedule in a time zone, whose runs do not overlap."""

from cloudless import App

app = App("shop")


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin", overlap="skip")
def report() -> None: ...
