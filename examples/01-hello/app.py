"""The smallest application: one queue, one consumer."""

from cloudless import App

app = App("hello")
greetings = app.queue("greetings", dict[str, str])


@greetings.consumer
def greet(greeting: dict[str, str]) -> None:
    print(f"Hello, {greeting['name']}!")  # noqa: T201
