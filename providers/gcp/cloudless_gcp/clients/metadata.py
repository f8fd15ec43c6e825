"""The metadata server, which knows the account of a machine of Google's, functions included.

https://cloud.google.com/run/docs/container-contract#metadata-server
"""

from __future__ import annotations

import os
import time
from http.client import HTTPConnection, HTTPException

from cloudless.driver import rest
from cloudless.errors import Unavailable
from cloudless_gcp.clients.errors import of_status
from cloudless_gcp.deadline import left_s

VARIABLE = "GCE_METADATA_HOST"
"""Of google-auth, for one elsewhere."""
_HOST = "metadata.google.internal"
_ACCOUNT = "/computeMetadata/v1/instance/service-accounts/default/"
_TIMEOUT_S = 5.0
_WAITS = 2
"""What a request waits for at most: to be connected, and for an answer."""


def account(what: str, tries: int = rest.TRIES) -> str:
    """What it says of the account, e.g. "token". tries: where it is too busy, or does not answer, while there is time.

    Raises PermissionDenied, NotFound where there is no account, Unavailable.
    """
    for number in range(1, tries):
        try:
            return _asked(what)
        except Unavailable:
            pause_s = rest.BACKOFF_S * number
            if pause_s >= left_s():
                raise
            time.sleep(pause_s)
    return _asked(what)


def _asked(what: str) -> str:
    timeout_s = min(_TIMEOUT_S, left_s() / _WAITS)
    connection = HTTPConnection(os.environ.get(VARIABLE, _HOST), timeout=timeout_s)
    try:
        connection.request("GET", _ACCOUNT + what, headers={"Metadata-Flavor": "Google"})
        with connection.getresponse() as response:
            answer = response.read().decode("utf-8", "replace")
            if response.status != 200:
                raise of_status(response.status, f"the metadata server refused a token: {answer}")
            return answer
    except (OSError, HTTPException) as problem:
        ours = of_status(None, f"the metadata server did not answer: {problem}")
        ours.native = problem
        raise ours from problem
    finally:
        connection.close()
