"""Digests: every hour at work and every day, by the clock of each team, and the mails that they go out with."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import groupby

from app import QUICK, Mail, Team, app, database, mails
from store import Store

BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"
GRACE = timedelta(minutes=15)
"""Between the end of an hour or day and its digest: what is tried again meanwhile is in it; the rest is in the next."""


@app.schedule("15 8-18 * * MON-FRI", timezone=BERLIN)
def hourly_in_berlin(due: datetime) -> None:
    digest(Team.BERLIN, "hour", due)


@app.schedule("15 0 * * *", timezone=BERLIN)
def daily_in_berlin(due: datetime) -> None:
    digest(Team.BERLIN, "day", due)


@app.schedule("15 8-18 * * MON-FRI", timezone=KOLKATA)
def hourly_in_kolkata(due: datetime) -> None:
    """Its hours begin at half past, in UTC."""
    digest(Team.KOLKATA, "hour", due)


@app.schedule("15 0 * * *", timezone=KOLKATA)
def daily_in_kolkata(due: datetime) -> None:
    digest(Team.KOLKATA, "day", due)


def digest(team: Team, span: str, due: datetime) -> None:
    """Mail what came in before the hour or day ended. A run that is repeated mails the same, under the same id."""
    end = due - GRACE
    id = f"{team}-{span}-{end:%Y-%m-%dT%H%z}"
    store = Store(database.value)
    store.fill(id, span, team, end.timestamp())
    lines = store.lines(id)
    if lines:
        mails.send(Mail(id=id, team=team, subject=f"By the {span}, until {end:%d %B, %H:%M}", text=written(lines)))


def written(lines: list[tuple[str, str, str]]) -> str:
    """A paragraph for each source: how many of each kind, and each line once."""
    paragraphs = list[str]()
    for source, group in groupby(lines, key=lambda line: line[0]):
        members = list(group)
        kinds = Counter(kind for _, kind, _ in members)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        paragraphs.append("\n".join([f"{source}: {told}", *dict.fromkeys(f"  {text}" for _, _, text in members)]))
    return "\n".join(paragraphs)


@mails.consumer(once_by="id", timeout=QUICK)
def deliver(mail: Mail) -> None:
    """Stands for a mail server."""
    Store(database.value).deliver(mail.id, mail.team, mail.subject, mail.text)
