"""What requests may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from providers.gcp.tests.gcwsim.errors import ApiError, Unspecified
from providers.gcp.tests.gcwsim.value import is_map

_TERM = re.compile(r'(\w+)\s*=\s*"([^"]*)"\Z')


def invalid(message: str) -> ApiError:
    return ApiError(400, "INVALID_ARGUMENT", message)


def not_found(name: str) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"{name} does not exist")


def body_of(body: Any, allowed: set[str], output_only: Iterable[str] = ()) -> dict[str, Any]:
    """The fields of a body. Output-only ones are ignored, unknown ones refused.

    https://google.aip.dev/203#output-only
    """
    if body is None:
        return {}
    if not is_map(body):
        raise invalid("a JSON object is expected")
    unknown = sorted(body.keys() - allowed - set(output_only))
    if unknown:
        raise invalid(f"Invalid JSON payload received. Unknown name {unknown[0]!r}: Cannot find field.")
    return {name: one for name, one in body.items() if name in allowed}


def query_of(query: Mapping[str, str], allowed: set[str]) -> Mapping[str, str]:
    """Parameters of the query; those of every method too."""
    unknown = sorted(query.keys() - allowed - {"alt", "prettyPrint", "fields", "$alt"})
    if unknown:
        raise invalid(f"Invalid JSON payload received. Unknown name {unknown[0]!r}: Cannot bind query parameter.")
    return query


def page_of(items: list[Any], query: Mapping[str, str], default: int, most: int) -> tuple[list[Any], dict[str, str]]:
    """One page, and {"nextPageToken": …} where there is another."""
    try:
        size, at = int(query.get("pageSize", 0)), int(query.get("pageToken", "0") or 0)
    except ValueError:
        raise invalid("pageSize is a number, and pageToken comes from the page before") from None
    if size < 0:
        raise invalid("pageSize is negative")
    end = at + min(size or default, most)
    return items[at:end], {"nextPageToken": str(end)} if end < len(items) else {}


def filtered(items: list[dict[str, Any]], query: Mapping[str, str], fields: set[str]) -> list[dict[str, Any]]:
    """Those that a filter of equalities lets through: state="ACTIVE" AND workflowRevisionId="…"."""
    if query.get("orderBy"):
        raise Unspecified("orderBy in this model", "https://google.aip.dev/132")
    terms = [term.strip() for term in query.get("filter", "").split(" AND ") if term.strip()]
    for term in terms:
        found = _TERM.match(term)
        if found is None or found[1] not in fields:
            raise Unspecified(f"the filter {term!r} in this model", "https://google.aip.dev/160")
        items = [one for one in items if str(one.get(found[1])) == found[2]]
    return items
