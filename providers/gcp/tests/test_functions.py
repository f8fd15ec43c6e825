"""The model of Cloud Run functions: real processes under Google's server, and what callers see of their ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from providers.gcp.tests.emulators import PATHS
from providers.gcp.tests.functions.function import Function
from providers.gcp.tests.functions.service import CloudRun
from tests.hosting.http import Request, Response
from tests.hosting.launcher import Zygote
from tests.hosting.timefile import VARIABLE, TimeFile

CODE = """
import os, sys, threading
from cloudless.driver.deployed import Deployed
calls = 0
def answer(request):
    global calls
    calls += 1
    what = request.get_data(as_text=True)
    if what == "raise":
        raise ConnectionError("no answer")
    if what == "die":
        os._exit(9)
    if what == "hang":
        threading.Event().wait()
    if what == "environment":
        return dict(os.environ)
    if what == "modules":
        return [name for name in ("tests", "providers", "tests.hosting") if name in sys.modules]
    if what == "time":
        return str(Deployed({}).now_s())
    return {"calls": calls, "path": request.environ["RAW_URI"], "header": request.headers.get("X-Twice")}
"""
Deploy = Callable[..., None]


@pytest.fixture
def service(zygote: Zygote, tmp_path: Path) -> Iterator[CloudRun]:
    TimeFile(tmp_path / "time").tell(1_767_355_200)
    service = CloudRun(zygote, lambda: 5.0)
    service.env = {VARIABLE: str(tmp_path / "time")}
    yield service
    service.close()


@pytest.fixture
def deploy(service: CloudRun, tmp_path: Path) -> Deploy:
    def deploy(code: str = CODE, env: dict[str, str] | None = None, **facts: Any) -> None:
        (tmp_path / "cloudless_main.py").write_text(code)
        told: dict[str, Any] = {"source": "cloudless_main.py", "path": list(map(str, PATHS)), **facts}
        service.add(Function(name="shop-prod-take", target="answer", folder=tmp_path, **told), lambda: env or {})

    return deploy


def asked(service: CloudRun, what: str = "", path: str = "/") -> Response:
    headers = (("X-Twice", "1"), ("X-Twice", "2"))
    return service.answer("shop-prod-take", Request(method="POST", path=path, headers=headers, body=what.encode()))


def told(service: CloudRun, what: str = "", path: str = "/") -> Any:
    answer = asked(service, what, path)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def test_an_instance_is_kept_and_gets_requests_as_they_are(service: CloudRun, deploy: Deploy) -> None:
    deploy()
    assert told(service, path="//a%2Fb/../c") == {"calls": 1, "path": "//a%2Fb/../c", "header": "1,2"}
    assert told(service)["calls"] == 2
    assert service.starts == 1


def test_a_function_finds_what_cloud_run_sets_and_what_it_was_given(service: CloudRun, deploy: Deploy) -> None:
    deploy(env={"GCE_METADATA_HOST": "127.0.0.1:1"}, environment={"MINE": "1"})
    found = told(service, "environment")
    assert found["K_SERVICE"] == "shop-prod-take"
    assert found["FUNCTION_TARGET"] == "answer"
    assert found["MINE"] == "1"
    assert found["GCE_METADATA_HOST"] == "127.0.0.1:1"
    assert not {"LISTEN_FDS", "VIRTUAL_ENV", "PYTHONPATH"} & found.keys()


def test_a_function_lives_by_the_clock_of_the_stand_and_does_not_see_it(service: CloudRun, deploy: Deploy) -> None:
    deploy()
    assert told(service, "time") == 1_767_355_200
    assert told(service, "modules") == []


def test_an_exception_is_an_answer(service: CloudRun, deploy: Deploy) -> None:
    deploy()
    assert asked(service, "raise").status == 500
    assert told(service)["calls"] == 2
    assert "ConnectionError: no answer" in service.calls[0].log


def test_a_process_that_dies_is_no_answer_and_is_replaced(service: CloudRun, deploy: Deploy) -> None:
    deploy()
    told(service)
    assert asked(service, "die").status == 503
    assert told(service)["calls"] == 1
    assert service.starts == 1


def test_a_function_that_cannot_be_imported_never_answers(service: CloudRun, deploy: Deploy) -> None:
    deploy("import nothing_that_is_there")
    assert asked(service).status == 503
    assert "nothing_that_is_there" in service.calls[0].log


def test_what_takes_too_long_is_ended(service: CloudRun, deploy: Deploy) -> None:
    deploy(timeout_s=2.0)
    assert asked(service, "hang").status == 504
    assert told(service)["calls"] == 1
    assert service.starts == 2


def test_more_requests_at_once_are_more_instances_up_to_the_most(service: CloudRun, deploy: Deploy) -> None:
    deploy(max_instances=1, timeout_s=2.0)
    both, statuses = Barrier(2), list[int]()

    def ask() -> None:
        both.wait()
        statuses.append(asked(service, "hang").status)

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [429, 504]


def test_an_instance_carries_out_as_many_requests_at_once_as_it_has_threads(service: CloudRun, deploy: Deploy) -> None:
    """They wait for one another: with a thread less, nobody would ever answer."""
    meet = "import threading\nall = threading.Barrier(8)\ndef answer(request):\n    return str(all.wait(20))\n"
    deploy(meet, concurrency=8, max_instances=1, environment={"THREADS": "8"}, timeout_s=20.0)
    with ThreadPoolExecutor(8) as threads:
        answers = [one.result() for one in [threads.submit(told, service) for _ in range(8)]]
    assert sorted(answers) == list(range(8))
    assert service.starts == 1


def test_a_new_revision_takes_the_place_of_the_one_before(service: CloudRun, deploy: Deploy) -> None:
    deploy()
    told(service)
    deploy(CODE.replace('"calls": calls', '"calls": -calls'))
    assert told(service)["calls"] == -1
