"""Guard: whether who calls the app `steps` holds the key of that call.

call.py has the calls, cloudless_azure/signature.py how they are signed.
"""

from __future__ import annotations

from cloudless.errors import CloudlessError, MissingSecret, PermissionDenied, Unavailable
from cloudless_azure.clients.key import VERIFIED_S, Keys
from cloudless_azure.names import CONTROL, INVOKE, SEND, START
from cloudless_azure.signature import holds, is_timely, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless_azure.clients.cloud import AzureCloud

LOG = "cloudless.calls"
BODY_MOST = 1024 * 1024
"""Bytes of a request: twice the largest body (JSON within JSON), and room. More is not even hashed for strangers."""
_TRY_AGAIN = "the function app of steps cannot tell who calls right now: try again in a minute"


class Guard:
    """facts: of the calls that there are, as `call.serve` has them."""

    def __init__(self, facts: Mapping[str, Any], cloud: AzureCloud) -> None:
        self._now_s = cloud.now_s
        self._keys = Keys(lambda: cloud.vault, cloud.now_s, VERIFIED_S)
        self._told: BaseException | None = None
        self._known = {
            INVOKE: facts["functions"],
            START: facts["orchestrations"],
            CONTROL: facts["orchestrations"],
            SEND: facts["events"],
        }

    def is_signed(self, verb: str, name: str, signature: str, body: bytes) -> bool:
        """Whether the caller holds the key. What is too large or long past is not compared with any.

        What is not known here is compared with the key of another call, so that strangers get the same answers.
        Raises Unavailable where the keys cannot be read.
        """
        if len(body) > BODY_MOST or not is_timely(signature, self._now_s()):
            return False
        is_known = name in self._known.get(verb, ())
        pair = (verb, name) if is_known else self._some_call()
        try:
            return pair is not None and self._holds(pair, signature, path_of(verb, name), body) and is_known
        except MissingSecret:
            return False
        except (PermissionDenied, Unavailable) as problem:
            self._tell(problem)
            raise Unavailable(_TRY_AGAIN) from problem

    def _holds(self, pair: tuple[str, str], signature: str, path: str, body: bytes) -> bool:
        now_s = self._now_s()
        if holds(signature, self._keys.key(*pair), path, body, now_s):
            return True
        return holds(signature, self._keys.renewed(*pair), path, body, now_s)

    def _some_call(self) -> tuple[str, str] | None:
        """One of those that are known here, always the same."""
        return next(((verb, name) for verb, names in self._known.items() for name in names), None)

    def _tell(self, problem: CloudlessError) -> None:
        """Log why keys cannot be read, once for each time that the vault was asked: anybody may make us ask."""
        if problem.__cause__ is self._told:
            return
        import logging

        self._told = problem.__cause__
        logging.getLogger(LOG).warning("the keys of calls cannot be read (yet): %s", problem)
