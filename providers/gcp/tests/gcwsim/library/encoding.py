"""Modules base64, hash, json and uuid.

https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from providers.gcp.tests.gcwsim.context import Run
from providers.gcp.tests.gcwsim.decode import decoded
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.library.function import Function, function, must_be, unspecified, wrong_value
from providers.gcp.tests.gcwsim.operators import checked_string
from providers.gcp.tests.gcwsim.pages import DATATYPES
from providers.gcp.tests.gcwsim.value import children

_ALGORITHMS = {"SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512", "SHA1": "sha1", "MD5": "md5"}
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def json_text(run: Run, value: Any) -> str:
    """JSON of a value: keys in any order, <, > and & escaped or not, as nobody wrote down."""
    _check_json(value)
    text = json.dumps(run.reordered(value), separators=(",", ":"), ensure_ascii=False)
    if run.toss():
        for character, escaped in _ESCAPED.items():
            text = text.replace(character, escaped)
    return text


def _check_json(value: Any) -> None:
    if isinstance(value, bytes):
        raise Unspecified("JSON of bytes", DATATYPES)
    for one in children(value):
        _check_json(one)


def _json_decode(data: Any) -> Any:
    must_be(data, "bytes string", "json.decode")
    try:
        return decoded(data)
    except (ValueError, UnicodeDecodeError) as error:
        raise wrong_value(f"json.decode: {error}") from error


def _json_string(run: Run, data: Any, indent: Any = False) -> str:
    if indent is not False:
        raise unspecified("json.encode_to_string", "where lines end in indented JSON")
    return checked_string(json_text(run, data))


def _json_encode(run: Run, data: Any, indent: Any = False) -> bytes:
    if indent is not False:
        raise unspecified("json.encode", "where lines end in indented JSON")
    return json_text(run, data).encode()


def _base64_encode(data: Any, padding: Any = True) -> str:
    must_be(data, "bytes", "base64.encode")
    must_be(padding, "boolean", "base64.encode")
    text = base64.b64encode(data).decode()
    return checked_string(text if padding else text.rstrip("="))


def _base64_decode(data: Any, padding: Any = True) -> bytes:
    must_be(data, "string", "base64.decode")
    must_be(padding, "boolean", "base64.decode")
    if not padding and data.endswith("="):
        raise unspecified("base64.decode", "padding in text without padding")
    try:
        return base64.b64decode(data if padding else data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise wrong_value(f"base64.decode: {error}") from error


def _algorithm(name: str, algorithm: Any) -> str:
    must_be(algorithm, "string", name)
    if algorithm not in _ALGORITHMS:
        raise unspecified(name, f"the algorithm {algorithm!r} in this model")
    return _ALGORITHMS[algorithm]


def _checksum(data: Any, algorithm: Any) -> bytes:
    must_be(data, "bytes", "hash.compute_checksum")
    return hashlib.new(_algorithm("hash.compute_checksum", algorithm), data).digest()


def _hmac(key: Any, data: Any, algorithm: Any) -> bytes:
    must_be(key, "bytes", "hash.compute_hmac")
    must_be(data, "bytes", "hash.compute_hmac")
    return hmac.new(key, data, _algorithm("hash.compute_hmac", algorithm)).digest()


def _uuid(run: Run) -> str:
    return run.new_uuid()


FUNCTIONS: list[Function] = [
    function("base64.decode", "data [padding]", _base64_decode),
    function("base64.encode", "data [padding]", _base64_encode),
    function("hash.compute_checksum", "data algorithm", _checksum),
    function("hash.compute_hmac", "key data algorithm", _hmac),
    function("json.decode", "data", _json_decode),
    function("json.encode", "data [indent]", _json_encode, needs_run=True),
    function("json.encode_to_string", "data [indent]", _json_string, needs_run=True),
    function("uuid.generate", "", _uuid, needs_run=True),
]
