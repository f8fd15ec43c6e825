"""Names of delays: a queue of Cloud Tasks for each destination whose messages may wait."""

from __future__ import annotations

import re

from cloudless.driver.names import shorten
from cloudless_gcp.names.account import account_of, delayer
from cloudless_gcp.names.queue import queues_of
from cloudless_gcp.names.spelling import told_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.ir import Application
    from cloudless_gcp.names.place import Place

_DEAD_LETTERS = "dead_letters"  # cloudless.ir.DEAD_LETTERS
_MOST = 100
"""https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#Queue.FIELDS.name"""


def delayed_of(application: Application) -> list[str]:
    """The queues and subscriptions whose messages may wait: not ordered ones, which a copy would overtake.

    Nor dead letters, unless something consumes them.
    """
    consumed = {one.queue for one in application.consumers}
    found = [
        one.name
        for one in application.queues
        if not one.ordered and (one.role != _DEAD_LETTERS or one.name in consumed)
    ]
    return sorted([*found, *(one.name for one in application.subscriptions if one.handler)])


def delays_of(place: Place, application: Application) -> dict[str, dict[str, str]]:
    """Where delayed messages wait, by queue or subscription.

    {"orders": {"queue": full name, "topic": full name, "account": e-mail address of who publishes}}
    """
    topics = queues_of(place, application)
    return {
        name: {
            "queue": tasks_of(place, name),
            "topic": topics[name],
            "account": account_of(place, delayer(name)),
        }
        for name in delayed_of(application)
    }


def tasks_id(place: Place, name: str) -> str:
    """What the queue of Cloud Tasks is called in which a queue's delayed messages wait: letters, digits and hyphens.

    No two names differ in case alone (CL101), but they may in hyphens and underscores.
    """
    plain = re.sub("[^A-Za-z0-9-]", "-", name)
    whole = f"{place.prefix}-{plain}"
    return shorten(whole if plain == name else told_apart(whole, name), _MOST)


def tasks_of(place: Place, name: str) -> str:
    """The full name of a queue of Cloud Tasks."""
    return place.of_region("queues", tasks_id(place, name))
