"""Google's REST APIs, as one identity: kept connections, tokens, repetitions, errors.

    google.call("POST", "https://pubsub.googleapis.com/v1/projects/P/topics/T:publish", {"messages": […]}, "sending …")

Elsewhere than at Google: CLOUDLESS_GOOGLE_ENDPOINT=http://127.0.0.1:4321 takes every request, with the real server's
name in `Host`; Google's own PUBSUB_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST take those of their services.
"""

from __future__ import annotations

import json
import os
import time
from urllib.parse import quote, urlsplit

from cloudless.driver import rest
from cloudless.driver.rest import Service, wait_s
from cloudless.errors import InternalError, Unavailable
from cloudless_gcp.clients.errors import of_answer
from cloudless_gcp.clients.token import Tokens
from cloudless_gcp.deadline import left_s

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from cloudless.driver.rest import Answer

    Body = Mapping[str, Any]

ENDPOINT = "CLOUDLESS_GOOGLE_ENDPOINT"
TIMEOUT_S = 10.0
_GOOGLE = ".googleapis.com"
_CREDENTIALS = "https://iamcredentials.googleapis.com"
_EMULATORS = (
    ("pubsub.googleapis.com", "PUBSUB_EMULATOR_HOST"),
    ("firestore.googleapis.com", "FIRESTORE_EMULATOR_HOST"),
)
_OWNER = "owner"
"""Whom emulators take for an administrator.

https://firebase.google.com/docs/emulator-suite/connect_firestore#admin_sdks
"""


class Google:
    """What all drivers of a stage share. Safe from several threads. account: see `token.Tokens`."""

    __slots__ = ("_services", "tokens")

    def __init__(self, account: str = "") -> None:
        self.tokens = Tokens(account, self._credentials)
        self._services: dict[str, Service] = {}

    def call(self, method: str, url: str, body: Body | None, what: str) -> Any:
        """Make a request that may be repeated, at most three times; the JSON value of its answer.

        url: of the real server. what: the operation, as people read it. Raises NotSignedIn, PermissionDenied,
        NotFound, InvalidArgument, Unavailable.
        """
        answer = self.answer(method, url, body, what)
        if answer.status >= 300:
            raise of_answer(answer, what)
        return answer.json()

    def answer(self, method: str, url: str, body: Body | None, what: str) -> Answer:
        """The same, and the answer as it is, whatever its status; Unavailable where none came.

        Nothing is tried for which a delivery has no time left: see deadline.py.
        """
        place = _Place(url)
        who = self._authorization(place)  # before the first try: who gives tokens is asked again by whoever asks it
        number = 1
        while True:
            try:
                answer = self._exchange(method, place, body, who)
            except Unavailable as problem:
                pause_s = _pause_s(number)
                if number == rest.TRIES or pause_s >= left_s():
                    raise _of(what, problem) from problem
            else:
                pause_s = min(wait_s(answer, number), rest.BACKOFF_MAX_S)
                if answer.status not in rest.BUSY or number == rest.TRIES or pause_s >= left_s():
                    return answer
            time.sleep(pause_s)
            number += 1

    def pages(self, url: str, items: str, what: str) -> Iterator[Any]:
        """The items of a list, page after page, each asked for when it is needed. url: with a query. Raises as `call`.

        https://google.aip.dev/158
        """
        page = ""
        while True:
            answer = self.call("GET", f"{url}{page}", None, what)
            yield from answer.get(items, ())
            if not answer.get("nextPageToken"):
                return
            page = f"&pageToken={quote(answer['nextPageToken'], safe='')}"

    def once(self, url: str, body: Body, headers: Mapping[str, str], timeout_s: float) -> Answer:
        """POST what must not be repeated, with an access token where no other one is in the headers.

        Raises Unavailable where nothing was sent, TimeoutError, and `cloudless.driver.rest.Lost`.
        """
        place = _Place(url)
        ours = headers if "Authorization" in headers else {**self._authorization(place), **headers}
        return self._service(place).once("POST", place.path, *_sent(place, body, ours), timeout_s)

    def close(self) -> None:
        """Close the connections; they are opened again at the next call."""
        for service in list(self._services.values()):
            service.close()

    def _exchange(self, method: str, place: _Place, body: Body | None, who: Mapping[str, str]) -> Answer:
        rest_s = left_s()
        if not rest_s:
            raise Unavailable("no time is left for it: the delivery has to be answered")
        data, headers = _sent(place, body, who)
        return self._service(place).call(method, place.path, None if body is None else data, headers, rest_s)

    def _authorization(self, place: _Place) -> dict[str, str]:
        """An access token, which no server but Google's ever gets."""
        if not place.host.endswith(_GOOGLE):
            raise InternalError(f"{place.host!r} is no server of Google's APIs, and gets no access token")
        return {"Authorization": f"Bearer {_OWNER if place.is_emulator else self.tokens.current()}"}

    def _credentials(self, path: str, body: Body, token: str) -> Answer:
        """Ask IAM Credentials, as who is signed in here."""
        place = _Place(f"{_CREDENTIALS}{path}")
        data, headers = _sent(place, body, {"Authorization": f"Bearer {token}"})
        return self._service(place).patiently("POST", place.path, data, headers)

    def _service(self, place: _Place) -> Service:
        found = self._services.get(place.base)
        if found is None:
            what = place.host if place.base.endswith(f"//{place.host}") else f"{place.host}, here {place.base},"
            found = self._services.setdefault(place.base, Service(place.base, what, TIMEOUT_S))
        return found


class _Place:
    """Where a request for a URL goes. base: scheme and server. host: the real server. path: with its query."""

    __slots__ = ("base", "host", "is_emulator", "path")

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        endpoint = os.environ.get(ENDPOINT, "")
        emulator = "" if endpoint else _emulator(parts.netloc)
        self.is_emulator = bool(emulator)
        self.base = endpoint.rstrip("/") or (f"http://{emulator}" if emulator else f"{parts.scheme}://{parts.netloc}")


def _emulator(host: str) -> str:
    return next((os.environ.get(name, "") for end, name in _EMULATORS if host.endswith(end)), "")


def _sent(place: _Place, body: Body | None, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    data = b"" if body is None else json.dumps(body).encode()
    return data, {"Host": place.host, "Content-Type": "application/json", **headers}


def _of(what: str, problem: Unavailable) -> Unavailable:
    ours = Unavailable(f"{what}: {problem}")
    ours.native = problem.native
    return ours


def _pause_s(number: int) -> float:
    return min(rest.BACKOFF_S * number, rest.BACKOFF_MAX_S)
