"""Envelopes ──► JSON, for another process; and back."""

from __future__ import annotations

from typing import Any

from cloudless.message import Envelope, Failure

Plain = dict[str, Any]


def plain_of(envelope: Envelope) -> Plain:
    """Without what is as it usually is."""
    found = {name: getattr(envelope, name) for name in Envelope.__slots__ if name != "error"}
    error = envelope.error
    problem = [error.type, error.text, error.attempt] if error else None
    usual: Plain = {"attributes": {}, "delay_s": 0, "group": "", "deduplication": "", "error": None, "attempt": 1}
    plain = {**found, "attributes": dict(envelope.attributes), "error": problem}
    return {name: value for name, value in plain.items() if name not in usual or usual[name] != value}


def envelope_of(plain: Plain) -> Envelope:
    """The envelope that `plain_of` wrote."""
    error = plain.get("error")
    given: Plain = {**plain, "error": Failure(*error) if error else None}
    return Envelope(**given)
