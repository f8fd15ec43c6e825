"""State: what a cloud holds, as JSON, for the cloud of another process, whose program may have changed meanwhile.

    {"now_us", "channels": {name: {"ready", "later", "blocked"}}, "ledger", "orchestrations"}

Messages are kept as they travel: a body that the new program does not take becomes a dead letter there, as in a
cloud. Schedules need no state: they are due by the clock. Secrets are none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.memory.channel import Channel
from cloudless.memory.envelope import envelope_of, plain_of
from cloudless.memory.ordered import OrderedChannel
from cloudless.message import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cloudless.memory.cloud import MemoryCloud

Plain = dict[str, Any]


def state_of(cloud: MemoryCloud, held: Iterable[tuple[str, Envelope]] = ()) -> Plain:
    """The state; what somebody received and did not settle is ready again.

    held: messages that are being handled, with their channels, where it is not asked for between two deliveries.
    """
    channels: dict[str, Plain] = {
        name: {"ready": _ready(one), "later": [], "blocked": []} for name, one in cloud.channels.items()
    }
    taken = ((channel.name, envelope) for channel, envelope in cloud.queues.taken())
    for name, envelope in (*taken, *held):
        channels[name]["ready"].insert(0, plain_of(envelope))
    for when_us, action, argument in cloud.world.due():
        owner = getattr(action, "__self__", None)
        if isinstance(owner, Channel) and isinstance(argument, Envelope):
            channels[owner.name]["later"].append([when_us, plain_of(argument)])
        elif isinstance(owner, OrderedChannel):
            channels[owner.name]["blocked"].append([when_us, argument])
    return {
        "now_us": cloud.world.base_us,
        "channels": {name: plain for name, plain in channels.items() if any(plain.values())},
        "ledger": cloud.ledger.state(),
        "orchestrations": cloud.orchestrations.state() if cloud.application.orchestrations else {},
    }


def resume(cloud: MemoryCloud, state: Plain) -> list[str]:
    """Put a state into a cloud in which nothing has happened yet; what has no place any more, a line each."""
    lost: list[str] = []
    for name, plain in state["channels"].items():
        channel = cloud.channels.get(name)
        if channel is None:
            lost.append(f"{len(plain['ready']) + len(plain['later'])} messages of {name!r}, which is gone")
        else:
            _fill(channel, plain)
    cloud.ledger.resume(state["ledger"])
    return [*lost, *(f"execution {id!r}, whose orchestration is gone" for id in _executions(cloud, state))]


def _executions(cloud: MemoryCloud, state: Plain) -> list[str]:
    """Put them into the cloud; ids of those that have no place."""
    found: dict[str, list[Plain]] = state["orchestrations"]
    if cloud.application.orchestrations:
        return cloud.orchestrations.resume(found)
    return [one["id"] for several in found.values() for one in several]


def _ready(channel: Channel) -> list[Plain]:
    return [plain_of(one) for one in channel.visible()]


def _fill(channel: Channel, plain: Plain) -> None:
    if isinstance(channel, OrderedChannel):
        for when_us, group in plain["blocked"]:
            channel.block_until(group, when_us)
    for one in plain["ready"]:
        channel.put(envelope_of(one))
    for when_us, one in plain["later"]:
        channel.put_at(envelope_of(one), when_us)
