"""KNOWN: where workflows-emulator does not do what Workflows does, each with a workflow that shows it.

A row says what is right, by Google's documentation, and what the emulator does that differs. test_known.py runs all of
them: a row whose difference has gone fails, and has to go. What the shim of emulator_worker.py mends is shown to be
wrong without it, and right with it; the rest what we emit avoids.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from providers.gcp.tests.gcwsim import ConnectionFailed, Request, Response, pages
from providers.gcp.tests.workflows.oracles.emulator import CRASHED, FAILED, HUNG, REFUSED, SUCCEEDED, Ended

Plain = dict[str, Any]

URL = "https://example.com/"
LOST = "lost"
"""The path of a server that cannot be reached."""


class Known(NamedTuple):
    """name: what it is about. right: what Workflows does, by `source`; of what fails, only the status is compared.

    otherwise: what the emulator does; is_mended: without the shim only.
    """

    name: str
    document: Plain
    right: Ended
    otherwise: Ended
    source: str
    is_mended: bool = False


def answer(request: Request) -> Response:
    """The server of the rows: /<code> answers with that."""
    path = request.url.removeprefix(URL)
    if path == LOST:
        raise ConnectionFailed
    return Response(int(path), {"path": path})


def _main(*steps: Plain, **routines: Plain) -> Plain:
    return {"main": {"steps": [{f"s{number}": step} for number, step in enumerate(steps)]}, **routines}


def _value(expression: str, **variables: Any) -> Plain:
    """A workflow whose result is in a map, where no text is made of it."""
    given: list[Plain] = [{"assign": [{name: value} for name, value in variables.items()]}] if variables else []
    return _main(*given, {"assign": [{"found": expression}]}, {"return": {"v": "${found}"}})


def _caught(step: Plain, told: str = "${e.tags[0]}") -> Plain:
    """A workflow that returns what of an error is asked for."""
    body = [{"t": step}]
    return _main(
        {"assign": [{"found": None}]},
        {"try": {"steps": body}, "except": {"as": "e", "steps": [{"h": {"assign": [{"found": told}]}}]}},
        {"return": {"v": "${found}"}},
    )


def _post(path: str) -> Plain:
    return {"call": "http.post", "args": {"url": f"{URL}{path}", "body": {"x": 1}}}


def _ok(value: Any) -> Ended:
    return Ended(SUCCEEDED, {"v": value})


_ELEVEN = [{f"b{number}": {"steps": [{f"in{number}": {"assign": [{"x": 1}]}}]}} for number in range(11)]

SUBWORKFLOW = "a subworkflow in an expression"

KNOWN = (
    Known(
        "the word null",
        _value("${x == null}", x=None),
        _ok(True),
        Ended(CRASHED, "SyntaxError"),
        pages.DATATYPES,
        is_mended=True,
    ),
    Known(
        "the word true", _value("${true}"), _ok(True), Ended(CRASHED, "SyntaxError"), pages.DATATYPES, is_mended=True
    ),
    Known("a variable that is null", _value("${x}", x=None), _ok(None), _ok("None"), pages.DATATYPES, is_mended=True),
    Known("a small number", _value("${x}", x=1e-07), _ok(1e-07), _ok("1e-07"), pages.DATATYPES, is_mended=True),
    Known(
        "a brace in a text",
        _value('${"}" + x}', x="a"),
        _ok("}a"),
        Ended(CRASHED, "SyntaxError"),
        pages.EXPRESSIONS,
        is_mended=True,
    ),
    Known(
        "a field that is called as a word of Python",
        _value("${m.from}", m={"from": 1}),
        _ok(1),
        Ended(CRASHED, "SyntaxError"),
        pages.MAPS,
        is_mended=True,
    ),
    Known(
        "a field that is called as a method of Python",
        _value("${m.values == 1}", m={"values": 1}),
        _ok(True),
        _ok(False),
        pages.MAPS,
        is_mended=True,
    ),
    Known("default of a zero", _value("${default(x, 5)}", x=0), _ok(0), _ok(5), pages.HELPERS, is_mended=True),
    Known(
        "if()",
        _value('${if(x == 1, "a", "b")}', x=1),
        _ok("a"),
        Ended(CRASHED, "SyntaxError"),
        pages.HELPERS,
        is_mended=True,
    ),
    Known("the type of a bool", _value("${get_type(x)}", x=True), _ok("boolean"), _ok("bool"), pages.HELPERS, True),
    Known(
        "a key that is not there is caught",
        _caught({"assign": [{"x": {}}, {"y": "${x.k}"}]}),
        _ok("KeyError"),
        Ended(CRASHED, "SyntaxError"),
        pages.ERRORS,
        is_mended=True,
    ),
    Known(
        "an error in an assign is caught",
        _caught({"assign": [{"x": [1]}, {"y": "${x[5]}"}]}),
        _ok("IndexError"),
        Ended(HUNG),
        pages.ERRORS,
        is_mended=True,
    ),
    Known(
        "OIDC",
        _main({**_post("200"), "args": {"url": f"{URL}200", "auth": {"type": "OIDC"}}}, {"return": {"v": 1}}),
        _ok(1),
        Ended(FAILED),
        pages.HTTP,
        is_mended=True,
    ),
    Known(
        "a time-out that is computed",
        _main(
            {"assign": [{"x": 5}]},
            {"call": "http.post", "args": {"url": f"{URL}200", "timeout": "${x}"}},
            {"return": {"v": 1}},
        ),
        _ok(1),
        Ended(REFUSED),
        pages.HTTP,
        is_mended=True,
    ),
    Known(
        "the tag of an answer that is an error",
        _caught(_post("409")),
        _ok("HttpError"),
        _ok("HTTPError"),
        pages.ERRORS,
        is_mended=True,
    ),
    Known(
        "a server that cannot be reached is caught",
        _caught(_post(LOST), told='${"ConnectionFailedError" in e.tags}'),
        _ok(True),
        Ended(CRASHED, "ConnectionError"),
        pages.ERRORS,
        is_mended=True,
    ),
    Known(
        "of a switch, the first condition that is true",
        _main(
            {"assign": [{"x": 1}, {"r": 0}]},
            {
                "switch": [
                    {"condition": "${x == 1}", "steps": [{"a": {"assign": [{"r": 1}]}}]},
                    {"condition": "${x > 0}", "steps": [{"b": {"assign": [{"r": 2}]}}]},
                ]
            },
            {"return": {"v": "${r}"}},
        ),
        _ok(1),
        _ok(2),
        pages.CONDITIONS,
    ),
    Known(
        "a result that is null ends a workflow",
        _main({"return": None}, {"return": 2}),
        Ended(SUCCEEDED, None),
        Ended(SUCCEEDED, 2),
        pages.STEPS,
    ),
    Known("the text of a bool", _value("${string(x)}", x=True), _ok("true"), _ok("True"), pages.HELPERS),
    Known(
        "find_all finds what is written",
        _value('${text.find_all("a.b", ".")}'),
        _ok([1]),
        _ok([0, 1, 2]),
        "https://cloud.google.com/workflows/docs/reference/stdlib/text/find_all",
    ),
    Known(
        SUBWORKFLOW,
        _main({"assign": [{"x": "${one()}"}]}, {"return": {"v": "${x}"}}, one={"steps": [{"r": {"return": 1}}]}),
        _ok(1),
        Ended(FAILED),
        pages.EXPRESSIONS,
    ),
    Known(
        "a callback",
        _main(
            {"call": "events.create_callback_endpoint", "args": {"http_callback_method": "POST"}, "result": "c"},
            {"return": {"v": "${get_type(c.url)}"}},
        ),
        _ok("string"),
        Ended(CRASHED, "SyntaxError"),
        pages.CALLBACKS,
    ),
    Known(
        "a step that is not there",
        _main({"assign": [{"x": 1}], "next": "nowhere"}, {"return": 1}),
        Ended(REFUSED),
        Ended(CRASHED, "ValueError"),
        pages.JUMPS,
    ),
    Known(
        "a branch assigns what is not shared",
        _main(
            {"assign": [{"x": 0}]},
            {"parallel": {"branches": [{f"b{n}": {"steps": [{f"a{n}": {"assign": [{"x": 5}]}}]}} for n in (0, 1)]}},
            {"return": {"v": "${x}"}},
        ),
        Ended(REFUSED),
        Ended(CRASHED, "SyntaxError"),
        pages.PARALLEL,
    ),
    Known(
        "eleven branches",
        _main({"assign": [{"x": 0}]}, {"parallel": {"shared": ["x"], "branches": _ELEVEN}}, {"return": {"v": "${x}"}}),
        Ended(REFUSED),
        _ok(1),
        pages.QUOTAS,
    ),
    Known(
        "an expression of more than 400 characters",
        _value("${" + " + ".join(["x"] * 200) + "}", x=1),
        Ended(REFUSED),
        _ok(200),
        pages.QUOTAS,
    ),
    Known("what only Python understands", _value("${x ** 2}", x=3), Ended(REFUSED), _ok(9), pages.EXPRESSIONS),
)
"""The rows."""

MET = {"row_19_order_of_keys": SUBWORKFLOW}
"""Programs of the corpus that meet a difference, with the row."""
