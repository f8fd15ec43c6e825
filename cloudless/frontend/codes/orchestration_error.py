"""Orchestrations: changes in place, errors and sagas."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

ERRORS = (
    Code(
        "CL251",
        "A change of something that has two names",
        """Engines hold copies, Python holds references: a list with two names would change under both in Python alone.
        What has one name may be changed in place.""",
        wrong="""
            @app.orchestration
            def more(items: list[str]) -> list[str]:
                copy = items
                copy.append("x")
                return items
            """,
        right="""
            @app.orchestration
            def more(items: list[str]) -> list[str]:
                copy = items + ["x"]
                return copy
            """,
    ),
    Code(
        "CL252",
        "A change of a list that a loop goes through",
        """A loop goes through the list as it was when it began; in Python it would see the change.""",
        wrong="""
            @app.orchestration
            def twice(items: list[str]) -> list[str]:
                for item in items:
                    items.append(item)
                return items
            """,
        right="""
            @app.orchestration
            def twice(items: list[str]) -> list[str]:
                more: list[str] = []
                for item in items:
                    more.append(item)
                return items + more
            """,
    ),
    Code(
        "CL261",
        "An error that cannot be raised or caught",
        """Classes derived from Exception are raised and caught, by name.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except:
                    return "none"
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except Exception:
                    return "none"
            """,
    ),
    Code(
        "CL262",
        "Two exception classes of one name",
        """On the platforms the name of a class stands for it, so that a name is of one class in an app.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            class Missing(Exception): ...


            missing = type("Missing", (Exception,), {})


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except Missing:
                    return "missing"
                except missing:
                    return "gone"
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            class Missing(Exception): ...


            class Gone(Exception): ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except Missing:
                    return "missing"
                except Gone:
                    return "gone"
            """,
    ),
    Code(
        "CL263",
        "An error whose constructor does more than it may",
        """An error is made without running its class's code. Its `__init__` may call `super().__init__(message)` and
        assign parameters to annotated fields, which travel with it.""",
        wrong="""
            class Declined(Exception):
                def __init__(self, reasons: list[str]) -> None:
                    super().__init__(", ".join(reasons))


            @app.orchestration
            def fulfil(order: str) -> str:
                raise Declined(["no funds"])
            """,
        right="""
            class Declined(Exception):
                reasons: list[str]

                def __init__(self, reasons: list[str]) -> None:
                    super().__init__("declined")
                    self.reasons = reasons


            @app.orchestration
            def fulfil(order: str) -> str:
                raise Declined(["no funds"])
            """,
    ),
    Code(
        "CL264",
        "The cause of an error",
        """What an error was raised from does not travel, and is dropped.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except KeyError as problem:
                    raise ValueError("no payment") from problem
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except KeyError as problem:
                    raise ValueError(f"no payment: {problem}") from None
            """,
    ),
    Code(
        "CL265",
        "A saga that is used in another way",
        """A saga is the block of a `with`. `on_failure` stands on a line of its own in it, and names a declared
        function and its arguments, which are kept as they are then.""",
        wrong="""
            from cloudless import saga

            @app.function
            def charge(order: str) -> str: ...


            def refund(payment: str) -> None: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                with saga() as undo:
                    payment = charge(order)
                    undo.on_failure(refund, payment=payment)
                return payment
            """,
        right="""
            from cloudless import saga

            @app.function
            def charge(order: str) -> str: ...


            @app.function
            def refund(payment: str) -> None: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                with saga() as undo:
                    payment = charge(order)
                    undo.on_failure(refund, payment=payment)
                return payment
            """,
    ),
)
