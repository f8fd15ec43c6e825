"""Generated entries under Google's own functions-framework: well and badly, in a process of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPMessage
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler.smoke_runner import main as runner
from cloudless.conformance import journal
from cloudless.message import Envelope
from cloudless.system import packed
from providers.gcp.tests.emulators import PATHS, function
from providers.gcp.tests.entry.asking import CALLS, TRIALS, push
from providers.gcp.tests.entry.generated import application, package_of, write
from providers.gcp.tests.entry.test_queue import REQUESTS
from providers.gcp.tests.functions.function import Function
from providers.gcp.tests.functions.instance import Instance
from tests import tools
from tests.documents.applications import forgotten
from tests.hosting.launcher import Zygote
from tests.tools.serve import Server, ServerFailed

NOWHERE = "http://127.0.0.1:1"
"""No service answers: what is sent is not stored, and nothing that the runtime does may depend on it."""
BROKEN = """
from cloudless import App

app = App("broken")

@app.queue("jobs", dict).consumer
def take(body: dict) -> None: ...
"""
JSON = {"content-type": "application/json"}
TIMEOUT_S = 30


class Answer:
    """What came back."""

    def __init__(self, status: int, headers: HTTPMessage, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)


Served = Server | Instance
Start = Callable[[Path, str, Mapping[str, str]], AbstractContextManager[Served]]
"""Starts the function of a module of an application, in a folder, with these variables."""


def fresh(folder: Path, module: str, env: Mapping[str, str]) -> AbstractContextManager[Server]:
    """In an interpreter of its own, by the command line."""
    return function(folder / "cloudless_main.py", env, target=module)


def forked(zygote: Zygote) -> Start:
    """From a process that has functions-framework."""

    def start(folder: Path, module: str, env: Mapping[str, str]) -> AbstractContextManager[Instance]:
        paths = list(map(str, PATHS))
        made = Function(name="test", target=module, folder=folder, source="cloudless_main.py", path=paths)
        return closing(Instance(zygote, made, {"THREADS": "1", **env}))

    return start


class Deployed:
    """The functions of an application, each started when it is first called."""

    def __init__(self, folder: Path, entry: str, start: Start = fresh) -> None:
        self._folder = folder
        self._start = start
        self._stack = ExitStack()
        self._servers: dict[str, Served] = {}
        self._env = {
            "K_SERVICE": "test", "LOG_EXECUTION_ID": "true",  # as Cloud Run has them
            "CLOUDLESS_GOOGLE_ENDPOINT": NOWHERE, "GCE_METADATA_HOST": "127.0.0.1:1",
            journal.VARIABLE: str(folder / "journal"),
        }  # fmt: skip
        write(folder, entry)

    def server(self, module: str) -> Served:
        if module not in self._servers:
            served = self._start(self._folder, module, self._env)
            self._servers[module] = self._stack.enter_context(served)
        return self._servers[module]

    def ask(
        self, module: str, content: Any, method: str = "POST", path: str = "/", headers: Mapping[str, str] = JSON
    ) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        with closing(HTTPConnection("127.0.0.1", self.server(module).port, timeout=TIMEOUT_S)) as connection:
            connection.putrequest(method, path)  # the path as it is
            for name, value in {**headers, "content-length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            return Answer(found.status, found.headers, found.read())

    def status(self, module: str, content: Any, **facts: Any) -> int:
        return self.ask(module, content, **facts).status

    def json(self, module: str, content: Any, **facts: Any) -> Any:
        return self.ask(module, content, **facts).json()

    def lines(self, module: str) -> list[dict[str, Any]]:
        """What a function has logged since it was started."""
        return [json.loads(line) for line in self.server(module).output().splitlines() if line.startswith("{")]

    def notes(self, handler: str) -> list[Any]:
        found = [one["body"]["do"] for one in journal.read(self._folder / "journal") if one["handler"] == handler]
        (self._folder / "journal").unlink(missing_ok=True)
        return found

    def close(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Iterator[Deployed]:
    deployed = Deployed(tmp_path_factory.mktemp("trials"), TRIALS, forked(zygote))
    yield deployed
    deployed.close()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Iterator[Deployed]:
    deployed = Deployed(tmp_path_factory.mktemp("calls"), CALLS, forked(zygote))
    yield deployed
    deployed.close()


# --- pushes --------------------------------------------------------------------------------------------------


def test_a_handler_that_raises_exits_or_takes_too_long_returns_its_message_and_the_process_goes_on(
    trials: Deployed,
) -> None:
    does = ["", "raise", "exit", "block", ""]
    assert [trials.status("on_work", push({"do": do}, attempt=1)) for do in does] == [204, 500, 500, 500, 204]
    assert trials.notes("work") == does


def test_a_coroutine_ends_in_the_same_ways(trials: Deployed) -> None:
    does = ["", "raise", "exit", "block", ""]
    assert [trials.status("on_write", push({"do": do}, attempt=1)) for do in does] == [204, 500, 500, 500, 204]
    assert trials.notes("write") == does


def test_a_process_that_is_gone_gives_no_answer_and_is_replaced(trials: Deployed) -> None:
    with suppress(HTTPException, ConnectionError):
        assert trials.status("on_work", push({"do": "die"}, attempt=1)) >= 500
    assert trials.status("on_work", push({"do": ""}, attempt=1)) == 204
    assert trials.notes("work") == ["die", ""]


@pytest.mark.parametrize("content", [b"", b"{", {"message": 7}, {"call": {}}])
def test_a_request_that_is_no_push_is_refused_with_what_it_is(trials: Deployed, content: Any) -> None:
    answer = trials.ask("on_work", content)
    assert answer.status == 400
    assert "the function of work takes pushes" in answer.json()["refused"]


EVENT = {"ce-id": "7", "ce-specversion": "1.0", "ce-type": "google.cloud.pubsub.topic.v1.messagePublished"}
STRANGE: list[Mapping[str, str]] = [
    {"content-type": "application/cloudevents+json"},
    {"content-encoding": "gzip"},
    {"x-goog-pubsub-message-id": "7", "x-goog-pubsub-delivery-attempt": "first"},
    {"x-goog-pubsub-message-id": "7", "x-goog-pubsub-publish-time": "yesterday"},
    EVENT,
    {**EVENT, "ce-type": "com.example.done", "ce-time": "yesterday"},
]


def test_no_malformed_request_fails_or_leaves_a_stack_trace(trials: Deployed) -> None:
    """For what is answered with 5xx comes again, for days."""
    before = len(trials.server("on_work").output())
    refused = [trials.status("on_work", one) for one in REQUESTS]
    refused += [trials.status("on_work", b"{", headers=headers) for headers in STRANGE]
    refused += [trials.status("on_work", b"", method=method) for method in ("GET", "PUT", "DELETE")]
    assert set(refused) == {400}
    assert "Traceback" not in trials.server("on_work").output()[before:]
    assert trials.notes("work") == []


def test_a_push_without_a_wrapper_and_an_event_are_taken_as_well(trials: Deployed) -> None:
    unwrapped = {"x-goog-pubsub-message-id": "7", "x-goog-pubsub-publish-time": "2026-01-02T12:00:00Z"}
    event = {"ce-id": "7", "ce-specversion": "1.0", "ce-type": "com.example.done", "ce-source": "/x"}
    assert trials.status("on_work", {"do": ""}, headers=unwrapped) == 204
    assert trials.status("on_work", {"do": ""}, headers={**event, **JSON}) == 204
    assert trials.notes("work") == ["", ""]


def test_lines_of_a_function_are_json_with_its_chain(trials: Deployed) -> None:
    trials.status("on_enlist", push({"do": "raise"}, attempt=1, messageId="m1"))
    [line] = [one for one in trials.lines("on_enlist") if one["severity"] == "WARNING"]
    assert (line["handler"], line["message_id"], line["logger"]) == ("enlist", "m1", "cloudless.enlist")
    assert line["logging.googleapis.com/trace"].startswith("projects/shop-1/traces/")
    assert line["logging.googleapis.com/labels"]["execution_id"]
    assert "comes again in 2 s: ConnectionError: not yet" in line["message"]
    assert line["error"].startswith("Traceback")


# --- requests ------------------------------------------------------------------------------------------------


def test_a_request_is_answered_by_whichever_way_its_handler_ends(trials: Deployed) -> None:
    def asked(do: str) -> int:
        return trials.status("http_act", {"do": do}, path="/do")

    assert [asked(do) for do in ("", "raise", "exit", "block", "")] == [200, 500, 502, 504, 200]


@pytest.mark.parametrize("path", ["/robots.txt", "/favicon.ico", "//do", "/do//", "/elsewhere"])
def test_every_path_is_for_the_endpoint_to_answer(trials: Deployed, path: str) -> None:
    answer = trials.ask("http_act", {"do": ""}, path=path)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("path", "value"), [("/seen/a%20b", "a b"), ("/seen/a%2520b", "a%20b"), ("/seen/%C3%A9", "é")])
def test_a_path_is_read_once(trials: Deployed, path: str, value: str) -> None:
    seen = trials.json("http_seen", b"", method="GET", path=f"{path}?a=1&a=2")
    assert (seen["value"], seen["path"], seen["query"]) == (value, path, {"a": ["1", "2"]})


def test_heads_of_answers_are_what_they_were_made(trials: Deployed) -> None:
    head, got = (trials.ask("http_seen", b"", method=method, path="/seen/1") for method in ("HEAD", "GET"))
    assert (head.status, head.body) == (200, b"")
    assert abs(int(head.headers["content-length"]) - len(got.body)) <= len("HEAD")
    answer = trials.ask("http_answer", b"", method="GET", path="/answer?name=x-name&value=%C3%A9")
    assert (answer.headers.get_all("x-many"), answer.headers["content-type"]) == (
        ["a", "b"],
        "text/plain; charset=utf-8",
    )


# --- calls ---------------------------------------------------------------------------------------------------


def test_calls_steps_and_work_are_answered(calls: Deployed) -> None:
    call = {"call": packed(Envelope("a" * 32, '{"do": "hello"}'))}
    context = {"execution": "e-7", "key": "e-7/0"}
    assert calls.json("call_charge", call) == {"result": {"said": "hello"}}
    answer = calls.ask("call_charge", {"args": {"do": "é"}, "ctx": context})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {"v": {"said": "é"}}
    assert calls.json("worker", {"op": "pure", "name": "twice", "args": {"number": 2}, "ctx": context}) == {"v": 4.0}


def test_a_step_that_fails_tells_so_in_its_body(calls: Deployed) -> None:
    answer = calls.ask("call_charge", {"args": {"do": "decline"}, "ctx": {"execution": "e-7", "key": "e-7/0"}})
    assert answer.status == 500
    assert answer.json()["cloudless_error"]["mro"] == [
        "CardDeclined", "PaymentFailed", "LookupError", "Exception",
    ]  # fmt: skip


def test_a_function_that_exits_tells_so_and_its_process_goes_on(calls: Deployed) -> None:
    call = {"call": packed(Envelope("a" * 32, '{"do": "exit"}'))}
    assert calls.json("call_charge", call) == {"crashed": "the handler ended with SystemExit(3)"}
    assert calls.status("call_charge", push({"do": "hello"})) == 204


# --- what does not start -------------------------------------------------------------------------------------


def broken(folder: Path) -> Deployed:
    """An application that does not import any more."""
    (folder / "broken.py").write_text(BROKEN)
    with forgotten(folder):
        deployed = Deployed(folder, "broken:app")
    (folder / "broken.py").write_text("import nothing_of_the_kind")
    return deployed


def test_a_program_that_cannot_be_imported_does_not_start(tmp_path: Path) -> None:
    tools.require("functions-framework")
    with pytest.raises(ServerFailed, match="nothing_of_the_kind"):
        broken(tmp_path).server("on_take")


def test_a_program_of_ones_own_may_be_called_main(tmp_path: Path) -> None:
    tools.require("functions-framework")
    (tmp_path / "main.py").write_text(BROKEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.path", [str(tmp_path), *sys.path])
        patch.delitem(sys.modules, "main", raising=False)
        deployed = Deployed(tmp_path, "main:app")
        sys.modules.pop("main", None)
    try:
        assert deployed.status("on_take", push({})) == 204
    finally:
        deployed.close()


# --- the trial of a package ----------------------------------------------------------------------------------


def tried(folder: Path, entry: str) -> tuple[int, str]:
    """Status and complaint of the program that tries a package, in the framework's own Python."""
    import subprocess

    (folder / "smoke.py").write_text(package_of(application(entry)).smoke)
    python = Path(tools.require("functions-framework")).parent / "python"
    assert runner.__module__ == "cloudless.compiler.smoke_runner"
    words = [python, "-B", Path(sys.modules[runner.__module__].__file__ or ""), "told:", folder / "smoke.py"]
    done = subprocess.run(
        [*map(str, words), str(folder), *map(str, PATHS)], capture_output=True, text=True, check=False, cwd=folder
    )
    return done.returncode, done.stderr


def test_a_package_is_tried_by_functions_framework_itself(tmp_path: Path) -> None:
    write(tmp_path, CALLS)
    assert tried(tmp_path, CALLS) == (0, "\ntold:null\n")
    (tmp_path / "cloudless_entry" / "on_take.py").write_text("handler = 7\n")
    status, complaint = tried(tmp_path, CALLS)
    assert (status, "InvalidTargetTypeException" in complaint) == (1, True)
