"""Orchestrations: what is in the language, and names in it."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

LANGUAGE = (
    Code(
        "CL201",
        "A statement that is not in the language of orchestrations",
        """An orchestration is compiled for engines that are not Python, and replayed. What one of them cannot do alike
        is left out; `@app.pure` is the way out.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                payment = charge(order)
                assert payment != ""
                return payment
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                payment = charge(order)
                if payment == "":
                    raise ValueError("no payment")
                return payment
            """,
    ),
    Code(
        "CL202",
        "An expression that is not in the language of orchestrations",
        """Values are JSON, and functions are none: no sets, tuples, lambdas, generators or bytes.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                known = {"a", "b"}
                return charge(order) if order in known else ""
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                known = ["a", "b"]
                return charge(order) if order in known else ""
            """,
    ),
    Code(
        "CL203",
        "A builtin or method that is not in the language of orchestrations",
        """Only what every engine computes alike is in: lengths, sums, smallest and largest numbers, parts of dicts,
        simple methods of strings. Others run in Python, in a function under `@app.pure`.""",
        wrong="""
            from pydantic import BaseModel

            class Quote(BaseModel):
                price: float


            @app.function
            def quotes(id: str) -> list[Quote]: ...


            @app.orchestration
            def cheapest(id: str) -> Quote:
                return sorted(quotes(id), key=lambda quote: quote.price)[0]
            """,
        right="""
            from pydantic import BaseModel

            class Quote(BaseModel):
                price: float


            @app.function
            def quotes(id: str) -> list[Quote]: ...


            @app.pure
            def best(found: list[Quote]) -> Quote:
                return min(found, key=lambda quote: quote.price)


            @app.orchestration
            def cheapest(id: str) -> Quote:
                return best(quotes(id))
            """,
    ),
    Code(
        "CL204",
        "A call of something that is not declared",
        """An orchestration is replayed, so what it calls must be a step: a function, a pure function or another
        orchestration. Clocks, random numbers and requests belong into these.""",
        wrong="""
            import random

            @app.orchestration
            def draw() -> float:
                return random.random()
            """,
        right="""
            import random

            @app.function
            def drawn() -> float:
                return random.random()


            @app.orchestration
            def draw() -> float:
                return drawn()
            """,
    ),
    Code(
        "CL211",
        "A name that is not defined",
        """The name is neither a variable of the orchestration nor known in its module.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(ordr)
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order)
            """,
    ),
    Code(
        "CL212",
        "A variable that may have no value",
        """Every way to a variable's use must assign to it: engines do not agree on what a variable without one is.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if order != "":
                    payment = charge(order)
                return payment
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                payment = "none"
                if order != "":
                    payment = charge(order)
                return payment
            """,
    ),
    Code(
        "CL213",
        "A name that has ended",
        """The name of a loop ends with the loop, and that of a caught error with its block.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                for part in ["a", "b"]:
                    charge(part)
                return part
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                last = ""
                for part in ["a", "b"]:
                    charge(part)
                    last = part
                return last
            """,
    ),
    Code(
        "CL214",
        "Something of the module that is no constant",
        """Constants of the module are strings, numbers, bools, None, members of enums, lists, dicts and records of
        these. Their values become part of the definition.""",
        wrong="""
            import re

            PATTERN = re.compile("a+")


            @app.orchestration
            def fulfil(order: str) -> str:
                pattern = PATTERN
                return order
            """,
        right="""
            PATTERN = "a+"


            @app.orchestration
            def fulfil(order: str) -> str:
                pattern = PATTERN
                return pattern
            """,
    ),
    Code(
        "CL215",
        "A resource or secret as a value",
        """Resources are named where they are used. A secret never enters an orchestration: its history keeps every
        value.""",
        wrong="""
            key = app.secret("key")


            @app.function
            def charge(order: str, key: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order, key.value)
            """,
        right="""
            key = app.secret("key")


            @app.function
            def charge(order: str) -> str:
                return key.value + order


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(order)
            """,
    ),
    Code(
        "CL216",
        "A variable that gets a value of another type",
        """A variable has one type: that of its annotation, or of the first value that it gets.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                total = 0
                total += 1.5
                return charge(order)
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                total = 0.0
                total += 1.5
                return charge(order)
            """,
    ),
    Code(
        "CL217",
        "An assignment to a saga or a caught error",
        """Their names end with their blocks, so they are no variables.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except ValueError as problem:
                    problem = "no payment"
                    return "none"
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                try:
                    return charge(order)
                except ValueError as problem:
                    text = f"no payment: {problem}"
                    return text
            """,
    ),
    Code(
        "CL218",
        "A name of a block that is a variable already",
        """The name of a loop, a caught error or a saga ends with its block. In Python it would change the variable of
        that name; in the language it is one of its own.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                part = charge(order)
                for part in ["a", "b"]:
                    charge(part)
                return part
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                part = charge(order)
                for one in ["a", "b"]:
                    charge(one)
                return part
            """,
    ),
)
