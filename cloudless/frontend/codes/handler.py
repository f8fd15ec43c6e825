"""Handlers, and their parameters."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

HANDLERS = (
    Code(
        "CL121",
        "A handler that is no function",
        """What is registered must be written with `def`, so that its parameters and its code can be read.""",
        wrong="""
            orders = app.queue("orders")


            @orders.consumer
            class Take:
                def __init__(self, order: dict) -> None: ...
            """,
        right="""
            orders = app.queue("orders")


            class Take:
                def __init__(self, order: dict) -> None: ...


            @orders.consumer
            def take(order: dict) -> None:
                Take(order)
            """,
    ),
    Code(
        "CL122",
        "A handler with *args or **kwargs",
        """Each parameter gets one thing, by its annotation; for open-ended ones there is nothing.""",
        wrong="""
            orders = app.queue("orders")


            @orders.consumer
            def take(*orders: dict) -> None: ...
            """,
        right="""
            orders = app.queue("orders")


            @orders.consumer
            def take(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL123",
        "A handler without a parameter for the message",
        """A consumer or subscriber gets the body, or the whole `Message`.""",
        wrong="""
            orders = app.queue("orders")


            @orders.consumer
            def take() -> None: ...
            """,
        right="""
            orders = app.queue("orders")


            @orders.consumer
            def take(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL124",
        "A parameter that nothing fills",
        """Consumers and subscribers get a body or a `Message`, and a `Context`; schedules get a `datetime`, the due
        time, and a `Context`. All of them get these by position, functions get theirs by name. Whatever else a
        handler takes needs a default.""",
        wrong="""
            @app.schedule("0 8 * * *")
            def report(day: str) -> None: ...
            """,
        right="""
            from datetime import datetime

            @app.schedule("0 8 * * *")
            def report(due: datetime) -> None: ...
            """,
    ),
    Code(
        "CL125",
        "An annotation of another type than the messages",
        """Messages are validated against the type that the queue or topic was declared with. Dead letters may hold
        what does not fit it, so they arrive as plain JSON.""",
        wrong="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str


            class Refund(BaseModel):
                id: str


            orders = app.queue("orders", Order)


            @orders.consumer
            def take(order: Refund) -> None: ...
            """,
        right="""
            from pydantic import BaseModel
            from cloudless import Message

            class Order(BaseModel):
                id: str


            orders = app.queue("orders", Order)


            @orders.consumer
            def take(order: Order) -> None: ...


            @orders.dead_letters.consumer
            def lost(message: Message[object]) -> None: ...
            """,
    ),
    Code(
        "CL126",
        "A list without batch_size",
        """A handler gets one message a call. Several at once are opted in, because they fail together.""",
        wrong="""
            from cloudless import Message

            orders = app.queue("orders", dict[str, str])


            @orders.consumer
            def take(orders: list[Message[dict[str, str]]]) -> None: ...
            """,
        right="""
            from cloudless import Message

            orders = app.queue("orders", dict[str, str])


            @orders.consumer(batch_size=10)
            def take(orders: list[Message[dict[str, str]]]) -> None: ...
            """,
    ),
    Code(
        "CL127",
        "batch_size without a list",
        """With a `batch_size` above 1, a call gets as many messages as there are, up to that number.""",
        wrong="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(batch_size=10)
            def take(order: dict[str, str]) -> None: ...
            """,
        right="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(batch_size=10)
            def take(orders: list[dict[str, str]]) -> None: ...
            """,
    ),
    Code(
        "CL128",
        "An annotation that cannot be evaluated",
        """What a handler receives follows from its annotations, so they must exist when the app is imported.""",
        wrong="""
            orders = app.queue("orders")


            @orders.consumer
            def take(order: "Order") -> None: ...
            """,
        right="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str


            orders = app.queue("orders", Order)


            @orders.consumer
            def take(order: "Order") -> None: ...
            """,
    ),
    Code(
        "CL129",
        "A handler that the cloud cannot import",
        """A deployed function imports the app's module, and finds its handler registered. What another function
        registers is not there, and a script is no module. A simulation does not mind.""",
        wrong="""
            orders = app.queue("orders")


            def setup() -> None:
                @orders.consumer
                def take(order: dict) -> None: ...


            setup()
            """,
        right="""
            orders = app.queue("orders")


            @orders.consumer
            def take(order: dict) -> None: ...
            """,
    ),
)
