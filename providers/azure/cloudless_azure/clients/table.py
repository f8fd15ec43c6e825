"""One table of Azure Storage over plain REST: the four calls that the ledger needs.

The official client more than doubles the time to the first lease (docs/decisions/0012-azure-tables-over-rest.md).
https://learn.microsoft.com/en-us/rest/api/storageservices/table-service-rest-api
"""

from __future__ import annotations

import json
from email.utils import formatdate

from cloudless.driver.rest import Service
from cloudless_azure.clients.connection import STORAGE, connection
from cloudless_azure.clients.errors import of_status
from cloudless_azure.clients.identity import STORAGE_SCOPE, Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Entity = Mapping[str, str | float]
    """Properties by name; PartitionKey and RowKey are not among them."""

ROW = "lease"
TIMEOUT_S = 10.0
_VERSION = "2019-02-02"
_EXISTS = "EntityAlreadyExists"
_GONE, _CHANGED = 404, 412
_NO_TABLE = "TableNotFound"


class Row:
    """What was read. etag: its version."""

    __slots__ = ("etag", "fields")

    def __init__(self, fields: Mapping[str, Any], etag: str) -> None:
        self.fields = fields
        self.etag = etag


class Table:
    """One table; a row is found by a key of letters and digits. Safe from several threads.

    endpoint: https://<account>.table.core.windows.net where no setting says one. Calls raise PermissionDenied,
    NotFound (no such table) and Unavailable, which is safe to repeat.
    """

    __slots__ = ("_account", "_identity", "_key", "_name", "_service")

    def __init__(self, name: str, endpoint: str = "") -> None:
        found = connection(STORAGE, endpoint)
        parts = found.parts()
        self._name = name
        self._account = parts.get("AccountName", "")
        self._key = parts.get("AccountKey", "")
        self._service = Service(found.endpoint or _endpoint(parts), "Azure Storage", TIMEOUT_S)
        self._identity = None if self._key else Identity()

    def insert(self, key: str, fields: Entity) -> str | None:
        """Write a row that is not there; returns its version, None where it is."""
        body = {"PartitionKey": key, "RowKey": ROW, **fields}
        status, etag, answer = self._call("POST", self._name, body)
        if status == 409 and _code(answer) == _EXISTS:
            return None
        return self._written(status, etag, answer)

    def get(self, key: str) -> Row | None:
        """The row of that key; None where there is none."""
        status, etag, answer = self._call("GET", self._path(key))
        if status == _GONE and _code(answer) != _NO_TABLE:
            return None
        return Row(answer, self._written(status, etag, answer))

    def replace(self, key: str, fields: Entity, over: str) -> str | None:
        """Write a row whose version is still `over`; returns the new one, None where it is not."""
        status, etag, answer = self._call("PUT", self._path(key), fields, over)
        return None if _is_lost(status, answer) else self._written(status, etag, answer)

    def delete(self, key: str, over: str) -> bool:
        """Delete a row whose version is still `over`; whether it was."""
        status, etag, answer = self._call("DELETE", self._path(key), over=over)
        if _is_lost(status, answer):
            return False
        self._written(status, etag, answer)
        return True

    def close(self) -> None:
        """Close what is connected."""
        self._service.close()

    def _path(self, key: str) -> str:
        return f"{self._name}(PartitionKey='{key}',RowKey='{ROW}')"

    @staticmethod
    def _written(status: int, etag: str, answer: Any) -> str:
        if status not in (200, 201, 204):
            raise of_status(status, f"Azure Storage answered {status}: {_code(answer)}")
        return etag

    # --- HTTP -----------------------------------------------------------------------------------------

    def _call(
        self, method: str, path: str, body: Entity | None = None, over: str | None = None
    ) -> tuple[int, str, Any]:
        headers = self._headers(f"{self._service.base}/{path}") | ({"If-Match": over} if over else {})
        data = None if body is None else json.dumps(body).encode()
        answer = self._service.call(method, f"/{path}", data, headers)
        return answer.status, answer.headers.get("ETag", ""), _parsed(answer.body)

    def _headers(self, path: str) -> dict[str, str]:
        date = formatdate(usegmt=True)
        return {
            "Accept": "application/json;odata=nometadata",
            "Content-Type": "application/json",
            "DataServiceVersion": "3.0",
            "Prefer": "return-no-content",
            "x-ms-date": date,
            "x-ms-version": _VERSION,
            "Authorization": self._authorization(path, date),
        }

    def _authorization(self, path: str, date: str) -> str:
        """A token of the identity; with an account key Shared Key Lite.

        https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key#table-service-shared-key-lite-authorization
        """
        if self._identity is not None:
            return f"Bearer {self._identity.get_token(STORAGE_SCOPE).token}"
        import hmac
        from base64 import b64decode, b64encode

        signed = hmac.digest(b64decode(self._key), f"{date}\n/{self._account}{path}".encode(), "sha256")
        return f"SharedKeyLite {self._account}:{b64encode(signed).decode()}"


def _endpoint(parts: Mapping[str, str]) -> str:
    """Where a connection string's tables are."""
    if "TableEndpoint" in parts:
        return parts["TableEndpoint"]
    scheme, suffix = parts.get("DefaultEndpointsProtocol", "https"), parts.get("EndpointSuffix", "core.windows.net")
    return f"{scheme}://{parts['AccountName']}.table.{suffix}"


def _is_lost(status: int, answer: Any) -> bool:
    """Someone else wrote or deleted the row in between."""
    return status == _CHANGED or (status == _GONE and _code(answer) != _NO_TABLE)


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {"odata.error": {"code": text[:200].decode("utf-8", "replace")}}


def _code(answer: Any) -> str:
    """https://learn.microsoft.com/en-us/rest/api/storageservices/table-service-error-codes."""
    return str(answer.get("odata.error", {}).get("code", ""))
