"""Names."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

NAMES = (
    Code(
        "CL101",
        "Two resources of one name",
        """Queues, topics, subscriptions, schedules and the dead-letter queue of each of them share their names,
        whatever the case, because Azure Service Bus does not tell them apart. Secrets have names of their own,
        and so have configuration and events.""",
        wrong="""
            orders = app.queue("orders")
            events = app.topic("Orders")
            """,
        right="""
            orders = app.queue("orders")
            events = app.topic("order-events")
            """,
    ),
    Code(
        "CL102",
        "Two handlers of one name",
        """A handler is named after its function. Google Cloud Run takes lower case and hyphens only, so `pack_all`
        and `Pack_All` are one name. Orchestrations and pure functions are found by name as well, and share theirs with
        handlers.""",
        wrong="""
            orders = app.queue("orders")
            refunds = app.queue("refunds")


            @orders.consumer
            def take(order: dict) -> None: ...


            @refunds.consumer(name="Take")
            def take_back(refund: dict) -> None: ...
            """,
        right="""
            orders = app.queue("orders")
            refunds = app.queue("refunds")


            @orders.consumer
            def take(order: dict) -> None: ...


            @refunds.consumer
            def take_back(refund: dict) -> None: ...
            """,
    ),
    Code(
        "CL103",
        "A name that some cloud refuses",
        """A name becomes part of the names of real resources. What all three clouds take: a letter first, then
        letters, digits and single hyphens or underscores, not beginning with `goog` (Pub/Sub), at most 50
        characters (Service Bus). Secrets take no underscore (Azure Key Vault). The name of an app is lower case,
        and at most 24 characters, which leaves room for the stage and the handler in 64 (AWS Lambda).""",
        wrong="""
            orders = app.queue("new orders!")
            """,
        right="""
            orders = app.queue("new-orders")
            """,
    ),
    Code(
        "CL104",
        "A subscription whose name is too long",
        """A subscription is named after its topic and its handler. Azure Service Bus takes 50 characters.""",
        wrong="""
            placed = app.topic("orders-that-customers-have-placed")


            @placed.subscriber
            def tell_the_accountants(order: dict) -> None: ...
            """,
        right="""
            placed = app.topic("orders-that-customers-have-placed")


            @placed.subscriber(name="tell")
            def tell_the_accountants(order: dict) -> None: ...
            """,
    ),
)
