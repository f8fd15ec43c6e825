"""What the broker keeps in Firestore: texts over versions, against Google's emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cloudless.driver.store import ABSENT, TEXT_MAX
from cloudless.errors import InternalError
from cloudless.runtime.broker import Mailbox
from cloudless_gcp.clients.firestore import Firestore
from cloudless_gcp.clients.mailbox import Callbacks, FirestoreStore, is_callback
from cloudless_gcp.clients.rest import Google

START_S = 1_767_355_200.0
KEEP_S = 100.0


class Clock:
    now_s = START_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(firestore: str, project: str, clock: Clock) -> Iterator[FirestoreStore]:
    google = Google()
    yield FirestoreStore(Firestore(f"projects/{project}/databases/shop-prod", google), clock)
    google.close()


def version(store: FirestoreStore, key: str) -> str:
    kept = store.read(key)
    assert kept is not None
    return kept.version


@pytest.mark.parametrize("text", ["", "é 漢 🜁 \x00", "x" * TEXT_MAX], ids=["empty", "nasty", "longest"])
def test_what_is_written_is_read(store: FirestoreStore, text: str) -> None:
    assert store.read("event/fulfil/7/approval") is None
    assert store.write("event/fulfil/7/approval", text, ABSENT, KEEP_S)
    kept = store.read("event/fulfil/7/approval")
    assert kept is not None
    assert kept.text == text


def test_a_write_over_another_version_changes_nothing(store: FirestoreStore) -> None:
    store.write("k", "one", ABSENT, KEEP_S)
    first = version(store, "k")
    assert store.write("k", "two", first, KEEP_S)
    assert not store.write("k", "three", first, KEEP_S)
    assert not store.write("k", "two", ABSENT, KEEP_S), "the same text is no reason"
    kept = store.read("k")
    assert kept is not None
    assert kept.text == "two"


def test_what_is_kept_no_longer_is_absent(store: FirestoreStore, clock: Clock) -> None:
    store.write("k", "one", ABSENT, KEEP_S)
    clock.now_s += KEEP_S
    assert store.read("k") is None
    assert store.write("k", "two", ABSENT, KEEP_S)
    kept = store.read("k")
    assert kept is not None
    assert kept.text == "two"


def test_of_many_writes_at_once_one_is_made(store: FirestoreStore) -> None:
    store.write("k", "start", ABSENT, KEEP_S)
    over = version(store, "k")

    def write(number: int) -> bool:
        return store.write("k", str(number), over, KEEP_S)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(write, range(8)))
    assert made.count(True) == 1


def test_a_write_whose_answer_was_lost_was_made(store: FirestoreStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request is made again, and meets its own text."""
    real = Firestore.put

    def twice(self: Firestore, path: str, fields: Mapping[str, Mapping[str, Any]], over: str | None) -> str | None:
        real(self, path, fields, over)
        return real(self, path, fields, over)

    monkeypatch.setattr(Firestore, "put", twice)
    assert store.write("k", "one", ABSENT, KEEP_S)
    assert store.write("k", "two", version(store, "k"), KEEP_S)


CALLBACK = (
    "https://workflowexecutions.googleapis.com/v1/projects/123456/locations/europe-west1/workflows/shop-prod-fulfil"
    "/executions/e-1/callbacks/c-1_x"
)


def test_a_callback_is_one_of_workflows() -> None:
    assert is_callback(CALLBACK)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/collect",
        CALLBACK.replace("https", "http"),
        CALLBACK.replace(".com/", ".com.evil.example/"),
        CALLBACK.replace("https://", "https://x@"),
        CALLBACK.replace("/executions/e-1", ""),
        f"{CALLBACK}/../../../x",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}\n",
    ],
)
def test_what_is_no_callback_gets_nothing_whoever_wrote_it_into_a_mailbox(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = Google()
    monkeypatch.setattr(google, "tokens", None)
    callbacks = Callbacks(google)
    assert not is_callback(url)
    assert callbacks.complete(url, {"event": 1}) is False
    assert callbacks.was_taken(Mailbox("fulfil", "7", "approval", 0.0), url)


def test_no_server_but_googles_gets_an_access_token() -> None:
    with pytest.raises(InternalError, match="gets no access token"):
        Google().call("GET", "https://evil.example/", None, "asking")
