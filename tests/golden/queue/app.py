"""A queue and its consumer, handled once, with dead letters that somebody looks at."""

from cloudless import App, Retry

app = App("shop")
orders = app.queue("orders", dict, retry=Retry(attempts=3))


@orders.consumer(once_by="id")
def take(order: dict) -> None: ...


@orders.dead_letters.consumer
def mourn(order: dict) -> None:
    orders.dead_letters.redrive()
