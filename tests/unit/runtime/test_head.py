"""HEAD: what GET answers, without its body, whoever answers."""

from __future__ import annotations

import pytest

from cloudless import App, Request
from cloudless.testing import simulate

app = App("shop")


@app.get("/items/{id}", public=True)
def show(id: str) -> dict[str, str]:
    if id == "gone":
        raise SystemExit(3)
    return {"id": id}


@app.get("/nothing", public=True)
def nothing(request: Request) -> None: ...


@pytest.mark.parametrize(
    ("path", "status"), [("/items/7", 200), ("/items/gone", 502), ("/other", 404), ("/items/%zz", 400)]
)
def test_head_tells_the_length_of_the_body_that_get_has(path: str, status: int) -> None:
    with simulate(app) as cloud:
        got, asked = cloud.http.get(path), cloud.http.head(path)
    assert (asked.status, asked.body) == (got.status, b"") == (status, b"")
    assert int(asked.headers["content-length"]) == len(got.body) > 0


def test_what_has_no_body_has_no_length() -> None:
    with simulate(app) as cloud:
        answer = cloud.http.head("/nothing")
    assert (answer.status, answer.body, "content-length" in answer.headers) == (204, b"", False)
