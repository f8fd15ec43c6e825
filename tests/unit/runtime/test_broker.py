"""The broker of events: a mailbox over a store, whatever overtakes what, and whoever dies."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.errors import NotFound, Unavailable
from cloudless.runtime.addressee import addressee
from cloudless.runtime.broker import LEASE_S, SAME_S, WAITERS_MAX, Broker, Mailbox
from tests.unit.runtime.mailboxes import START_S, Killed, MemoryStore, Tokens, Turns

BOX = Mailbox("fulfil", "7", "approval", START_S - 5)
SEEDS = range(60)
TIMEOUTS = 5
TURNS_MOST = 20_000


class World:
    """One broker whose calls follow one another."""

    def __init__(self) -> None:
        self.now_s = START_S
        self.store = MemoryStore()
        self.tokens = Tokens()
        self.broker = Broker(self.store, self.tokens, lambda: self.now_s, self._sleep)

    def wait(self, token: str) -> None:
        self.tokens.good.add(token)
        self.broker.wait(BOX, token)

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def world() -> World:
    return World()


def test_an_event_is_taken_by_who_waits_for_it(world: World) -> None:
    world.wait("t")
    world.broker.send(BOX, "e", {"by": "Ada"})
    assert world.tokens.taken == {"t": {"by": "Ada"}}


def test_an_event_may_come_before_it_is_waited_for(world: World) -> None:
    world.broker.send(BOX, "e", 1)
    world.wait("t")
    assert world.tokens.taken == {"t": 1}


def test_events_are_taken_in_the_order_of_their_arrival_each_by_one_wait(world: World) -> None:
    for number in range(3):
        world.broker.send(BOX, f"e{number}", number)
    for number in range(4):
        world.wait(f"t{number}")
    assert world.tokens.taken == {"t0": 0, "t1": 1, "t2": 2}


@pytest.mark.parametrize("waits_first", [True, False])
def test_an_event_of_an_id_that_was_sent_before_is_dropped(world: World, *, waits_first: bool) -> None:
    if waits_first:
        world.wait("t0")
    world.broker.send(BOX, "e", "first")
    world.broker.send(BOX, "e", "second")
    world.wait("t1")
    assert list(world.tokens.taken.values()) == ["first"]


def test_mailboxes_are_kept_apart(world: World) -> None:
    world.broker.send(Mailbox("fulfil", "8", "approval"), "e", 1)
    world.broker.send(Mailbox("refund", "7", "approval"), "e", 2)
    world.broker.send(Mailbox("fulfil", "7", "payment"), "e", 3)
    world.wait("t")
    assert world.tokens.taken == {}


def test_an_event_for_a_wait_that_timed_out_stays_for_the_next_one(world: World) -> None:
    world.wait("late")
    world.tokens.good.clear()
    world.broker.send(BOX, "e", 1)
    assert world.tokens.taken == {}
    world.wait("next")
    assert world.tokens.taken == {"next": 1}


def test_what_came_back_is_taken_before_what_came_later(world: World) -> None:
    world.wait("late")
    world.tokens.good.clear()
    world.broker.send(BOX, "e1", 1)
    world.broker.send(BOX, "e2", 2)
    world.wait("next")
    assert world.tokens.taken == {"next": 1}


def test_a_wait_that_is_told_after_it_timed_out_does_not_hide_the_one_after_it(world: World) -> None:
    world.wait("good")
    world.broker.wait(BOX, "timed out before it was told")
    world.broker.send(BOX, "e", 1)
    assert world.tokens.taken == {"good": 1}


def test_waits_that_timed_out_are_forgotten(world: World) -> None:
    for number in range(20):
        world.broker.wait(BOX, f"dead{number}")
    assert len(world.store.box(BOX)["waiters"]) == WAITERS_MAX


def test_a_payload_that_was_taken_is_no_longer_kept(world: World) -> None:
    world.wait("t")
    world.broker.send(BOX, "e", "private")
    assert not any("private" in kept.text for kept in world.store.kept.values())


@pytest.mark.parametrize("value", [None, False, "", [], {"v": {"v": 1}}, "🜁\u0000"])
def test_any_payload_is_an_event(world: World, value: Any) -> None:
    world.wait("t")
    world.broker.send(BOX, "e", value)
    assert world.tokens.taken == {"t": value}


def test_an_execution_whose_id_was_used_before_has_a_mailbox_of_its_own(world: World) -> None:
    world.broker.send(BOX, "e1", "for the one before")
    world.broker.wait(BOX, "of the one before")
    world.now_s += 91 * SAME_S
    later = Mailbox("fulfil", "7", "approval", world.now_s)
    world.tokens.good |= {"t1", "t2"}
    world.broker.wait(later, "t1")
    world.broker.send(later, "e1", "for this one")
    world.broker.wait(later, "t2")
    assert world.tokens.taken == {"t1": "for this one"}


def test_a_mailbox_that_is_full_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudless.runtime.broker.TEXT_MAX", 150)
    world.broker.send(BOX, "e1", 1)
    world.broker.send(BOX, "e2", 2)
    with pytest.raises(Unavailable, match="3 events 'approval' wait to be taken"):
        world.broker.send(BOX, "e3", 3)


def test_a_call_does_not_wait_for_ever_for_one_that_is_busy() -> None:
    turns = Turns(seed=1)
    turns.tokens.good.add("t")
    turns.broker.wait(BOX, "t")
    sending = turns.begin("send", lambda: turns.broker.send(BOX, "e", 1))
    while turns.store.kept.get(BOX.key) is None or not turns.store.box(BOX)["handed"]:
        sending.go_on()
    with pytest.raises(Unavailable, match="another call is busy with the approval of '7'"):
        turns.broker.wait(BOX, "t2")
    sending.is_killed = True
    sending.go_on()


def test_two_repetitions_of_a_call_are_enough_after_one_that_died() -> None:
    """State machines have no more, nor have senders; a crash may come at once, and not by a time-out."""
    turns = Turns(seed=1)
    turns.tokens.good.add("t")
    turns.broker.wait(BOX, "t")
    dead = turns.begin("send", lambda: turns.broker.send(BOX, "e", 1))
    while not turns.store.box(BOX)["handed"]:
        dead.go_on()
    dead.is_killed = True
    dead.go_on()
    with pytest.raises(Unavailable):
        turns.broker.send(BOX, "e", 1)
    turns.broker.send(BOX, "e", 1)
    assert turns.tokens.taken == {"t": 1}
    assert not turns.store.box(BOX)["handed"]


def test_only_one_call_goes_on_for_a_broker_that_died() -> None:
    turns = Turns(seed=1)
    turns.tokens.good.add("t")
    turns.broker.wait(BOX, "t")
    dead = turns.begin("send", lambda: turns.broker.send(BOX, "e", 1))
    while not turns.store.box(BOX)["handed"]:
        dead.go_on()
    dead.is_killed = True
    dead.go_on()
    turns.now_s += LEASE_S
    first, second = (turns.begin("send", lambda: turns.broker.send(BOX, "e", 1)) for _ in range(2))
    while not turns.tokens.taken:
        first.go_on()
    for _ in range(20):
        second.go_on()
    turns.finish()
    turns.tokens.good.add("t2")
    turns.broker.wait(BOX, "t2")
    assert turns.tokens.taken == {"t": 1}
    assert turns.store.box(BOX)["pending"] == []


def test_a_token_that_was_taken_back_gets_nothing_and_the_event_stays(world: World) -> None:
    world.wait("t")
    assert world.broker.leave(BOX, "t")
    assert world.broker.leave(BOX, "t"), "a repetition"
    world.broker.wait(BOX, "t")  # told late
    world.broker.send(BOX, "e", 1)
    assert world.tokens.taken == {}
    world.wait("t2")
    assert world.tokens.taken == {"t2": 1}


def test_a_token_that_was_completed_cannot_be_taken_back(world: World) -> None:
    world.wait("t")
    world.broker.send(BOX, "e", 1)
    assert not world.broker.leave(BOX, "t")
    assert world.tokens.taken == {"t": 1}


def test_an_event_that_the_platform_does_not_take_yet_waits_with_its_waiter(world: World) -> None:
    """Whoever asked hears of it, and asks again: a sender with the same id, a wait with the same token."""
    refusals = [True, True]
    world.tokens.refuses = lambda: bool(refusals) and refusals.pop()
    world.wait("t")
    for _ in range(2):
        with pytest.raises(Unavailable, match="not t now"):
            world.broker.send(BOX, "e", 1)
    assert world.tokens.taken == {}
    world.broker.wait(BOX, "t")
    assert world.tokens.taken == {"t": 1}


def test_a_wait_that_is_told_again_after_its_event_came_gets_no_other_one(world: World) -> None:
    """The answer to the first was lost; its callback is still good, and nobody awaits it any more."""
    world.wait("t")
    world.broker.send(BOX, "e1", 1)
    world.wait("t")
    world.broker.send(BOX, "e2", 2)
    assert world.tokens.taken == {"t": 1}
    world.wait("t2")
    assert world.tokens.taken == {"t": 1, "t2": 2}


# --- races


@pytest.mark.fuzz
def test_every_event_is_taken_once_in_its_order_however_calls_overtake_each_other() -> None:
    """Sends, waits, time-outs, waits that are told late: every seed is another interleaving of all requests."""
    for seed in SEEDS:
        race = Race(seed)
        race.run()
        assert race.taken == list(range(race.sent)), seed


@pytest.mark.fuzz
def test_every_event_is_taken_once_even_where_brokers_die() -> None:
    """Whoever called a broker that died calls again: a sender with the same id, a wait with another token."""
    died = 0
    for seed in SEEDS:
        race = Race(seed, deaths=3)
        race.run()
        assert sorted(race.taken) == list(range(race.sent)), seed
        died += 3 - race.turns.deaths
    assert died > len(SEEDS), "brokers did die"


@pytest.mark.fuzz
@pytest.mark.parametrize("deaths", [0, 3])
def test_every_event_is_taken_once_where_tokens_stay_good_and_are_taken_back(deaths: int) -> None:
    for seed in SEEDS:
        race = LeavingRace(seed, deaths)
        race.run()
        taken = race.taken if deaths == 0 else sorted(race.taken)
        assert taken == list(range(race.sent)), seed
        assert race.left.isdisjoint(race.turns.tokens.taken), seed


@pytest.mark.fuzz
def test_every_event_is_taken_once_in_its_order_where_the_platform_refuses_good_tokens() -> None:
    refused = 0
    for seed in SEEDS:
        race = RefusingRace(seed)
        race.run()
        assert race.taken == list(range(race.sent)), seed
        refused += race.refused
    assert refused > len(SEEDS), "the platform did refuse"


class Race:
    """An execution that waits again and again, with time-outs, and somebody who sends it events, one after another."""

    def __init__(self, seed: int, deaths: int = 0) -> None:
        self.turns = Turns(seed, deaths)
        self.sent = self.turns.random.randint(1, 4)
        self._token = ""
        self._timeouts = self.turns.random.randint(0, TIMEOUTS)
        self._waits = 0
        self._next = 0
        self._sending: Any = None
        self._waiting: Any = None

    @property
    def taken(self) -> list[Any]:
        """In the order of the waits."""
        return list(self.turns.tokens.taken.values())

    def run(self) -> None:
        while len(self.taken) < self.sent or self._next < self.sent:
            assert self.turns.taken < TURNS_MOST, "an event is never taken"
            self._send()
            self._wait()
            self._turn()
        self.turns.finish()
        self.turns.now_s += LEASE_S
        for number in range(3):  # whatever would come twice, comes now
            self.turns.tokens.good = {f"last{number}"}
            self.turns.broker.wait(BOX, f"last{number}")

    def _turn(self) -> None:
        turns, good = self.turns, self.turns.tokens.good
        if good and self._timeouts and turns.random.random() < 0.04:
            good.clear()
            self._timeouts -= 1
        if turns.calls:
            turns.turn()
        else:
            turns.now_s += LEASE_S

    def _send(self) -> None:
        """One event after another: the next one once this one is stored."""
        one = self._sending
        if one is not None and one.has_ended:
            self._sending = None
            if one.error is None:
                self._next += 1
        if self._sending is None and self._next < self.sent:
            number = self._next
            self._sending = self.turns.begin("send", lambda: self.turns.broker.send(BOX, f"e{number}", number))

    def _wait(self) -> None:
        """The execution waits, again where its wait has ended; a call that fails ends the wait, too."""
        one, good = self._waiting, self.turns.tokens.good
        if one is not None and one.has_ended and one.error is not None:
            assert isinstance(one.error, (Killed, Unavailable)), one.error
            good.discard(self._token)
            one.error = None
        if self._token in good:
            return
        self._waits += 1
        token = self._token = f"t{self._waits}"
        good.add(token)
        self._waiting = self.turns.begin("wait", lambda: self.turns.broker.wait(BOX, token))


class LeavingRace(Race):
    """The same where a time-out leaves the token good: the execution takes it back, and waits on where it cannot.

    left: tokens that were taken back.
    """

    def __init__(self, seed: int, deaths: int = 0) -> None:
        super().__init__(seed, deaths)
        self.left: set[str] = set()
        self._leaving: Any = None
        self._has_left: list[bool] = []

    def _turn(self) -> None:
        turns = self.turns
        is_waiting = self._token in turns.tokens.good and self._leaving is None and self._waiting.has_ended
        if is_waiting and self._timeouts and turns.random.random() < 0.2:
            self._timeouts -= 1
            self._leave()
        if turns.calls:
            turns.turn()
        else:
            turns.now_s += LEASE_S

    def _leave(self) -> None:
        token = self._token
        self._leaving = self.turns.begin(
            "leave", lambda: self._has_left.append(self.turns.broker.leave(BOX, token))
        )  # fmt: skip

    def _wait(self) -> None:
        one = self._leaving
        if one is None:
            super()._wait()
        elif one.has_ended and one.error is not None:
            assert isinstance(one.error, (Killed, Unavailable)), one.error
            self._leave()
        elif one.has_ended:
            self._leaving = None
            if self._has_left.pop():
                self.left.add(self._token)
                self._token = ""
            else:
                assert self._token in self.turns.tokens.taken


class RefusingRace(Race):
    """The same on a platform that takes some events at the second or third time only: a wait is told again as it is."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.refused = 0
        self.turns.tokens.refuses = self._refuses

    def _refuses(self) -> bool:
        is_refused = self.refused < TIMEOUTS and self.turns.random.random() < 0.5
        self.refused += is_refused
        return is_refused

    def _wait(self) -> None:
        one, token = self._waiting, self._token
        if one is not None and one.has_ended and one.error is not None and token in self.turns.tokens.good:
            assert isinstance(one.error, Unavailable), one.error
            self._waiting = self.turns.begin("wait", lambda: self.turns.broker.wait(BOX, token))
        else:
            super()._wait()


def test_whom_an_event_is_for() -> None:
    states = {"fulfil": "running", "refund": "completed"}
    assert addressee("approval", "", "7", ["fulfil", "refund"], states.get) == "fulfil"  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="it is completed"):
        addressee("approval", "refund", "7", ["fulfil", "refund"], states.get)  # type: ignore[arg-type]
