"""HTTP endpoints."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

HTTP = (
    Code(
        "CL191",
        "An endpoint that does not say who may call it",
        """What is open to everybody must say so: `public=True`. Everything else has `auth=`: `jwt(…)`, `api_key(…)`, or
        a function of the request.""",
        wrong="""
            @app.get("/orders")
            def orders() -> list[str]:
                return []
            """,
        right="""
            @app.get("/orders", public=True)
            def orders() -> list[str]:
                return []
            """,
    ),
    Code(
        "CL192",
        "Two endpoints of one method and path",
        """Names of parameters do not tell paths apart. (`/orders/new` beside `/orders/{id}` is fine: literals
        go first.)""",
        wrong="""
            @app.get("/orders/{id}", public=True)
            def show(id: str) -> str:
                return id


            @app.get("/orders/{name}", public=True)
            def find(name: str) -> str:
                return name
            """,
        right="""
            @app.get("/orders/{id}", public=True)
            def show(id: str) -> str:
                return id


            @app.get("/orders/by-name/{name}", public=True)
            def find(name: str) -> str:
                return name
            """,
    ),
    Code(
        "CL193",
        "A path that not every cloud takes",
        """A path begins with `/` and does not end with one. Each segment is a literal of letters, digits and `-._~`, or
        one parameter in braces: API Gateway takes no parts of segments. `/admin` and `/runtime` belong to the host of
        Azure Functions, `/_ah`, `/eventlog` and paths that end in `z` to Cloud Run.""",
        wrong="""
            @app.get("/orders-{id}/", public=True)
            def show(id: str) -> str:
                return id
            """,
        right="""
            @app.get("/orders/{id}", public=True)
            def show(id: str) -> str:
                return id
            """,
    ),
    Code(
        "CL194",
        "A path parameter without an argument",
        """Each parameter of the path goes to the argument of its name.""",
        wrong="""
            @app.get("/customers/{customer}/orders/{id}", public=True)
            def show(id: str) -> str:
                return id
            """,
        right="""
            @app.get("/customers/{customer}/orders/{id}", public=True)
            def show(customer: str, id: str) -> str:
                return f"{customer}: {id}"
            """,
    ),
    Code(
        "CL195",
        "A body where there is none, or two of them",
        """An argument that text cannot hold (a model, a dict, a list) is the JSON body. There is one body; and a
        request of GET or DELETE has none, since gateways drop it (RFC 9110, 9.3). A list in a query is marked so.""",
        wrong="""
            @app.get("/orders", public=True)
            def find(regions: list[str]) -> list[str]:
                return regions
            """,
        right="""
            from typing import Annotated
            from cloudless import Query

            @app.get("/orders", public=True)
            def find(regions: Annotated[list[str], Query("region")]) -> list[str]:
                return regions
            """,
    ),
    Code(
        "CL196",
        "An argument that cannot be read from a request",
        """What stands in a path, a query, a header or a cookie is text: str, int, float, bool, UUID, dates, enums and
        Literal can be read from it, in a query and a header lists of them. Anything else comes in the body.""",
        wrong="""
            from typing import Annotated
            from cloudless import Header

            @app.post("/orders", public=True)
            def create(order: Annotated[dict[str, str], Header()]) -> None: ...
            """,
        right="""
            @app.post("/orders", public=True)
            def create(order: dict[str, str]) -> None: ...
            """,
    ),
    Code(
        "CL197",
        "A status that an answer cannot have",
        """`status=` is of a success, 200 to 299. `errors=` gives exception classes a status of 400 to 599.""",
        wrong="""
            @app.post("/orders", public=True, status=404)
            def create(order: dict[str, str]) -> None: ...
            """,
        right="""
            @app.post("/orders", public=True, status=202)
            def create(order: dict[str, str]) -> None: ...
            """,
    ),
    Code(
        "CL198",
        "An auth= that cannot be asked",
        """A function of the user's is called with the request, and nothing else.""",
        wrong="""
            from cloudless import Request

            def check(request: Request, region: str) -> str:
                return request.headers.get("x-customer", "")


            @app.get("/orders", auth=check)
            def orders() -> list[str]:
                return []
            """,
        right="""
            from cloudless import Request

            def check(request: Request) -> str:
                return request.headers.get("x-customer", "")


            @app.get("/orders", auth=check)
            def orders() -> list[str]:
                return []
            """,
    ),
    Code(
        "CL199",
        "A mark that nobody finds",
        """`Query()`, `Header()`, `Cookie()`, `Body()` and `Identity()` stand in `Annotated[…]` around the whole type,
        with their parentheses, one of them alone. Anywhere else, the argument would come from the query or the body:
        for `Identity`, from whoever is calling.""",
        wrong="""
            from typing import Annotated
            from cloudless import Identity, Request

            def check(request: Request) -> str:
                return request.headers.get("x-customer", "")


            @app.get("/me", auth=check)
            def me(who: Annotated[str, Identity]) -> str:
                return who
            """,
        right="""
            from typing import Annotated
            from cloudless import Identity, Request

            def check(request: Request) -> str:
                return request.headers.get("x-customer", "")


            @app.get("/me", auth=check)
            def me(who: Annotated[str, Identity()]) -> str:
                return who
            """,
    ),
)
