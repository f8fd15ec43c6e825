"""HTTP endpoints: every source of arguments, every kind of answer, every kind of caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from cloudless import (
    App,
    Body,
    Context,
    Cookie,
    Cors,
    Header,
    HttpError,
    Identity,
    Query,
    Request,
    Response,
    api_key,
    jwt,
)
from cloudless.conformance.journal import crash, note
from cloudless.errors import NotFound, Unavailable


class Missing(Exception):
    """An exception that the app names."""


class Gone(Missing):
    """One below it, that an endpoint names."""


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Line:
    name: str
    count: int = 1


ORIGIN = "https://shop.example"
app = App("endpoints", errors={Missing: 404}, cors=Cors([ORIGIN], expose=["X-Total"], credentials=True))
known = app.secret("known")
jobs = app.queue("jobs", dict[str, Any])
bearer = jwt(issuer="https://issuer.example", audience="endpoints", algorithms=["ES256"])
writer = jwt(
    issuer="https://issuer.example",
    audience=["other", "endpoints"],
    algorithms=["ES256"],
    scopes=["write", "items"],
)


@app.get("/", public=True)
def root() -> str:
    return "root"


@app.get("/items", public=True)
def items(  # noqa: PLR0917  (every kind of value)
    limit: int = 10,
    ratio: float = 0.5,
    deep: bool = False,
    text: str | None = None,
    colour: Colour | None = None,
    day: date | None = None,
    order: Literal["up", "down"] = "up",
    tags: Annotated[list[str], Query("tag")] = [],  # noqa: B006
    numbers: Annotated[list[int], Query("n")] = [],  # noqa: B006
) -> dict[str, Any]:
    return {
        "limit": limit, "ratio": ratio, "deep": deep, "text": text, "colour": colour.value if colour else None,
        "day": day.isoformat() if day else None, "order": order, "tags": tags, "numbers": numbers,
    }  # fmt: skip


@app.get("/items/new", public=True)
def new() -> str:
    return "the form"


@app.get("/items/{id}", public=True)
def show(id: str) -> dict[str, str]:
    return {"id": id}


@app.get("/items/{id}/parts/{part}", public=True)
def part(part: int, id: UUID) -> dict[str, Any]:
    return {"id": str(id), "part": part}


@app.post("/items", public=True, status=201)
def create(line: Line) -> Line:
    note("create", name=line.name)
    return Line(line.name, line.count + 1)


@app.put("/items/{id}", public=True)
def replace(id: str, line: Line, dry: bool = False) -> dict[str, Any]:
    return {"id": id, "name": line.name, "dry": dry}


@app.patch("/items/{id}", public=True)
def change(id: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": id, "fields": fields}


@app.delete("/items/{id}", public=True)
def delete(id: str) -> None:
    note("delete", id=id)


@app.post("/echo", public=True)
def echo(value: Any) -> Any:
    return value


@app.post("/count", public=True)
def count(number: Annotated[int, Body()]) -> int:
    return number + 1


@app.post("/bytes", public=True)
def binary(body: bytes) -> bytes:
    return body[::-1]


@app.post("/request", public=True)
async def whole(request: Request, context: Context) -> dict[str, Any]:
    return {
        "method": request.method,
        "query": request.query,
        "accept": request.headers.get("accept"),
        "repeated": request.headers.get("x-many"),
        "form": request.form() if request.content_type == "application/x-www-form-urlencoded" else None,
        "correlation": context.correlation_id,
    }


@app.get("/headers", public=True)
def headers(
    agent: Annotated[str, Header("User-Agent")],
    x_number: Annotated[int, Header()] = 0,
    session: Annotated[str, Cookie()] = "",
    theme: Annotated[str | None, Cookie("ui-theme")] = None,
) -> dict[str, Any]:
    return {"agent": agent, "number": x_number, "session": session, "theme": theme}


@app.get("/response", public=True)
def response(status: int = 200) -> Response:
    answer = Response("é", status=status, headers=[("X-Total", "1"), ("X-Many", "a"), ("X-Many", "b")])
    answer.set_cookie("session", "s1", max_age=timedelta(hours=1))
    answer.set_cookie("theme", "dark", http_only=False)
    return answer


@app.get("/total", public=True)
def total() -> Decimal:
    return Decimal("1.10")


@app.get("/large", public=True)
def large(size: int) -> bytes:
    return b"x" * size


@app.get("/failures/{kind}", public=True, errors={Gone: 410})
def fail(kind: str) -> None:
    if kind == "crash":
        crash()
    raise {
        "missing": Missing("no item 7"),
        "gone": Gone("it was there"),
        "teapot": HttpError(418, "short and stout", headers={"X-Total": "0"}),
        "unavailable": Unavailable("the store is down"),
        "library": NotFound("a secret of the program"),
    }.get(kind) or ValueError("a secret of the program")


@app.get("/shelves/{shelf}/{item}", public=True)
def on_shelf(shelf: str, item: str) -> dict[str, str]:
    return {"shelf": shelf, "item": item}


@app.get("/shelves/top/{item}", public=True)
def on_top(item: str, page: int | None) -> dict[str, Any]:
    return {"top": item, "page": page}


@app.post("/later", public=True, status=202)
def later(text: bytes = b"nothing") -> None:
    note("later", text=text.decode())


@app.get("/lists", public=True)
def lists(x_tag: Annotated[list[str], Header()]) -> list[str]:
    return x_tag


@app.get("/sizes/{size}", public=True)
def size_of(size: Literal[1, 2]) -> int:
    return size


kept = Response({"kept": True})


@app.get("/kept", public=True)
def keep() -> Response:
    return kept


@app.get("/me", auth=bearer)
def me(claims: Annotated[dict[str, Any], Identity()]) -> dict[str, Any]:
    return {"sub": claims["sub"]}


@app.post("/write", auth=writer)
def write(value: dict[str, int]) -> dict[str, int]:
    note("write")
    return value


@app.get("/keyed", auth=api_key(known))
def keyed(key: Annotated[int, Identity()]) -> int:
    return key


def customer(request: Request) -> dict[str, str] | None:
    name = request.headers.get("x-customer", "")
    if name == "blocked":
        raise HttpError(403, "you may not")
    return {"name": name, "key": known.value[:1]} if name else None


@app.get("/custom", auth=customer)
def custom(who: Annotated[dict[str, str], Identity()]) -> dict[str, str]:
    return who


async def guest(request: Request) -> str:
    return request.cookies.get("guest", "")


@app.get("/guests", auth=guest)
async def guests(who: Annotated[str, Identity()]) -> str:
    return who


@app.post("/jobs", public=True, status=202)
def enqueue(job: dict[str, Any]) -> dict[str, str]:
    return {"id": jobs.send(job)}


@jobs.consumer
def work(job: dict[str, Any], context: Context) -> None:
    note("work", job=job, correlation=context.correlation_id, trace=context.traceparent[3:35])
