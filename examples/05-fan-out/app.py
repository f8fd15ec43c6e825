"""Count the words of a thousand documents, fifty at a time. One that cannot be read is told, and costs nobody else."""

from collections import Counter
from datetime import timedelta

import shelves
from pydantic import BaseModel

from cloudless import App, Retry, fan_out
from cloudless.errors import NotFound

app = App("library", errors={NotFound: 404})


class Survey(BaseModel):
    read: int
    common: list[str]
    unread: list[str]


surveys = app.topic("surveys", Survey)


@app.function
def list_documents(shelf: str) -> list[str]:
    return shelves.names(shelf)


@app.function(timeout=timedelta(seconds=30), retry=Retry(attempts=3, on=[ConnectionError]))
def count_words(document: str) -> dict[str, int]:
    """A store that does not answer is worth another attempt; bytes that are no text are not."""
    return Counter(shelves.content(document).decode().split())


@app.pure
def most_common(counts: list[dict[str, int]]) -> list[str]:
    """The language of orchestrations neither goes through a dict nor sorts: Python does."""
    total = Counter[str]()
    for one in counts:
        total.update(one)
    return [f"{word}: {number}" for word, number in sorted(total.items(), key=lambda one: (-one[1], one[0]))[:3]]


@app.orchestration
def survey(shelf: str) -> Survey:
    documents = list_documents(shelf)
    outcomes = fan_out((count_words(document) for document in documents), max_concurrency=50, collect=True)
    counts: list[dict[str, int]] = []
    unread: list[str] = []
    for number in range(len(documents)):
        outcome = outcomes[number]
        if outcome.error is not None:
            unread.append(f"{documents[number]}: {outcome.error.type}")
        elif outcome.value is not None:
            counts.append(outcome.value)
    done = Survey(read=len(counts), common=most_common(counts), unread=unread)
    surveys.publish(done)
    return done


@surveys.subscriber
def tell(done: Survey) -> None:
    """The librarian reads what is common, and mends what is unread."""


@app.post("/surveys/{shelf}", public=True, status=202)
def create(shelf: str) -> dict[str, str]:
    return {"id": survey.start(shelf).id}


@app.get("/surveys/{id}", public=True)
def show(id: str) -> Survey | None:
    """Nothing (204) while it goes on."""
    execution = survey.execution(id)
    return None if execution.status() == "running" else execution.result()
