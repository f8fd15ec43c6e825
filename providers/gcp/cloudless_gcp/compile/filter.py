"""Filters of subscriptions as Pub/Sub reads them: conditions → text, as `google_pubsub_subscription` takes it.

    region: any_of("eu", "us")     (attributes.region = "eu" OR attributes.region = "us")
    kind: prefix("order.")         hasPrefix(attributes.kind, "order.")
    kind: none_of("test")          (attributes:kind AND attributes.kind != "test")
    kind: exists                   attributes:kind

All of a filter's conditions hold, and each needs its attribute to be there. What Pub/Sub cannot hold is left to our
runtime: `filter_of` gives None.
https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from cloudless.ir import Condition
from cloudless_gcp.limits import LIMITS

_BYTES = LIMITS["filter.bytes"]
_PLAIN = re.compile(r"[ !#-\[\]-~]*\Z")
"""What needs no escape within quotes: ASCII without a quote and a backslash."""
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def filter_of(where: tuple[Condition, ...]) -> str | None:
    """The filter as text, "" for a subscription without one; None where Pub/Sub cannot hold it."""
    if not all(_PLAIN.match(text) for one in where for text in (one.attribute, *one.values)):
        return None
    said = " AND ".join(_RULES[one.operator](_key(one.attribute), one.values) for one in where)
    return said if len(said) <= _BYTES.value else None


def _key(attribute: str) -> str:
    return attribute if _BARE.match(attribute) else f'"{attribute}"'


def _any_of(key: str, values: Sequence[str]) -> str:
    return _one_of(f'attributes.{key} = "{value}"' for value in values)


def _none_of(key: str, values: Sequence[str]) -> str:
    """`!=` alone may match a message without the attribute."""
    unlike = [f'attributes.{key} != "{value}"' for value in values]
    return f"({' AND '.join([f'attributes:{key}', *unlike])})"


def _prefix(key: str, values: Sequence[str]) -> str:
    return _one_of(f'hasPrefix(attributes.{key}, "{value}")' for value in values)


def _exists(key: str, _values: Sequence[str]) -> str:
    return f"attributes:{key}"


def _one_of(tests: Iterable[str]) -> str:
    found = list(tests)
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


_RULES: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    "any_of": _any_of,
    "none_of": _none_of,
    "prefix": _prefix,
    "exists": _exists,
}
