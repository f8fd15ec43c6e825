"""Topics and subscriptions of Pub/Sub, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from providers.gcp.tests.bridge.made import Push, Subscription, Topic
from providers.gcp.tests.pubsubmodel import Filter, Refused, Settings
from tests.bridge import Kind, Unreadable, block, known, must, words

_NAME = re.compile(r"(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}")
"""https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"""
_DURATION = re.compile(r"(\d+(?:\.\d{1,9})?)s")
TOPIC_RETENTION_S = (600, 31 * 86_400)
_MONTH_S = 31 * 86_400


def _topic(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "pubsub")
    name = _named(address, arguments["name"])
    full = f"{google.root}/topics/{name}"
    must(full not in google.topics, address, f"topic {name} is there already")
    retention = arguments.get("message_retention_duration")
    kept = None if retention is None else int(seconds(address, retention))
    must(kept is None or TOPIC_RETENTION_S[0] <= kept <= TOPIC_RETENTION_S[1], address, f"it keeps for {retention}")
    body = {
        "messageRetentionDuration": retention,
        "kmsKeyName": arguments.get("kms_key_name"),
        "labels": check_labels(address, arguments.get("labels")) or None,
    }
    google.call(address, "pubsub", "projects.topics.create", {"name": full}, body)
    google.topics[full] = Topic(full, kept)
    return {"id": full, "name": name, "project": google.project}


def _existing_topic(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    full = google.named("topics", arguments["name"])
    google.topics.setdefault(full, Topic(full))
    return {"id": full}


def _named(address: str, name: str) -> str:
    must(_NAME.fullmatch(name), address, f"no name in Pub/Sub: {name!r}")
    return name


def seconds(address: str, duration: str) -> float:
    """Of a duration as Terraform writes it: "600s"."""
    found = _DURATION.fullmatch(duration)
    must(found, address, f"no duration: {duration!r}")
    return float(duration[:-1])


def _subscription(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "pubsub")
    name = _named(address, arguments["name"])
    full = f"{google.root}/subscriptions/{name}"
    must(full not in google.subscriptions, address, f"subscription {name} is there already")
    topic = google.named("topics", arguments["topic"])
    must(topic in google.topics, address, f"no topic {topic!r}")
    try:
        settings = _settings(google, address, full, arguments)
        where = arguments.get("filter") or ""
        if where:
            Filter.read(where)
    except Refused as problem:
        raise Unreadable(f"{address}: {problem}") from problem
    push = _push(google, address, arguments)
    expiry, never = _expiry(address, arguments)
    google.call(
        address, "pubsub", "projects.subscriptions.create", {"name": full}, _body(topic, arguments, push, expiry)
    )
    google.subscriptions[full] = Subscription(full, topic, settings, where, push, never)
    return {"id": full, "name": name, "project": google.project}


def _settings(google: Google, address: str, name: str, arguments: Mapping[str, Any]) -> Settings:
    """Raises Refused."""
    retry, letters = block(address, arguments, "retry_policy"), block(address, arguments, "dead_letter_policy")
    known(address, retry, words("minimum_backoff maximum_backoff"))
    known(address, letters, words("dead_letter_topic max_delivery_attempts"))
    dead = letters.get("dead_letter_topic", "")
    must(not dead or google.named("topics", dead) in google.topics, address, f"no topic {dead!r}")
    return Settings(
        name,
        ack_deadline_s=int(arguments.get("ack_deadline_seconds", 10)),
        minimum_backoff_s=seconds(address, retry.get("minimum_backoff", "10s")) if retry else None,
        maximum_backoff_s=seconds(address, retry.get("maximum_backoff", "600s")) if retry else None,
        dead_letter_topic=google.named("topics", dead) if dead else "",
        max_delivery_attempts=int(letters.get("max_delivery_attempts", 5)),
        is_ordered=bool(arguments.get("enable_message_ordering")),
        retention_s=int(seconds(address, arguments.get("message_retention_duration", "604800s"))),
    )


def _push(google: Google, address: str, arguments: Mapping[str, Any]) -> Push | None:
    """https://cloud.google.com/pubsub/docs/push: endpoints are https."""
    given = block(address, arguments, "push_config")
    known(address, given, words("push_endpoint oidc_token no_wrapper"))
    if not given:
        return None
    url = given["push_endpoint"]
    must(url.startswith("https://"), address, f"endpoint {url!r}")
    token = block(address, given, "oidc_token")
    known(address, token, words("service_account_email audience"))
    email = google.account(address, token["service_account_email"]).email if token else ""
    bare = block(address, given, "no_wrapper")
    known(address, bare, words("write_metadata"))
    return Push(url, email, token.get("audience", url) if token else "", bool(bare))


def _expiry(address: str, arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, bool]:
    """The policy as the API has it, and whether it says never: without one it is a month."""
    given = block(address, arguments, "expiration_policy")
    known(address, given, words("ttl"))
    if "ttl" not in given:
        return None, False
    ttl: str = given["ttl"]
    must(not ttl or seconds(address, ttl) >= 86_400, address, f"it expires after {ttl}")
    return ({"ttl": ttl} if ttl else {}), not ttl


def _body(
    topic: str, arguments: Mapping[str, Any], push: Push | None, expiry: Mapping[str, Any] | None
) -> dict[str, Any]:
    retry: Any = block("", arguments, "retry_policy")
    letters: Any = block("", arguments, "dead_letter_policy")
    given: dict[str, Any] = {
        "topic": topic,
        "ackDeadlineSeconds": arguments.get("ack_deadline_seconds"),
        "messageRetentionDuration": arguments.get("message_retention_duration"),
        "enableMessageOrdering": arguments.get("enable_message_ordering"),
        "filter": arguments.get("filter"),
        "labels": arguments.get("labels"),
        "expirationPolicy": expiry,
    }
    if retry:
        given["retryPolicy"] = {
            "minimumBackoff": retry.get("minimum_backoff"),
            "maximumBackoff": retry.get("maximum_backoff"),
        }
    if letters:
        given["deadLetterPolicy"] = {
            "deadLetterTopic": letters["dead_letter_topic"],
            "maxDeliveryAttempts": letters.get("max_delivery_attempts"),
        }
    if push:
        token = {"serviceAccountEmail": push.account, "audience": push.audience} if push.account else None
        given["pushConfig"] = {"pushEndpoint": push.url, "oidcToken": token}
    return given


KINDS: Mapping[str, Kind[Google]] = {
    "google_pubsub_topic": Kind(_topic, words("project name message_retention_duration kms_key_name labels")),
    "data.google_pubsub_topic": Kind(_existing_topic, words("project name")),
    "google_pubsub_subscription": Kind(
        _subscription,
        words(
            "project name topic ack_deadline_seconds message_retention_duration expiration_policy retry_policy"
            " dead_letter_policy push_config enable_message_ordering filter labels"
        ),
    ),
}
