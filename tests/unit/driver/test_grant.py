"""What errors of permission tell people to write."""

from __future__ import annotations

import pytest

from cloudless.driver.grant import use_of


@pytest.mark.parametrize(
    ("verb", "name", "expected"),
    [
        ("send", "orders", "orders.send"),
        ("publish", "order-placed", "order_placed.publish"),
        ("receive", "orders-dead-letters", "orders.dead_letters.peek"),
        ("redrive", "orders-dead-letters", "orders.dead_letters.redrive"),
        ("control", "fulfil", "fulfil.execution"),
        ("read", "stripe-key", "stripe_key"),
        ("of the runtime's own", "ledger", "…"),
    ],
)
def test_a_verb_is_written_as_the_program_writes_it(verb: str, name: str, expected: str) -> None:
    assert use_of(verb, name) == expected
