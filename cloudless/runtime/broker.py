"""The broker: mailboxes of events, for platforms whose executions wait with a token instead of having a mailbox.

An execution that waits has the broker told its token; who sends an event has the broker told its payload. Whoever comes
second makes the two meet. Everything is in a store (`cloudless.driver.store`), of which every write depends on what was
read, so that any number of brokers may run at once:

    letter   event/<orchestration>/<execution>/<event>/<digest of its id>   {"at", "v": payload}; {"at"} once taken
    box      event/<orchestration>/<execution>/<event>        {"at", "pending", "waiters", "handed", "left", "done"}
             pending: letters that nobody has taken, oldest first. waiters: tokens, the latest last: at most one of them
             is good, as no two branches wait for one event; others timed out, which nobody tells.
             left: tokens that were taken back, where a platform does tell. done: those that were completed.
             handed: [token, letter, at]: somebody is completing that token with that letter at this moment.

Each event is taken once, in the order of arrival: a letter is handed before the token is completed, and marked as taken
before it is handed no longer. A token that nobody waits with any more gives its letter back, and is forgotten; one that
the platform does not take yet gives it back, and stays. A broker that died in between is followed, LEASE_S later, by
the next caller, which tries the token again, and asks the platform where that does not tell. Part of a bundle: standard
library only.
"""

from __future__ import annotations

from hashlib import sha256

from cloudless.codec import dump, load, size_of
from cloudless.driver.store import ABSENT, TEXT_MAX, Kept
from cloudless.errors import InvalidArgument, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.driver.store import Store

    Handed = tuple[str, str, float]
    """Token, letter, and since when."""

    class Tokens(Protocol):
        """What the platform does with tokens."""

        def complete(self, token: str, payload: Any) -> bool:
            """Let who waits with that token go on; False where nobody does any more, and nobody will.

            Raises NotTaken where it got nothing, and may later; Unavailable where nobody knows what it got.
            """
            ...

        def was_taken(self, mailbox: Mailbox, token: str) -> bool:
            """Whether the wait of that token ended with an event. Raises Unavailable.

            Asked only after a broker died, and at least LEASE_S after it handed that token something.
            """
            ...


KEPT_S = 400 * 86_400.0
"""How long texts are kept after their last write: longer than any execution takes."""
LEASE_S = 30.0
"""How long a broker may take over one call at most: the time-out of its function."""
PATIENCE_S = 16.0
"""How long a call waits for another one that is completing a token: two in a row outlast one that died."""
LOOK_S = 0.1
SAME_S = 86_400.0
"""By how much clocks may differ at most. An id is used again only 90 days after its execution ended."""
WAITERS_MAX = 5
"""Tokens of one mailbox: the good one, and others that were told late."""
_NOTHING = Kept("", ABSENT)


def text_of(asked: Mapping[str, Any], part: str) -> str:
    """A part of what a broker is asked; InvalidArgument where it is no text, or empty."""
    value = asked.get(part)
    if not isinstance(value, str) or not value:
        raise InvalidArgument(f"the broker was given no {part}")
    return value


class NotTaken(Unavailable):
    """A platform did not take an event for a token that somebody may still wait with: safe to try again."""


class Mailbox:
    """Whose events of which name. since_s: when the execution began; what was written long before is of another one."""

    __slots__ = ("event", "execution", "orchestration", "since_s")

    def __init__(self, orchestration: str, execution: str, event: str, since_s: float = 0) -> None:
        self.orchestration = orchestration
        self.execution = execution
        self.event = event
        self.since_s = since_s

    @property
    def key(self) -> str:
        """In the store."""
        return f"event/{self.orchestration}/{self.execution}/{self.event}"

    def __repr__(self) -> str:
        return f"<mailbox {self.event} of {self.orchestration} {self.execution}>"


