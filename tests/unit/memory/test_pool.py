from random import Random

from hypothesis import given
from hypothesis import strategies as st

from cloudless.memory.pool import Pool

NAMES = st.sampled_from("abcdef")


@given(st.lists(st.tuples(st.booleans(), NAMES)))
def test_a_pool_holds_what_a_set_would(steps: list[tuple[bool, str]]) -> None:
    pool, model = Pool(), set[str]()
    for add, name in steps:
        if add:
            pool.add(name)
            model.add(name)
        else:
            pool.discard(name)
            model.discard(name)
    assert len(pool) == len(model)
    seen: set[str] = {pool.choose(Random(seed).random) for seed in range(200)} if model else set()
    assert seen <= model


def test_every_name_can_be_chosen() -> None:
    pool = Pool()
    for name in "abc":
        pool.add(name)
    random = Random(1).random
    assert {pool.choose(random) for _ in range(100)} == set("abc")
