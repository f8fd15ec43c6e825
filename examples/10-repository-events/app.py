"""What there is: the application, what it is told by its stage, and the channels between its parts.

The parts themselves are in `handlers`, a concern a file; `include` in cloudless.toml names them.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from cloudless import App, Retry, api_key
from cloudless.errors import NotFound, PayloadTooLarge

app = App("repository-events", errors={NotFound: 404, PayloadTooLarge: 413})
webhook_secret = app.secret("webhook-secret")  # several with commas between them, while one takes over from another
operators = api_key(app.secret("operator-keys"))
database = app.config("database", str, default="events.db")  # a file here; a database service in the cloud

REMEMBERED = timedelta(days=3)  # as long as GitHub lets one send a delivery again
AGAIN = Retry(attempts=10)
QUICK = timedelta(seconds=10)  # of handlers that only write a row: after a crash, its message comes again soon


class Team(StrEnum):
    """Who reads what happened, each at hours of its own."""

    BERLIN = "berlin"
    KOLKATA = "kolkata"


class Delivery(BaseModel):
    """What came in. key: of its signed part, the same when it comes again. event: its type, e.g. "push"."""

    key: str
    event: str
    at: datetime
    payload: dict[str, Any]


class Happening(BaseModel):
    """A delivery that concerns a team. account: whose it is. source: where it happened, "acme/rocket" or an account."""

    key: str
    event: str
    action: str | None
    team: Team
    source: str
    at: datetime
    payload: dict[str, Any]


class Published(BaseModel):
    """A release that is out. is_final: False of a pre-release."""

    id: int
    source: str
    tag: str
    team: Team
    is_final: bool


class Mail(BaseModel):
    """id: the same for the same mail, which is sent once."""

    id: str
    team: Team
    subject: str
    text: str = ""


class Decision(BaseModel):
    """An operator's word on a release."""

    granted: bool
    by: str


received = app.ordered_queue("received", Delivery, retry=AGAIN)
happened = app.topic("happened", Happening, attributes=["event", "action"])
published = app.topic("published", Published, attributes=["team", "is_final"])
mails = app.queue("mails", Mail, retry=AGAIN)
decision = app.event("decision", Decision)
