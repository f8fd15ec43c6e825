"""Permissions."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

PERMISSIONS = (
    Code(
        "CL301",
        "A handle that goes where it cannot be followed",
        """A handler gets the permissions that its code mentions: `orders.send` is seen wherever it stands. A bare
        `orders` that is given to a library, or kept in an object that is not yours, may be used in any way. Pass the
        method, or say with `uses=` what is done there.""",
        wrong="""
            import random

            orders = app.queue("orders")
            refunds = app.queue("refunds")
            inbox = app.queue("inbox")


            @inbox.consumer(uses=[refunds.send])
            def take(body: dict) -> None:
                random.choice([orders, refunds]).send(body)
            """,
        right="""
            import random

            orders = app.queue("orders")
            refunds = app.queue("refunds")
            inbox = app.queue("inbox")


            @inbox.consumer
            def take(body: dict) -> None:
                random.choice([orders.send, refunds.send])(body)
            """,
    ),
    Code(
        "CL302",
        "Code that cannot be read",
        """Code that is made from text, modules whose name is computed, and functions whose source is not there may
        use anything. `uses=` says what; a function of its own does as well.""",
        wrong="""
            orders = app.queue("orders")
            inbox = app.queue("inbox")


            @inbox.consumer
            def take(body: dict) -> None:
                eval("orders.send(body)")
            """,
        right="""
            orders = app.queue("orders")
            inbox = app.queue("inbox")


            @inbox.consumer(uses=[orders.send])
            def take(body: dict) -> None:
                eval("orders.send(body)")
            """,
    ),
    Code(
        "CL303",
        "A global that a handler changes (a warning)",
        """Each instance of a deployed function has its own globals, and loses them when it ends. As a cache of what
        can be had again they are fine; as a memory they are not. The in-memory cloud has one process, so that tests
        would not show it.""",
        wrong="""
            orders = app.queue("orders")
            seen = set()


            @orders.consumer
            def take(order: dict) -> None:
                seen.add(order["id"])
            """,
        right="""
            orders = app.queue("orders")


            @orders.consumer(once_by="id")
            def take(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL304",
        "A pure function that uses a resource",
        """A pure function computes what an orchestration cannot say itself. It runs wherever the platform likes, and
        has no permissions. What has effects is a function, which an orchestration calls as a step.""",
        wrong="""
            orders = app.queue("orders")


            @app.pure
            def cheapest(prices: list[float]) -> float:
                orders.send({"price": min(prices)})
                return min(prices)
            """,
        right="""
            orders = app.queue("orders")


            @app.pure
            def cheapest(prices: list[float]) -> float:
                return min(prices)


            @app.function
            def order(price: float) -> None:
                orders.send({"price": price})
            """,
    ),
)
