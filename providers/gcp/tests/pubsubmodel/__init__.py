"""A strict model of Pub/Sub push subscriptions, on a clock of its own.

It is ours, written from Google's documentation, and stands in where the official emulator does not
behave like the service: the emulator ignores retry policies, pushes again about every second, sends no
`deliveryAttempt`, and accepts attributes that the service refuses. What the model does:

    message.py        what may be published: sizes and numbers, each with its page
    settings.py       what a subscription may be: deadlines, back-off, delivery attempts
    filter.py         which messages a subscription gets: the documented forms, and no other
    subscription.py   who is due, who is blocked, what an answer means, when a message is a dead letter
    push.py           the wrapped push request, and the HTTP POST that carries it

Where the documentation leaves room the model takes the unkind side: messages without an ordering key
are delivered in an order that a seed shuffles. Where the service promises less than the model does
(its back-off is approximate, its delivery attempts are best effort), the place says so. Not modelled:
push back-off (flow control), authentication, unwrapped messages, pulling.

A subscription is moved by `tests.virtual.World`; nothing here ever sleeps.

May import: the standard library and that only, so that it is an oracle for our own code and shares none of it.
"""

from providers.gcp.tests.pubsubmodel.filter import Filter, Unspecified
from providers.gcp.tests.pubsubmodel.message import PubsubMessage, Refused
from providers.gcp.tests.pubsubmodel.push import HttpEndpoint, push_body
from providers.gcp.tests.pubsubmodel.settings import Settings
from providers.gcp.tests.pubsubmodel.subscription import Push, Subscription

__all__ = [
    "Filter",
    "HttpEndpoint",
    "PubsubMessage",
    "Push",
    "Refused",
    "Settings",
    "Subscription",
    "Unspecified",
    "push_body",
]
