"""Orchestrations: steps, branches and waits."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

STEPS = (
    Code(
        "CL241",
        "Arguments that do not fit",
        """A call names each argument once, and gives every one that has no default.""",
        wrong="""
            @app.function
            def charge(order: str, currency: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order)
            """,
        right="""
            @app.function
            def charge(order: str, currency: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order, currency="EUR")
            """,
    ),
    Code(
        "CL242",
        "Options of a step that are not possible",
        """Options are constants, since they are part of the definition. A step's Retry has delays of whole seconds, 1
        s at least, and its time-out is 1 s to 15 minutes.""",
        wrong="""
            from datetime import timedelta

            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge.options(timeout=timedelta(hours=1))(order)
            """,
        right="""
            from datetime import timedelta

            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge.options(timeout=timedelta(minutes=10))(order)
            """,
    ),
    Code(
        "CL243",
        "A plain call of an async function",
        """Type checkers take a plain call of an async function for a coroutine. `invoke` is the same step, with the
        type of its result.""",
        wrong="""
            @app.function
            async def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order)
            """,
        right="""
            @app.function
            async def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge.invoke(order)
            """,
    ),
    Code(
        "CL244",
        "A result without a type",
        """A function whose value is used says what it returns.""",
        wrong="""
            @app.function
            def charge(order: str): ...


            @app.orchestration
            def fulfil(order: str) -> str:
                payment = charge(order)
                return order
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                payment = charge(order)
                return payment
            """,
    ),
    Code(
        "CL245",
        "Branches that are no calls",
        """A branch is one call of a function, a pure function or an orchestration, which is how a branch has several
        steps. The value of `gather` is unpacked at once, `fan_out` takes a generator.""",
        wrong="""
            from cloudless import fan_out

            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(orders: list[str]) -> list[str]:
                return fan_out([charge(order) for order in orders])
            """,
        right="""
            from cloudless import fan_out

            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(orders: list[str]) -> list[str]:
                return fan_out(charge(order) for order in orders)
            """,
    ),
    Code(
        "CL246",
        "A call inside a comprehension",
        """A comprehension is one expression, and a step is none. `fan_out` runs the calls at the same time, a `for`
        loop one after another.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(orders: list[str]) -> list[str]:
                return [charge(order) for order in orders]
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(orders: list[str]) -> list[str]:
                payments: list[str] = []
                for order in orders:
                    payments.append(charge(order))
                return payments
            """,
    ),
    Code(
        "CL247",
        "Orchestrations that call each other in a circle",
        """Engines nest calls to a depth that is known when they are deployed.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if charge(order) == "":
                    return fulfil(order)
                return order
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                while charge(order) == "":
                    pass
                return order
            """,
    ),
    Code(
        "CL248",
        "Two branches that wait for one event",
        """Which of them gets the event would be a matter of time.""",
        wrong="""
            from cloudless import gather

            approval = app.event("approval", str)


            @app.orchestration
            def asked(by: str) -> str:
                return approval.wait()


            @app.orchestration
            def fulfil(order: str) -> str:
                one, two = gather(asked("ann"), asked("bob"))
                return one + two
            """,
        right="""
            from cloudless import gather

            first = app.event("first", str)
            second = app.event("second", str)


            @app.orchestration
            def asked_first() -> str:
                return first.wait()


            @app.orchestration
            def asked_second() -> str:
                return second.wait()


            @app.orchestration
            def fulfil(order: str) -> str:
                one, two = gather(asked_first(), asked_second())
                return one + two
            """,
    ),
    Code(
        "CL249",
        "A duration that is not possible",
        """Waits are whole seconds, written as `timedelta(…)` where they are used, or kept by the module. Their parts
        may be computed, as ints.""",
        wrong="""
            from datetime import timedelta
            from cloudless import sleep

            @app.orchestration
            def fulfil(order: str) -> str:
                sleep(timedelta(milliseconds=500))
                return order
            """,
        right="""
            from datetime import timedelta
            from cloudless import sleep

            @app.orchestration
            def fulfil(order: str) -> str:
                sleep(timedelta(seconds=1))
                return order
            """,
    ),
)
