"""ministack, in an account of a stage's own: whose access key is twelve digits, is of that account there."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.hosting import upstream
from tests.hosting.http import Request, Response

_KEY = re.compile(r"Credential=[^/]+/")


class Upstream(upstream.Upstream):
    """url: of ministack. account: twelve digits."""

    def __init__(self, url: str, account: str) -> None:
        super().__init__(url)
        self.account = account

    def forward(self, request: Request) -> Response:
        """Ministack's answer to a request, made as somebody of the account."""
        headers = tuple((name, self._ours(name, value)) for name, value in request.headers)
        return super().forward(replace(request, headers=headers))

    def _ours(self, name: str, value: str) -> str:
        return _KEY.sub(f"Credential={self.account}/", value) if name.lower() == "authorization" else value
