"""Ask for approval: a signed link by mail, a reminder after a day, the director after two, and a no after three."""

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from cloudless import App, Response, Retry
from cloudless.errors import NotFound, Unavailable

app = App("purchases", errors={NotFound: 404})
site = app.config("site", str, default="https://purchases.example")
link_key = app.secret("link-key")  # 32 bytes or more; who changes it ends every link that is out

DIRECTOR = "director@example.com"
PAGE = """<form method="post">
<p>Purchase {id}</p>
<button formaction="answers/yes?token={token}">Grant</button>
<button formaction="answers/no?token={token}">Refuse</button>
</form>"""


class Wish(BaseModel):
    id: str
    what: str
    of: str
    manager: str


class Answer(BaseModel):
    granted: bool


class Mail(BaseModel):
    to: str
    text: str


answer = app.event("answer", Answer)
mails = app.queue("mails", Mail)


@app.function(retry=Retry(attempts=5, on=[Unavailable, TimeoutError]))
def ask(whom: str, wish: Wish) -> None:
    """Mail a link. A step is tried once unless it says more: a queue that is busy or slow should not end a purchase."""
    link = answer.link(wish.id, base=f"{site.value}/answers", secret=link_key, expires=timedelta(days=2))
    mails.send(Mail(to=whom, text=f"{wish.of} wants {wish.what}: {link}"))


@app.orchestration
def purchase(wish: Wish) -> str:
    outcome = "refused, since nobody answered"
    for whom in [wish.manager, wish.manager, DIRECTOR]:  # a question, a reminder, an escalation
        ask(whom, wish)
        try:
            given = answer.wait(timeout=timedelta(days=1))
        except TimeoutError:
            continue
        outcome = "granted" if given.granted else "refused"
        break
    mails.send(Mail(to=wish.of, text=f"{wish.what}: {outcome}"))
    return outcome


@mails.consumer
def deliver(mail: Mail) -> None:
    """Stands for a mail server."""
    print(f"To {mail.to}: {mail.text}")  # noqa: T201


@app.post("/purchases", public=True, status=202)
def create(wish: Wish) -> dict[str, str]:
    return {"id": purchase.options(id=wish.id).start(wish).id}


@app.get("/answers", public=True)
def show(token: str) -> Response:
    """Shows, and decides nothing: programs that look through mails follow links."""
    id = answer.verify(token, secret=link_key)
    return Response(PAGE.format(id=id, token=token), headers={"content-type": "text/html"})


@app.post("/answers/{word}", public=True, status=202, errors={NotFound: 409})
def decide(word: Literal["yes", "no"], token: str) -> str:
    """403 where the link is forged, 410 where it has expired, 409 where it was decided already."""
    answer.send_signed(token, Answer(granted=word == "yes"), secret=link_key)
    return "Thank you."
