"""Firestore over plain REST: the three calls that the ledger and the broker need, and values of documents.

The official client takes several times the cold start of everything else together
(docs/decisions/0011-firestore-over-rest.md). https://cloud.google.com/firestore/docs/reference/rest
"""

from __future__ import annotations

from hashlib import sha256

from cloudless_gcp.clients.errors import error_in, of_answer
from cloudless_gcp.moment import moment, seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_gcp.clients.rest import Google

    Fields = Mapping[str, Mapping[str, Any]]
    """As Firestore writes values: {"owner": {"stringValue": "x"}, "expires": {"timestampValue": "2026-…Z"}}.

    https://cloud.google.com/firestore/docs/reference/rest/Shared.Types/ArrayValue#value
    """

_BASE = "https://firestore.googleapis.com/v1/"
_WHAT = "asking Firestore"
_LOST = (400, 409)
"""FAILED_PRECONDITION is 400; ALREADY_EXISTS and ABORTED are 409: https://cloud.google.com/apis/design/errors"""
_LOST_REASONS = ("ABORTED", "ALREADY_EXISTS", "FAILED_PRECONDITION")


class Document:
    """A document that was read. version: its `updateTime`."""

    __slots__ = ("_fields", "version")

    def __init__(self, fields: Fields, version: str) -> None:
        self._fields = fields
        self.version = version

    def text(self, name: str) -> str:
        """The text of a field; of an empty one, Firestore may say nothing."""
        found: str = self._fields[name].get("stringValue", "")
        return found

    def seconds(self, name: str) -> float:
        """The time in a field, seconds since the epoch; 0 where there is no such field."""
        return seconds_of(self._fields[name]["timestampValue"]) if name in self._fields else 0.0


class Firestore:
    """One database, `projects/P/databases/D`. Safe from several threads.

    Calls raise PermissionDenied, NotFound (no such database) and Unavailable. They are repeated, at most three times: a
    write that happened though its answer was lost is then refused, and whoever asked for it finds his own text.
    """

    __slots__ = ("_google", "database")

    def __init__(self, database: str, google: Google) -> None:
        self.database = database
        self._google = google

    def get(self, path: str) -> Document | None:
        """The document at `collection/id`; None where there is none."""
        answer = self._google.answer("GET", f"{_BASE}{self._name(path)}", None, _WHAT)
        if answer.status == 404 and not _is_of_database(error_in(answer)):
            return None
        if answer.status != 200:
            raise of_answer(answer, _WHAT)
        found = answer.json()
        return Document(found.get("fields", {}), found["updateTime"])

    def put(self, path: str, fields: Fields, over: str | None) -> str | None:
        """Write a document if its version is still `over` (None: if there is none).

        Returns the new version; None where someone else was faster.
        """
        write = {"update": {"name": self._name(path), "fields": fields}, "currentDocument": _condition(over)}
        answer = self._commit(write)
        return None if answer is None else answer["writeResults"][0]["updateTime"]

    def delete(self, path: str, over: str) -> bool:
        """Delete a document if its version is still `over`; whether it was."""
        return self._commit({"delete": self._name(path), "currentDocument": _condition(over)}) is not None

    def _commit(self, write: Mapping[str, Any]) -> Any | None:
        url = f"{_BASE}{self.database}/documents:commit"
        answer = self._google.answer("POST", url, {"writes": [write]}, _WHAT)
        if answer.status == 200:
            return answer.json()
        error = error_in(answer)
        if answer.status in _LOST and error.get("status") in _LOST_REASONS:
            return None
        if answer.status == 404 and "updateTime" in write["currentDocument"] and not _is_of_database(error):
            return None  # deleted in between: a version that is gone is lost as well
        raise of_answer(answer, _WHAT)

    def _name(self, path: str) -> str:
        return f"{self.database}/documents/{path}"


def path_of(collection: str, key: str) -> str:
    """Where the document of a key is. Ids take no slash, and neighbouring ones make hot spots: so a digest.

    https://cloud.google.com/firestore/docs/best-practices#document_ids
    """
    return f"{collection}/{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def texts(**values: str) -> dict[str, dict[str, str]]:
    """Fields with texts, each at most 1 MiB."""
    return {name: {"stringValue": value} for name, value in values.items()}


def times(**seconds: float) -> dict[str, dict[str, str]]:
    """Fields with times, each seconds since the epoch."""
    return {name: {"timestampValue": moment(value)} for name, value in seconds.items()}


def _condition(over: str | None) -> dict[str, Any]:
    """https://cloud.google.com/firestore/docs/reference/rest/v1/Precondition."""
    return {"exists": False} if over is None else {"updateTime": over}


def _is_of_database(error: Mapping[str, Any]) -> bool:
    """Whether what was not found is the database: "The database shop-prod does not exist for project P …".

    https://cloud.google.com/firestore/docs/manage-databases
    """
    return "database" in error.get("message", "") and "does not exist" in error.get("message", "")
