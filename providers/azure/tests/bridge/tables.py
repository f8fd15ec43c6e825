"""Storage accounts' tables on loopback: roles are checked here, rows are kept by Microsoft's Azurite.

Azurite has one account and takes no tokens without TLS; so a request with a token is looked at, signed with the
emulator's key and passed on, to a table whose name there is its account's and its own.
https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-azure-active-directory
May import: the standard library, functionshost's HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from email.utils import formatdate
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from providers.azure.tests.bridge.roles import ADD_ROWS, DELETE_ROWS, READ_ROWS, UPDATE_ROWS
from tests.hosting.http import Headers, Request, Response
from tests.hosting.loopback import Loopback

Allows = Callable[[Request, str, str, str], bool]
"""Request, data action, account and table in."""
_ACTIONS = {"GET": READ_ROWS, "POST": ADD_ROWS, "PUT": UPDATE_ROWS, "MERGE": UPDATE_ROWS, "DELETE": DELETE_ROWS}
_PATH = re.compile(r"/(?P<account>[a-z0-9]+)/(?P<table>[A-Za-z][A-Za-z0-9]*)(?P<rest>\(.*\))?")
_PASSED = {"accept", "content-type", "dataserviceversion", "prefer", "if-match", "x-ms-version"}
_ANSWERED = {"etag", "content-type"}
_TIMEOUT_S = 10.0


class TableServer:
    """connection: Azurite's connection string. allows: asked at every request."""

    def __init__(self, connection: str, allows: Allows) -> None:
        parts = dict(pair.split("=", 1) for pair in connection.split(";") if pair)
        endpoint = urlsplit(parts["TableEndpoint"])
        self._account, self._key = parts["AccountName"], b64decode(parts["AccountKey"])
        self._azurite, self._base = endpoint.netloc, endpoint.path
        self._allows = allows
        self._tables: set[tuple[str, str]] = set()
        self._front = Loopback()
        self._front.serve(self._answer)

    def url(self, account: str) -> str:
        """What stands for https://<account>.table.core.windows.net."""
        return f"{self._front.url}/{account}"

    def add(self, account: str, table: str) -> None:
        """Make a table."""
        status, _, answer = self._call("POST", "Tables", {}, {"TableName": _named(account, table)})
        assert status in {201, 204, 409}, answer
        self._tables.add((account, table))
        self.clear(account, table)

    def clear(self, account: str, table: str) -> None:
        """Delete every row of a table."""
        name = _named(account, table)
        _, _, answer = self._call("GET", f"{name}()", {"Accept": "application/json;odata=nometadata"})
        for row in json.loads(answer)["value"]:
            keys = f"(PartitionKey='{row['PartitionKey']}',RowKey='{row['RowKey']}')"
            status, _, text = self._call("DELETE", name + keys, {"If-Match": "*"})
            assert status == 204, text

    def close(self) -> None:
        self._front.close()

    def _answer(self, request: Request) -> Response:
        found = _PATH.fullmatch(request.path)
        if found is None:
            return _problem(400, "InvalidUri", request.path)
        account, table = found["account"], found["table"]
        if not self._allows(request, _ACTIONS.get(request.method, ""), account, table):
            text = "This request is not authorized to perform this operation using this permission."
            return _problem(403, "AuthorizationPermissionMismatch", text)
        if (account, table) not in self._tables:
            return _problem(404, "TableNotFound", "The table specified does not exist.")
        headers = {name: value for name, value in request.headers if name.lower() in _PASSED}
        path = f"{_named(account, table)}{found['rest'] or ''}"
        status, passed, body = self._call(request.method, path, headers, request.body)
        return Response(status=status, headers=passed, body=body)

    def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | Mapping[str, Any] = b""
    ) -> tuple[int, Headers, bytes]:
        """Ask Azurite."""
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers, **self._signed(path)}
        with closing(HTTPConnection(self._azurite, timeout=_TIMEOUT_S)) as connection:
            connection.request(method, f"{self._base}/{path}", text or None, sent)
            response = connection.getresponse()
            answer = response.read()
            kept = [(name, value) for name, value in response.getheaders() if name.lower() in _ANSWERED]
            return response.status, tuple(kept), answer

    def _signed(self, path: str) -> dict[str, str]:
        """https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-lite-authorization."""
        date = formatdate(usegmt=True)
        text = f"{date}\n/{self._account}{self._base}/{path}"
        signature = b64encode(hmac.digest(self._key, text.encode(), hashlib.sha256)).decode()
        return {"x-ms-date": date, "Authorization": f"SharedKeyLite {self._account}:{signature}"}


def _named(account: str, table: str) -> str:
    """The table in Azurite."""
    return f"t{hashlib.sha256(account.encode()).hexdigest()[:16]}{table}"


def _problem(status: int, code: str, text: str) -> Response:
    body = {"odata.error": {"code": code, "message": {"lang": "en-US", "value": text}}}
    return Response(status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())
