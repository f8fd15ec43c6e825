"""Queues: those of the program, dead letters, and those behind subscriptions, schedules and `invoke_later`.

Settings: docs/mechanisms.md, failure, lock, order and delay. What a function consumes stays hidden for six times the
function's time-out, and the batching window. No deduplication by content: the copy of a message that failed has its
body.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless_aws.compile.scope import queue_arn
from cloudless_aws.limits import LIMITS, VISIBILITIES

if TYPE_CHECKING:
    from cloudless.compiler.native import Owner
    from cloudless.compiler.unit import Source, Unit
    from cloudless_aws.compile.ground import Ground

TYPE = "aws_sqs_queue"
RETENTION_S = int(LIMITS["queue.retention"].value)
"""The longest: dead letters keep the age that they had in the queue before."""
HIDDEN_S = 30
"""Of what nobody consumes: the platform's own default. Somebody who peeks puts it back at once."""
RECEIVES_MIN = 5
_HIDDEN_MAX_S = int(LIMITS["queue.lock"].value)
_FREE = ("delay_seconds", "max_message_size", "message_retention_seconds", "receive_wait_time_seconds")
_KEY = "kms_master_key_id"
_KEYS = (_KEY, "kms_data_key_reuse_period_seconds")


def queues(ground: Ground) -> None:
    """Every queue that the stage makes: not those that are there already."""
    hidden = {one.source.queue: hidden_s(one, one.source) for one in ground.units if one.source is not None}
    inherited = _inherited(ground)
    for queue in ground.application.queues:
        if not queue.existing.get("aws"):
            owner = ground.owner(f"queue {queue.name!r}", queue)
            attempts = queue.retry.attempts
            _add(
                ground,
                queue.name,
                hidden.get(queue.name, HIDDEN_S),
                _redrive(ground, queue.dead_letters, attempts) | inherited.get(queue.name, {}),
                owner,
            )
    for one in ground.application.subscriptions:
        if one.handler:
            redrive = _redrive(ground, one.dead_letters, one.retry.attempts)
            _add(ground, one.name, hidden[one.name], redrive, ground.handler_owner(one.handler))


def hidden_s(unit: Unit, source: Source) -> int:
    """The visibility time-out of a queue that a unit consumes."""
    return min(_HIDDEN_MAX_S, VISIBILITIES * unit.timeout_s + source.window_s)


def _inherited(ground: Ground) -> dict[str, dict[str, Any]]:
    """The keys of dead letters, which are those of the queue before them: letters hold its whole messages."""
    application = ground.application
    natives = [(one.dead_letters, one.native) for one in application.queues]
    subscribed = [one for one in application.subscriptions if one.handler]
    natives += [(one.dead_letters, ground.handlers[one.handler].native) for one in subscribed]
    said = {letters: native.get("aws", {}).get(TYPE, {}) for letters, native in natives if letters}
    return {letters: {key: given[key] for key in _KEYS if key in given} for letters, given in said.items()}


def _add(ground: Ground, name: str, hidden: int, more: dict[str, Any], owner: Owner | None) -> None:
    arguments: dict[str, Any] = {"name": ground.queue_names[name]}
    if name in ground.fifo:
        arguments |= _FIFO
    arguments |= {
        "visibility_timeout_seconds": hidden,
        "message_retention_seconds": RETENTION_S,
        "sqs_managed_sse_enabled": True,
        **more,
    }
    merged = arguments if owner is None else owner.merged(TYPE, arguments, (*_FREE, *_KEYS))
    if merged.get(_KEY):
        del merged["sqs_managed_sse_enabled"]  # one or the other: a key of the user's is no key of SQS's
    ground.document.resource(TYPE, name, merged)


_FIFO: dict[str, Any] = {
    "fifo_queue": True,
    "content_based_deduplication": False,
    "deduplication_scope": "messageGroup",
    "fifo_throughput_limit": "perMessageGroupId",
}
"""High throughput: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html."""


def _redrive(ground: Ground, dead_letters: str, attempts: int) -> dict[str, Any]:
    """Behind our own count: SQS gives up what our runtime never got to count."""
    if not dead_letters:
        return {}
    target = queue_arn(ground, dead_letters).removeprefix("${").removesuffix("}")
    most = max(RECEIVES_MIN, attempts + 1)
    return {"redrive_policy": f"${{jsonencode({{deadLetterTargetArn = {target}, maxReceiveCount = {most}}})}}"}
