"""What operators do and see: whose an account is, what came of it, what was given up, and once more."""

from typing import Any

from app import Team, app, database, operators, received
from pydantic import BaseModel
from store import Store

from handlers.activity import alerts, builds, code, rest, talk
from handlers.releases import begin, withdraw


class Assignment(BaseModel):
    team: Team


@app.put("/accounts/{login}", auth=operators, status=204)
def assign(login: str, to: Assignment) -> None:
    """From now on. What was kept aside before comes with the next redrive."""
    Store(database.value).assign(login, to.team)


@app.get("/timelines", auth=operators)
def show_timelines() -> dict[str, list[str]]:
    """What came of each repository and account, in order."""
    store = Store(database.value)
    return {group: store.timeline(group) for group in store.groups()}


@app.get("/mails/{team}", auth=operators)
def show_mails(team: Team) -> list[dict[str, str]]:
    return [{"subject": subject, "text": text} for subject, text in Store(database.value).box(team)]


@app.get("/dead-letters", auth=operators)
def show_dead_letters() -> list[str]:
    """What was given up, and why: at most ten of each."""
    letters = [
        *received.dead_letters.peek(),
        *(letter for one in (code, talk, builds, alerts, rest, begin, withdraw) for letter in one.dead_letters.peek()),
    ]
    return sorted(told(letter) for letter in letters)


@app.post("/dead-letters/redrive", auth=operators)
def redrive() -> int:
    """Once more, now that the cause is gone; how many."""
    handlers = (code, talk, builds, alerts, rest, begin, withdraw)
    return received.dead_letters.redrive() + sum(one.dead_letters.redrive() for one in handlers)


def told(letter: Any) -> str:
    return f"{letter.body['event']}: {letter.error.type} {letter.error.text}"
