"""Ordered queues under failures, crashes and slow handlers, drawn at random."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloudless import App, Message, Retry
from cloudless.runtime.crash import Crash
from cloudless.testing import simulate

ATTEMPTS = 3
app = App("ordered")
steps = app.ordered_queue("steps", dict[str, Any], retry=Retry(attempts=ATTEMPTS, delay=timedelta(seconds=5)))
done: list[tuple[str, int]] = []


@steps.consumer(timeout=timedelta(seconds=10))
def step(message: Message[dict[str, Any]]) -> None:
    if message.attempt <= message.body["fails"]:
        raise Crash if message.body["crashes"] else ConnectionError("not yet")
    done.append((message.group, message.body["n"]))


MESSAGES = st.lists(
    st.fixed_dictionaries({"group": st.sampled_from("abc"), "fails": st.integers(0, 4), "crashes": st.booleans()}),
    max_size=12,
)


@given(MESSAGES, st.integers(0, 99), st.booleans())
def test_a_group_is_handled_in_order_and_loses_nothing_but_its_dead_letters(
    messages: list[dict[str, Any]], seed: int, slow: bool
) -> None:
    done.clear()
    with simulate(app, seed=seed) as cloud:
        if slow:
            cloud.takes(step, timedelta(seconds=2))
        for n, message in enumerate(messages):
            steps.send({**message, "n": n}, group=message["group"])
        cloud.run()
        dead = {letter.body["n"] for letter in cloud.dead_letters(steps)}
    assert dead == {n for n, message in enumerate(messages) if message["fails"] >= ATTEMPTS}
    for group in "abc":
        expected = [n for n, message in enumerate(messages) if message["group"] == group and n not in dead]
        assert [n for name, n in done if name == group] == expected


def test_a_failing_head_blocks_its_group_and_no_other() -> None:
    done.clear()
    with simulate(app) as cloud:
        steps.send({"fails": 1, "crashes": False, "n": 0}, group="a")
        steps.send({"fails": 0, "crashes": False, "n": 1}, group="a")
        steps.send({"fails": 0, "crashes": False, "n": 2}, group="b")
        cloud.run_until(lambda: bool(done))
        assert done == [("b", 2)]
        cloud.run()
        assert done == [("b", 2), ("a", 0), ("a", 1)]
