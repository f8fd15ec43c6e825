"""Firestore over plain REST: the three calls that the ledger needs.

The official client takes several times the cold start of everything else together
(docs/decisions/0011-firestore-over-rest.md). https://cloud.google.com/firestore/docs/reference/rest
"""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from cloudless.errors import Unavailable
from cloudless_gcp.clients.errors import of_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_gcp.clients.token import Tokens

HOST = "firestore.googleapis.com"
TIMEOUT_S = 10.0
LOST = (400, 409)
"""FAILED_PRECONDITION is 400; ALREADY_EXISTS and ABORTED are 409: https://cloud.google.com/apis/design/errors"""
_LOST_REASONS = ("ABORTED", "ALREADY_EXISTS", "FAILED_PRECONDITION")


class Document:
    """fields: as Firestore writes values, e.g. {"owner": {"stringValue": "x"}}. version: its `updateTime`."""

    __slots__ = ("fields", "version")

    def __init__(self, fields: Mapping[str, Any], version: str) -> None:
        self.fields = fields
        self.version = version


class Firestore:
    """One database, `projects/P/databases/D`. Safe from several threads: each call takes a connection of its own.

    Calls raise PermissionDenied, NotFound (no such database) and Unavailable, which are safe to repeat.
    """

    __slots__ = ("_database", "_emulator", "_idle", "_tokens")

    def __init__(self, database: str) -> None:
        self._database = database
        self._emulator = os.environ.get("FIRESTORE_EMULATOR_HOST")
        self._idle: list[HTTPConnection] = []
        self._tokens: Tokens | None = None

    def get(self, path: str) -> Document | None:
        """The document at `collection/id`; None where there is none."""
        status, answer = self._call("GET", f"/v1/{self._name(path)}")
        if status == 404:
            return None
        if status != 200:
            raise _refused(status, answer)
        return Document(answer.get("fields", {}), answer["updateTime"])

    def put(self, path: str, fields: Mapping[str, Any], over: str | None) -> str | None:
        """Write a document if its version is still `over` (None: if there is none).

        Returns the new version; None where someone else was faster.
        """
        write = {"update": {"name": self._name(path), "fields": fields}, "currentDocument": _condition(over)}
        answer = self._commit(write)
        return None if answer is None else answer["writeResults"][0]["updateTime"]

    def delete(self, path: str, over: str) -> bool:
        """Delete a document if its version is still `over`; whether it was."""
        return self._commit({"delete": self._name(path), "currentDocument": _condition(over)}) is not None

    def close(self) -> None:
        """Close what is connected."""
        while self._idle:
            self._idle.pop().close()

    def _commit(self, write: Mapping[str, Any]) -> Any | None:
        status, answer = self._call("POST", f"/v1/{self._database}/documents:commit", {"writes": [write]})
        if status == 200:
            return answer
        if status in LOST and _reason(answer) in _LOST_REASONS:
            return None
        if status == 404 and "currentDocument" in write and "exists" not in write["currentDocument"]:
            return None  # deleted in between: a version that is gone is lost as well
        raise _refused(status, answer)

    def _name(self, path: str) -> str:
        return f"{self._database}/documents/{path}"

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        if self._idle:  # the server may have closed it meanwhile: then once more, on a new one
            try:
                return self._exchange(self._idle.pop(), method, path, data, headers)
            except (OSError, HTTPException, IndexError):
                pass
        try:
            return self._exchange(self._connect(), method, path, data, headers)
        except (OSError, HTTPException) as problem:
            ours = Unavailable(f"Firestore did not answer: {problem!r}")
            ours.native = problem
            raise ours from problem

    def _exchange(
        self, connection: HTTPConnection, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        try:
            connection.request(method, path, data, headers)
            with connection.getresponse() as response:
                status, text = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return status, _parsed(text)

    def _connect(self) -> HTTPConnection:
        if self._emulator:
            return HTTPConnection(self._emulator, timeout=TIMEOUT_S)
        return HTTPSConnection(HOST, timeout=TIMEOUT_S)

    def _token(self) -> str:
        """The emulator takes "owner" for an administrator: https://firebase.google.com/docs/emulator-suite/connect_rtdb."""
        if self._emulator:
            return "owner"
        if self._tokens is None:
            from cloudless_gcp.clients.token import Tokens

            self._tokens = Tokens()
        return self._tokens.current()


def _condition(over: str | None) -> dict[str, Any]:
    """https://cloud.google.com/firestore/docs/reference/rest/v1/Precondition."""
    return {"exists": False} if over is None else {"updateTime": over}


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {"error": {"message": text[:200].decode("utf-8", "replace")}}


def _reason(answer: Any) -> str:
    return str(answer.get("error", {}).get("status", ""))


def _refused(status: int, answer: Any) -> Exception:
    return of_status(status, f"Firestore answered {status}: {answer.get('error', {}).get('message', '')}")