class _Box:
    """What the store keeps of a mailbox, as it was read. version: of that."""

    __slots__ = ("done", "handed", "left", "pending", "version", "waiters")

    def __init__(self, version: str, plain: Mapping[str, Any]) -> None:
        self.version = version
        self.pending: list[str] = plain.get("pending", [])
        self.waiters: list[str] = plain.get("waiters", [])
        self.left: list[str] = plain.get("left", [])
        self.done: list[str] = plain.get("done", [])
        handed = plain.get("handed")
        self.handed: Handed | None = (handed[0], handed[1], handed[2]) if handed else None

    def knows(self, token: str) -> bool:
        """Whether that token was told before: one that was completed is never to be completed again."""
        return token in self.waiters or token in self.left or token in self.done

    def forget(self, token: str) -> None:
        """It waits no longer."""
        self.waiters = [one for one in self.waiters if one != token]

    # --- what becomes of what was handed

    def taken(self, token: str, letter: str) -> None:
        """The token is used up."""
        self.forget(token)
        self.done = [*self.done, token][-WAITERS_MAX:]

    def gone(self, token: str, letter: str) -> None:
        """Nobody waits with the token: the letter is for the next one."""
        self.forget(token)
        self.refused(token, letter)

    def refused(self, token: str, letter: str) -> None:
        """Both wait on."""
        self.pending = [letter, *self.pending]


