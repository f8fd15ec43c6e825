"""Capability keys and gaps: what a provider cannot do, in one table per provider."""

from __future__ import annotations

from cloudless.errors import UnsupportedError

NOT_YET = "not_yet"
NEVER = "never"

CAPABILITIES: dict[str, str] = {
    "queue": "queues with retries and dead letters",
    "queue.delay": "messages that are delivered later, up to 15 minutes",
    "queue.long_delay": "messages that are delivered later, up to 30 days",
    "queue.ordered": "ordered queues",
    "queue.batch": "batches handed to one handler call",
    "queue.retry_after": "waits that RetryAfter or once_by choose, exactly; deliveries put off are no attempts",
    "queue.once": "once_by: each key handled once",
    "queue.dead_letters": "dead letters with the error, peek and redrive",
    "queue.consumed_letters": "peek and redrive of dead letters that a handler consumes",
    "queue.throttled": "deliveries for which no instance was free, not counted as attempts",
    "topic": "topics with subscriptions",
    "topic.filter": "subscriptions with a filter",
    "ledger.expiry": "rows behind once_by, ordered queues and overlap, removed when no longer needed",
    "schedule": "schedules in any time zone",
    "function": "functions that are invoked",
    "function.later": "functions that are invoked later",
    "secret": "secrets from the cloud's store",
    "http": "HTTP endpoints",
    "http.raw_path": "paths as they were sent: broken escapes are refused",
    "http.dot_segments": "paths as they were sent: dot segments are refused",
    "http.slashes": "paths as they were sent: adjacent slashes are not one",
    "orchestration": "orchestrations",
    "compile": "Terraform JSON and bundle",
    "identity.per_function": "an identity for each function",
    "identity.callers": "permissions for programs outside (connect) that end at this stage",
}
"""Every capability that a table may name, and what it means to a user. New nouns add theirs here."""


class Gap:
    """Something that a provider does not do. kind: NOT_YET or NEVER; reason: one sentence; link: its source."""

    __slots__ = ("kind", "link", "reason")

    def __init__(self, kind: str, reason: str, link: str = "") -> None:
        if kind not in (NOT_YET, NEVER):
            raise ValueError(f"kind of a gap is {NOT_YET!r} or {NEVER!r}, not {kind!r}")
        self.kind = kind
        self.reason = reason
        self.link = link

    def error(self, provider: str) -> UnsupportedError:
        """What a call meets that needs it. provider: its name."""
        return UnsupportedError(f"{provider}: {self.reason} ({self.kind}). {self.link}".rstrip())

    def __repr__(self) -> str:
        return f"Gap({self.kind}: {self.reason})"
