r"""Signed requests: who may call something in the app `steps` holds the key of that call, and proves it.

    POST /cloudless/{verb}/{name}
    x-cloudless-signature: v1,<unix seconds>,<hex HMAC-SHA256 over "POST\n<path>\n<seconds>\n<sha256 hex of the body>">

Each (verb, name) has a key of its own in the stage's Key Vault (docs/decisions/0019-calls-between-function-apps.md). A
request holds for five minutes on either side of its time: as long as clocks may differ, and no longer.
Both ends meet here. Standard library only.
"""

from __future__ import annotations

HEADER = "x-cloudless-signature"
WINDOW_S = 300
_VERSION = "v1"


def path_of(verb: str, name: str) -> str:
    """Where a call is sent, and what its signature is about."""
    return f"/cloudless/{verb}/{name}"


def signed(key: bytes, path: str, body: bytes, now_s: float) -> str:
    """The value of HEADER."""
    return f"{_VERSION},{int(now_s)},{_mac(key, path, str(int(now_s)), body)}"


def holds(signature: str, key: bytes, path: str, body: bytes, now_s: float) -> bool:
    """Whether a request was signed with this key, and is of now. Takes as long whatever the signature says."""
    import hmac

    version, _, rest = signature.partition(",")
    seconds, _, mac = rest.partition(",")
    if version != _VERSION or not is_timely(signature, now_s):
        return False
    return hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, path, seconds, body).encode())


def is_timely(signature: str, now_s: float) -> bool:
    """Whether the time that a signature claims is within the window; nothing of it is proved."""
    parts = signature.split(",")
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit()) or len(parts[1]) > 12:
        return False
    return abs(now_s - int(parts[1])) <= WINDOW_S


def _mac(key: bytes, path: str, seconds: str, body: bytes) -> str:
    import hmac
    from hashlib import sha256

    text = f"POST\n{path}\n{seconds}\n{sha256(body).hexdigest()}"
    return hmac.digest(key, text.encode("utf-8", "replace"), "sha256").hex()