class Broker:
    """Safe from several threads and processes. pause: waits so many seconds."""

    __slots__ = ("_now_s", "_pause", "_store", "_tokens")

    def __init__(
        self, store: Store, tokens: Tokens, now_s: Callable[[], float], pause: Callable[[float], None]
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._now_s = now_s
        self._pause = pause

    def send(self, mailbox: Mailbox, id: str, payload: Any) -> None:
        """Put an event into a mailbox, and return once it is stored; nothing happens where it got that id before.

        Raises Unavailable: safe to repeat, with the same id.
        """
        letter = sha256(id.encode()).hexdigest()[:32]
        while True:
            box = self._box(mailbox)
            if not self._is_new(mailbox, box, letter, payload):
                break
            box.pending = [*box.pending, letter]
            if self._write(mailbox, box):
                break
        self._advance(mailbox, letter)

    def wait(self, mailbox: Mailbox, token: str) -> None:
        """Complete a token with the oldest event of the mailbox, now or when one comes.

        Raises Unavailable; a repetition may have another token, if that one is good no longer.
        """
        while True:
            box = self._box(mailbox)
            if box.knows(token):
                break
            box.waiters = [*box.waiters, token][-WAITERS_MAX:]
            if self._write(mailbox, box):
                break
        self._advance(mailbox, "")

    def leave(self, mailbox: Mailbox, token: str) -> bool:
        """Take back a token that was told; for platforms where one that nobody waits with any more is still good.

        True: no event came, and none will come with it. False: it was completed, or is at this moment. Raises
        Unavailable: safe to repeat.
        """
        while True:
            box = self._box(mailbox)
            if token in box.left:
                return True
            if box.handed is not None and box.handed[0] == token:
                self._settle(mailbox, box.handed)
            elif token in box.waiters:
                box.forget(token)
                box.left = [*box.left, token][-WAITERS_MAX:]
                if self._write(mailbox, box):
                    return True
            else:
                return False

    def _is_new(self, mailbox: Mailbox, box: _Box, letter: str, payload: Any) -> bool:
        """Keep a letter, and tell whether it is still to be put into the box as it was read.

        The box was read before: a letter that was taken by then is marked by now, and one that is taken later changes
        the box. One that is handed at this moment may stand in the box as well: it is left out once it is marked.
        """
        key, text = _key(mailbox, letter), dump({"at": self._now_s(), "v": payload})
        if self._store.write(key, text, ABSENT, KEPT_S):
            return True
        kept = self._store.read(key)
        if kept is None or _is_anothers(mailbox, load(kept.text)):
            version = ABSENT if kept is None else kept.version
            return self._store.write(key, text, version, KEPT_S) or self._is_new(mailbox, box, letter, payload)
        return "v" in load(kept.text) and letter not in box.pending

    # --- making them meet

    def _advance(self, mailbox: Mailbox, letter: str) -> None:
        """Hand letters to tokens, until there is nothing to do. letter: the caller's own; "" for one that waits."""
        while True:
            box = self._box(mailbox)
            if box.handed is not None:
                if letter and letter != box.handed[1]:
                    return  # who does that goes on with the rest
                self._settle(mailbox, box.handed)
            elif not box.pending or not box.waiters:
                return
            else:
                self._hand(mailbox, box)

    def _hand(self, mailbox: Mailbox, box: _Box) -> None:
        """Complete the latest token with the oldest letter, unless somebody else is about to."""
        token, letter = box.waiters[-1], box.pending[0]
        kept = self._letter(mailbox, letter)
        box.pending = box.pending[1:]
        if kept is not None:
            box.handed = (token, letter, self._now_s())
        if self._write(mailbox, box) and kept is not None and box.handed is not None:
            self._complete(mailbox, box.handed, kept)

    def _complete(self, mailbox: Mailbox, handed: Handed, kept: Kept) -> None:
        try:
            is_taken = self._tokens.complete(handed[0], _payload(kept))
        except NotTaken:
            self._drop(mailbox, handed, _Box.refused)
            raise
        self._end(mailbox, handed, kept, is_taken=is_taken)

    def _end(self, mailbox: Mailbox, handed: Handed, kept: Kept, *, is_taken: bool) -> None:
        """Write down what became of a letter that was handed."""
        if is_taken:
            self._store.write(_key(mailbox, handed[1]), dump({"at": self._now_s()}), kept.version, KEPT_S)
        self._drop(mailbox, handed, _Box.taken if is_taken else _Box.gone)

    def _drop(self, mailbox: Mailbox, handed: Handed, became: Callable[[_Box, str, str], None]) -> None:
        """Hand that no longer."""
        while True:
            box = self._box(mailbox)
            if box.handed != handed:
                return  # somebody who had to think that we were dead did it
            box.handed = None
            became(box, handed[0], handed[1])
            if self._write(mailbox, box):
                return

    def _settle(self, mailbox: Mailbox, handed: Handed) -> None:
        """Wait until that is handed no longer; go on for a broker that must be dead."""
        waited_s = 0.0
        while self._now_s() - handed[2] < LEASE_S:
            if waited_s >= PATIENCE_S:
                raise Unavailable(f"another call is busy with the {mailbox.event} of {mailbox.execution!r}: try again")
            self._pause(LOOK_S)
            waited_s += LOOK_S
            if self._box(mailbox).handed != handed:
                return
        box = self._box(mailbox)
        if box.handed != handed:
            return
        ours = box.handed = (handed[0], handed[1], self._now_s())
        if self._write(mailbox, box):
            self._end_for_the_dead(mailbox, ours)

    def _end_for_the_dead(self, mailbox: Mailbox, handed: Handed) -> None:
        token, letter, _ = handed
        kept = self._letter(mailbox, letter)
        if kept is None:  # marked: all but the last write was done
            self._end(mailbox, handed, _NOTHING, is_taken=True)
            return
        try:
            is_taken = self._tokens.complete(token, _payload(kept)) or self._tokens.was_taken(mailbox, token)
        except NotTaken:
            if not self._tokens.was_taken(mailbox, token):
                self._drop(mailbox, handed, _Box.refused)
                raise
            is_taken = True
        self._end(mailbox, handed, kept, is_taken=is_taken)

    # --- the store

    def _box(self, mailbox: Mailbox) -> _Box:
        kept = self._store.read(mailbox.key)
        if kept is None:
            return _Box(ABSENT, {})
        plain = load(kept.text)
        return _Box(kept.version, {} if _is_anothers(mailbox, plain) else plain)

    def _write(self, mailbox: Mailbox, box: _Box) -> bool:
        plain: dict[str, Any] = {
            "at": self._now_s(), "pending": box.pending, "waiters": box.waiters, "handed": box.handed,
        }  # fmt: skip
        text = dump({**plain, **({"left": box.left} if box.left else {}), **({"done": box.done} if box.done else {})})
        if size_of(text) > TEXT_MAX:
            raise Unavailable(f"{len(box.pending):,} events {mailbox.event!r} wait to be taken: no more are kept")
        return self._store.write(mailbox.key, text, box.version, KEPT_S)

    def _letter(self, mailbox: Mailbox, letter: str) -> Kept | None:
        """A letter that nobody has taken yet."""
        kept = self._store.read(_key(mailbox, letter))
        return kept if kept is not None and "v" in load(kept.text) else None


def _key(mailbox: Mailbox, letter: str) -> str:
    return f"{mailbox.key}/{letter}"


def _payload(kept: Kept) -> Any:
    return load(kept.text)["v"]


def _is_anothers(mailbox: Mailbox, plain: Mapping[str, Any]) -> bool:
    """Whether a text is of an execution before this one, which had the same id."""
    at_s: float = plain["at"]
    return at_s < mailbox.since_s - SAME_S
