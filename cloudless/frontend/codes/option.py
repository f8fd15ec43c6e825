"""Options of handlers, queues and configuration."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

OPTIONS = (
    Code(
        "CL141",
        "A time-out out of range",
        """A consumer, subscriber or schedule may run for 10 minutes (Pub/Sub waits no longer for an answer), a function
        for 15 (AWS Lambda).""",
        wrong="""
            from datetime import timedelta

            orders = app.queue("orders")


            @orders.consumer(timeout=timedelta(hours=1))
            def take(order: dict) -> None: ...
            """,
        right="""
            from datetime import timedelta

            orders = app.queue("orders")


            @orders.consumer(timeout=timedelta(minutes=10))
            def take(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL142",
        "Memory out of range",
        """Every cloud gives between 128 and 4,096 MB.""",
        wrong="""
            @app.function(memory_mb=64)
            def charge(order: dict) -> None: ...
            """,
        right="""
            @app.function(memory_mb=128)
            def charge(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL143",
        "A batch_size out of range",
        """A call gets 1 to 10 messages: as many as SQS hands over at once.""",
        wrong="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(batch_size=100)
            def take(orders: list[dict[str, str]]) -> None: ...
            """,
        right="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(batch_size=10)
            def take(orders: list[dict[str, str]]) -> None: ...
            """,
    ),
    Code(
        "CL144",
        "A window out of range",
        """A cloud waits up to 5 minutes to fill a batch, and only where there are batches.""",
        wrong="""
            from datetime import timedelta

            orders = app.queue("orders")


            @orders.consumer(window=timedelta(seconds=5))
            def take(order: dict) -> None: ...
            """,
        right="""
            from datetime import timedelta

            orders = app.queue("orders", dict[str, str])


            @orders.consumer(window=timedelta(seconds=5), batch_size=10)
            def take(orders: list[dict[str, str]]) -> None: ...
            """,
    ),
    Code(
        "CL145",
        "A remember out of range",
        """Keys of `once_by` are kept for 1 second to 90 days; a day is the default.""",
        wrong="""
            from datetime import timedelta

            orders = app.queue("orders")


            @orders.consumer(once_by="id", remember=timedelta(days=365))
            def take(order: dict) -> None: ...
            """,
        right="""
            from datetime import timedelta

            orders = app.queue("orders")


            @orders.consumer(once_by="id", remember=timedelta(days=90))
            def take(order: dict) -> None: ...
            """,
    ),
    Code(
        "CL146",
        "A max_delay out of range",
        """A message waits for up to 30 days: as long as Google Cloud Tasks keeps one.""",
        wrong="""
            from datetime import timedelta

            reminders = app.queue("reminders", max_delay=timedelta(days=60))
            """,
        right="""
            from datetime import timedelta

            reminders = app.queue("reminders", max_delay=timedelta(days=30))
            """,
    ),
    Code(
        "CL147",
        "once_by with batches",
        """A key is claimed for one call; in a batch, one duplicate would hold up all others.""",
        wrong="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(once_by="id", batch_size=10)
            def take(orders: list[dict[str, str]]) -> None: ...
            """,
        right="""
            orders = app.queue("orders", dict[str, str])


            @orders.consumer(once_by="id")
            def take(order: dict[str, str]) -> None: ...
            """,
    ),
    Code(
        "CL148",
        "once_by a field that the type does not have",
        """`once_by` names a field of the body, with dots for a field of a field.""",
        wrong="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str


            orders = app.queue("orders", Order)


            @orders.consumer(once_by="idd")
            def take(order: Order) -> None: ...
            """,
        right="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str


            orders = app.queue("orders", Order)


            @orders.consumer(once_by="id")
            def take(order: Order) -> None: ...
            """,
    ),
    Code(
        "CL149",
        "native= or existing= of an unknown provider",
        """Both are tables by provider: `aws`, `gcp`, `azure`.""",
        wrong="""
            orders = app.queue("orders", native={"awz": {"aws_sqs_queue": {"kms_master_key_id": "alias/x"}}})
            """,
        right="""
            orders = app.queue("orders", native={"aws": {"aws_sqs_queue": {"kms_master_key_id": "alias/x"}}})
            """,
    ),
    Code(
        "CL150",
        "uses= without a method",
        """A permission is a verb on a resource. Secrets have but one, so they may be named alone.""",
        wrong="""
            orders = app.queue("orders")
            inbox = app.queue("inbox")


            @inbox.consumer(uses=[orders])
            def take(body: dict) -> None: ...
            """,
        right="""
            orders = app.queue("orders")
            inbox = app.queue("inbox")


            @inbox.consumer(uses=[orders.send])
            def take(body: dict) -> None: ...
            """,
    ),
    Code(
        "CL151",
        "More warm instances than a cloud keeps",
        """`min_instances=` keeps instances that wait for work: provisioned concurrency on AWS, minimum instances on
        Cloud Run, always-ready instances on Azure. Each is paid for while it waits.""",
        wrong="""
            @app.function(min_instances=1_000)
            def price(item: str) -> float:
                return 9.5
            """,
        right="""
            @app.function(min_instances=1)
            def price(item: str) -> float:
                return 9.5
            """,
    ),
)
