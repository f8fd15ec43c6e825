"""Orchestrations: types of values."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

TYPES = (
    Code(
        "CL221",
        "A signature without types",
        """Types tell which operator of an engine is meant, and what a start of the orchestration takes. Each parameter
        has one, and so has the result.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order) -> str:
                return charge(order)
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
        "CL222",
        "A value of another type than is wanted",
        """Arguments, fields and results are checked against their annotations when the program is compiled.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge(3)
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                return charge("3")
            """,
    ),
    Code(
        "CL223",
        "A condition that is no bool",
        """What else is true differs between engines: an empty list, 0, a text. Say what is meant.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if order:
                    return charge(order)
                return "none"
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if order != "":
                    return charge(order)
                return "none"
            """,
    ),
    Code(
        "CL224",
        "A value that may be None",
        """What may be None is tested with `is None` before it is used. The test holds as long as the variable keeps
        its value.""",
        wrong="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str
                total: float
                note: str | None = None


            @app.orchestration
            def fulfil(order: Order) -> str:
                return order.note.upper()
            """,
        right="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str
                total: float
                note: str | None = None


            @app.orchestration
            def fulfil(order: Order) -> str:
                if order.note is None:
                    return "none"
                return order.note.upper()
            """,
    ),
    Code(
        "CL225",
        "A comparison that engines do not agree on",
        """Values of one type are compared with ==, numbers have an order, and None is compared with `is`. The order of
        text differs between engines.""",
        wrong="""
            @app.orchestration
            def fulfil(order: str) -> str:
                if order == 1:
                    return "first"
                return order
            """,
        right="""
            @app.orchestration
            def fulfil(order: str) -> str:
                if order == "1":
                    return "first"
                return order
            """,
    ),
    Code(
        "CL226",
        "An operator on types that it does not take",
        """Numbers are added to numbers, strings to strings, lists to lists. No engine but Python knows the others.""",
        wrong="""
            @app.orchestration
            def fulfil(order: str, count: int) -> str:
                return order + count
            """,
        right="""
            @app.orchestration
            def fulfil(order: str, count: int) -> str:
                return f"{order}{count}"
            """,
    ),
    Code(
        "CL227",
        "A look into JSON or an opaque value",
        """`dict`, `object` and unions are JSON, of which an orchestration knows nothing; dates, decimals and ids are
        passed on and compared. A model says what is inside.""",
        wrong="""
            from datetime import datetime

            @app.orchestration
            def year(placed: datetime) -> int:
                return placed.year
            """,
        right="""
            from datetime import datetime

            @app.pure
            def year_of(placed: datetime) -> int:
                return placed.year


            @app.orchestration
            def year(placed: datetime) -> int:
                return year_of(placed)
            """,
    ),
    Code(
        "CL228",
        "The text of a value that has no one text",
        """Engines write floats with different digits, and records not at all. Strings, ints, bools, None and members
        of a StrEnum have one text.""",
        wrong="""
            @app.orchestration
            def told(total: float) -> str:
                return f"total: {total}"
            """,
        right="""
            @app.pure
            def shown(total: float) -> str:
                return f"{total:.2f}"


            @app.orchestration
            def told(total: float) -> str:
                return f"total: {shown(total)}"
            """,
    ),
    Code(
        "CL229",
        "A field that does not exist",
        """Fields are those of the model, dataclass or TypedDict; of an error, those that its class annotates.""",
        wrong="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str
                total: float
                note: str | None = None


            @app.orchestration
            def fulfil(order: Order) -> str | None:
                return order.note_text
            """,
        right="""
            from pydantic import BaseModel

            class Order(BaseModel):
                id: str
                total: float
                note: str | None = None


            @app.orchestration
            def fulfil(order: Order) -> str | None:
                return order.note
            """,
    ),
    Code(
        "CL230",
        "An empty list or dict of unknown type",
        """What an empty list holds follows from the first value that is appended, or from an annotation.""",
        wrong="""
            @app.orchestration
            def fulfil(order: str) -> str:
                found = []
                return order
            """,
        right="""
            @app.orchestration
            def fulfil(order: str) -> str:
                found: list[str] = []
                return order if len(found) == 0 else found[0]
            """,
    ),
    Code(
        "CL231",
        "A way that ends without the result",
        """An orchestration that says what it returns returns that on every way.""",
        wrong="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if order != "":
                    return charge(order)
            """,
        right="""
            @app.function
            def charge(order: str) -> str: ...


            @app.orchestration
            def fulfil(order: str) -> str:
                if order != "":
                    return charge(order)
                raise ValueError("no order")
            """,
    ),
    Code(
        "CL271",
        "A record that cannot be made in an orchestration",
        """A model is made without running its code, so it has no validators, constraints, aliases or computed fields;
        and every field without a constant default is named.""",
        wrong="""
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                id: str

                @field_validator("id")
                @classmethod
                def fits(cls, id: str) -> str:
                    return id.strip()


            @app.orchestration
            def made(id: str) -> Order:
                return Order(id=id)
            """,
        right="""
            from pydantic import BaseModel, field_validator

            class Order(BaseModel):
                id: str

                @field_validator("id")
                @classmethod
                def fits(cls, id: str) -> str:
                    return id.strip()


            @app.pure
            def order_of(id: str) -> Order:
                return Order(id=id)


            @app.orchestration
            def made(id: str) -> Order:
                return order_of(id)
            """,
    ),
    Code(
        "CL272",
        "A record whose fields are not what the wire has",
        """A TypedDict with keys that may be missing, or a model with serializers, holds something else on the wire
        than its annotations say.""",
        wrong="""
            from typing import NotRequired, TypedDict

            class Order(TypedDict):
                id: str
                note: NotRequired[str]


            @app.orchestration
            def fulfil(order: Order) -> str:
                return order["id"]
            """,
        right="""
            from typing import TypedDict

            class Order(TypedDict):
                id: str
                note: str | None


            @app.orchestration
            def fulfil(order: Order) -> str:
                return order["id"]
            """,
    ),
)
