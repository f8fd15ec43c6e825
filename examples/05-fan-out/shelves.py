"""Stands for an object store: shelves of documents, of which one has a byte in it that is no text."""

SIZES = {"sample": 6, "archive": 1_000}
TORN = 3
TEXTS = [b"to be or not to be", b"the rest is silence", b"brevity is the soul of wit", b"the play is the thing"]


def names(shelf: str) -> list[str]:
    return [f"{shelf}/{number}" for number in range(SIZES[shelf])]


def content(name: str) -> bytes:
    number = int(name.partition("/")[2])
    return b"to be \xff or not" if number == TORN else TEXTS[number % len(TEXTS)]
