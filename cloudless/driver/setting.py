"""One key of a stage that means something to its provider."""

from __future__ import annotations


class Setting:
    """key: in the stage's table of cloudless.toml. what: it is, in a few words, for people. example: a value of it.

    form: a regular expression that every value matches as a whole; which of those exist, the cloud knows. needed:
    whether a stage cannot do without it. note: what else to say of a value that does not match, "" for nothing.
    A value is text, and never a secret: cloudless.toml is committed.
    """

    __slots__ = ("example", "form", "key", "needed", "note", "what")

    def __init__(self, key: str, what: str, example: str, *, form: str, needed: bool = True, note: str = "") -> None:
        self.key = key
        self.what = what
        self.example = example
        self.form = form
        self.needed = needed
        self.note = note

    def __str__(self) -> str:
        """As it is written: region = "eu-central-1"."""
        return f'{self.key} = "{self.example}"'
