"""Queues, topics, schedules and configuration."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

RESOURCES = (
    Code(
        "CL161",
        "Two consumers of one queue",
        """A message of a queue goes to one consumer. A topic gives each subscriber its own.""",
        wrong="""
            orders = app.queue("orders")


            @orders.consumer
            def take(order: dict) -> None: ...


            @orders.consumer
            def count(order: dict) -> None: ...
            """,
        right="""
            orders = app.topic("orders")


            @orders.subscriber
            def take(order: dict) -> None: ...


            @orders.subscriber
            def count(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL162",
        "A type that has no JSON form",
        """Bodies, arguments and results travel as JSON: pydantic models, dataclasses, TypedDict, JSON builtins,
        datetime, Decimal, UUID, enums, and containers of these.""",
        wrong="""
            class Order:
                def __init__(self, id: str) -> None:
                    self.id = id


            orders = app.queue("orders", Order)
            """,
        right="""
            from dataclasses import dataclass

            @dataclass
            class Order:
                id: str


            orders = app.queue("orders", Order)
            """,
    ),
    Code(
        "CL163",
        "Messages that go round",
        """A handler that feeds its own queue, directly or through topics, functions and other queues, may never come
        to an end, and every round costs. Where it does end, `recursive=True` on a consumer says so (and tells AWS
        not to stop it after 16 rounds). What only happens after a failure, by way of the dead letters, is not
        counted.""",
        wrong="""
            pages = app.queue("pages")


            @pages.consumer
            def crawl(page: dict) -> None:
                for link in page["links"]:
                    pages.send(link)
            """,
        right="""
            pages = app.queue("pages")


            @pages.consumer(recursive=True)
            def crawl(page: dict) -> None:
                for link in page["links"]:
                    pages.send(link)
            """,
    ),
    Code(
        "CL164",
        "A consumer of dead letters that are not kept",
        """`dead_letters=False` loses what is given up, so that there is nothing to consume.""",
        wrong="""
            orders = app.queue("orders", dead_letters=False)


            @orders.dead_letters.consumer
            def lost(order: dict) -> None: ...
            """,
        right="""
            orders = app.queue("orders")


            @orders.dead_letters.consumer
            def lost(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL165",
        "A default that is not of the configuration's type",
        """A default takes the place of the stage's value, so it is held to the same type.""",
        wrong="""
            review_above = app.config("review-above", float, default="a lot")
            """,
        right="""
            review_above = app.config("review-above", float, default=1000.0)
            """,
    ),
    Code(
        "CL171",
        "A filter on an attribute that the topic does not declare",
        """Only declared attributes travel where every cloud can filter on them.""",
        wrong="""
            placed = app.topic("order-placed", attributes=["region"])


            @placed.subscriber(where={"regoin": "eu"})
            def mail(order: dict) -> None: ...
            """,
        right="""
            placed = app.topic("order-placed", attributes=["region"])


            @placed.subscriber(where={"region": "eu"})
            def mail(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL172",
        "A filter on more than five attributes",
        """An SNS filter policy has five keys at most.""",
        wrong="""
            placed = app.topic("order-placed", attributes=["a", "b", "c", "d", "e", "f"])


            @placed.subscriber(where={"a": "1", "b": "1", "c": "1", "d": "1", "e": "1", "f": "1"})
            def mail(order: dict) -> None: ...
            """,
        right="""
            placed = app.topic("order-placed", attributes=["a", "b", "c", "d", "e_and_f"])


            @placed.subscriber(where={"a": "1", "b": "1", "c": "1", "d": "1", "e_and_f": "1-1"})
            def mail(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL173",
        "A topic with more than seven attributes",
        """SQS takes ten attributes of a message; one is ours, and two are kept in reserve.""",
        wrong="""
            placed = app.topic("order-placed", attributes=["a", "b", "c", "d", "e", "f", "g", "h"])
            """,
        right="""
            placed = app.topic("order-placed", attributes=["a", "b", "c", "d", "e", "f", "g"])
            """,
    ),
    Code(
        "CL174",
        "An attribute's name that some cloud refuses",
        """A letter or underscore first, then letters, digits and underscores, at most 64 in all; not beginning with
        `goog`, and not `cloudless`, which is ours.""",
        wrong="""
            placed = app.topic("order-placed", attributes=["shipping-region"])
            """,
        right="""
            placed = app.topic("order-placed", attributes=["shipping_region"])
            """,
    ),
    Code(
        "CL175",
        "A condition that cannot match",
        """Attributes are strings of 1 to 256 characters, and so is what they are compared with.""",
        wrong="""
            from cloudless import any_of

            placed = app.topic("order-placed", attributes=["region"])


            @placed.subscriber(where={"region": any_of()})
            def mail(order: dict) -> None: ...
            """,
        right="""
            from cloudless import any_of

            placed = app.topic("order-placed", attributes=["region"])


            @placed.subscriber(where={"region": any_of("eu", "us")})
            def mail(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL176",
        "A topic forwarded to a queue that cannot take it",
        """Forwarded messages are not looked at on their way: the queue must be of the topic's type. An ordered queue
        needs a group with each message, which a topic's have not.""",
        wrong="""
            placed = app.topic("order-placed", dict[str, str])
            archive = app.queue("archive", str)
            placed.forward(archive)
            """,
        right="""
            placed = app.topic("order-placed", dict[str, str])
            archive = app.queue("archive", dict[str, str])
            placed.forward(archive)
            """,
    ),
    Code(
        "CL177",
        "An attribute that nothing fills (a warning)",
        """An attribute of a topic is filled from the field of its name, or by whoever publishes. One that is neither
        is missing in every message, and every filter on it keeps them back: `none_of` does, too. Programs outside
        that publish are not seen here.""",
        wrong="""
            from dataclasses import dataclass


            @dataclass
            class Order:
                id: str


            placed = app.topic("order-placed", Order, attributes=["region"])


            @placed.subscriber(where={"region": "eu"})
            def mail(order: Order) -> None: ...
            """,
        right="""
            from dataclasses import dataclass


            @dataclass
            class Order:
                id: str
                region: str


            placed = app.topic("order-placed", Order, attributes=["region"])


            @placed.subscriber(where={"region": "eu"})
            def mail(order: Order) -> None: ...
            """,
    ),
    Code(
        "CL181",
        "A schedule without a time, or with two",
        """A schedule is due by a cron string, or every so many minutes.""",
        wrong="""
            @app.schedule()
            def report() -> None: ...
            """,
        right="""
            @app.schedule("0 8 * * MON-FRI")
            def report() -> None: ...
            """,
    ),
    Code(
        "CL182",
        "A cron string that cannot be read",
        """Five fields: minute, hour, day of the month, month, day of the week. Where both days are restricted, either
        will do.""",
        wrong="""
            @app.schedule("0 25 * * *")
            def report() -> None: ...
            """,
        right="""
            @app.schedule("0 23 * * *")
            def report() -> None: ...
            """,
    ),
    Code(
        "CL183",
        "An unknown time zone",
        """Names of the IANA data base, such as Europe/Berlin; UTC is the default.""",
        wrong="""
            @app.schedule("0 8 * * *", timezone="Europe/Berln")
            def report() -> None: ...
            """,
        right="""
            @app.schedule("0 8 * * *", timezone="Europe/Berlin")
            def report() -> None: ...
            """,
    ),
    Code(
        "CL184",
        "An interval that is not whole minutes",
        """The clouds' schedulers know minutes, and nothing below.""",
        wrong="""
            from datetime import timedelta

            @app.schedule(every=timedelta(seconds=90))
            def report() -> None: ...
            """,
        right="""
            from datetime import timedelta

            @app.schedule(every=timedelta(minutes=2))
            def report() -> None: ...
            """,
    ),
    Code(
        "CL185",
        "An unknown overlap",
        """Runs may go on side by side ("allow"), or a run is left out while the one before it goes on ("skip").""",
        wrong="""
            @app.schedule("* * * * *", overlap="forbid")
            def report() -> None: ...
            """,
        right="""
            @app.schedule("* * * * *", overlap="skip")
            def report() -> None: ...
            """,
    ),
)
