"""Keys: with which messages are encrypted, and where they may be: what `native=` of a queue, topic or subscriber says.

Copies, dead letters and what is given up hold what somebody sent, so it holds for their topics as well.
https://cloud.google.com/pubsub/docs/encryption
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless_gcp.compile.scope import TOPIC

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

Keys = Mapping[str, Any]
"""Arguments of a topic."""
ARGUMENTS = ("kms_key_name", "message_storage_policy")


def keys(ground: Ground) -> dict[str, Keys]:
    """By queue, dead letters too, and by subscription with a handler; of what has none of its own, nothing."""
    application = ground.application
    said: dict[str, Keys] = {one.name: _said(one.native) for one in application.queues}
    for one in application.subscriptions:
        if one.handler:
            said[one.name] = {**_said(ground.topics[one.topic].native), **_said(ground.handlers[one.handler].native)}
    letters = {one.dead_letters: said[one.name] for one in application.queues}
    letters |= {one.dead_letters: said.get(one.name, {}) for one in application.subscriptions}
    return {name: {**letters.get(name, {}), **own} for name, own in said.items()}


def _said(native: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Keys:
    arguments = native.get("gcp", {}).get(TOPIC, {})
    return {key: arguments[key] for key in ARGUMENTS if key in arguments}
