"""What is repeated after a crash is the same step: same key, and in the program's eyes once."""

from datetime import timedelta
from uuid import UUID

from cloudless import App, fan_out, sleep, uuid4
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def note(id: UUID, number: int) -> int:
    return play("note", id=id, number=number)


@app.orchestration
def main() -> list[int]:
    mark = uuid4()
    found = [note(mark, 0)]
    for number in range(2):
        sleep(timedelta(hours=1))
        found.append(note(mark, number))
    same = uuid4() == mark
    return found + fan_out(note(each, 7) for each in [mark, mark]) + [1 if same else 0]
