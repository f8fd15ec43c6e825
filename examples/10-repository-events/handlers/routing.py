"""To whom it concerns: in order within a repository, once a delivery, and kept aside while nobody is concerned."""

from app import QUICK, REMEMBERED, Delivery, Happening, Team, database, happened, received
from github import payload as github
from store import Store

from cloudless import Reject


@received.consumer(once_by="key", remember=REMEMBERED, timeout=QUICK)
def route(delivery: Delivery) -> None:
    """An account that is no team's is no error of the sender's: an operator assigns it, and redrives."""
    found = github.Payload.model_validate(delivery.payload)
    team = Store(database.value).team_of(found.account)
    if team is None:
        raise Reject(f"{found.account} is no team's")
    Store(database.value).append(found.group, delivery.key, f"{delivery.event} {found.headline()}".strip())
    happened.publish(
        Happening(
            key=delivery.key,
            event=delivery.event,
            action=found.action,
            team=Team(team),
            source=found.source,
            at=delivery.at,
            payload=delivery.payload,
        )
    )
