"""A broker that speaks AMQP 1.0 as Azure Service Bus does, on loopback, with a clock that tests move.

It is ours, written from Microsoft's documentation and from what the official SDK expects, since no emulator of
Service Bus runs without containers. Tests talk to it with the real `azure-servicebus`.

    clock.py        real time plus what tests added
    problems.py     what the service answers when it does not do what was asked
    access.py       who may do what: claims, tokens, the authoriser that a test gives
    content.py      one message as its sections, kept as the sender encoded them
    stored.py       one message in one queue, and what a queue is told to do
    queue.py        what a queue does: locks, delivery counts, dead letters, schedules, expiry, duplicates
    sessions.py     who holds which session, and until when
    topic.py        topics, and subscriptions: queues behind rules
    filters.py      rules: SQL (sql.py) and correlation filters
    namespace.py    entities by address, forwarding between them, the next moment when something is due
    ──── above: no sockets; below: the wire
    codec.py        AMQP types to bytes and back
    frames.py       frames and performatives
    connection.py   one client: handshake, sessions
    session.py      attach, flow, transfer, disposition
    links.py        one direction of a link each: into an entity, out of a queue, replies
    management.py   requests to `$cbs` and `<entity>/$management`
    server.py       Broker: the namespace behind a socket, in a thread of its own

Kinder than the service: no TLS, no partitions, no transactions; tokens are looked at when they are put, not when they
end; without an authoriser any is accepted. Throttling, full, disabled and deleted entities come when a test says so.

May import: the standard library only, so that it is an oracle for our own code and shares none of it.
"""

from providers.azure.tests.servicebus.access import Anybody, Authoriser, Policy, SharedAccess
from providers.azure.tests.servicebus.clock import Clock, StandingClock
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import CorrelationRule, SqlRule
from providers.azure.tests.servicebus.namespace import Namespace
from providers.azure.tests.servicebus.problems import LockLost, Problem
from providers.azure.tests.servicebus.queue import Queue
from providers.azure.tests.servicebus.server import Broker
from providers.azure.tests.servicebus.stored import Settings, Stored

__all__ = [
    "Anybody",
    "Authoriser",
    "Broker",
    "Clock",
    "Content",
    "CorrelationRule",
    "LockLost",
    "Namespace",
    "Policy",
    "Problem",
    "Queue",
    "Settings",
    "SharedAccess",
    "SqlRule",
    "StandingClock",
    "Stored",
]
