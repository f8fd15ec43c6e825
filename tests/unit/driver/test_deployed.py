"""What providers' clouds share."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudless.driver.deployed import Deployed
from cloudless.driver.gap import NEVER, NOT_YET, Gap
from cloudless.errors import UnsupportedError


class Driver:
    opened = 0
    closed = 0

    def __init__(self) -> None:
        Driver.opened += 1

    def close(self) -> None:
        Driver.closed += 1


class Shop(Deployed):
    provider = "shop"

    @property
    def gaps(self) -> Mapping[str, Gap]:
        return {
            "topic": Gap(NOT_YET, "topics are not built"),
            "function": Gap(NEVER, "a shop has no functions", "https://example.com/functions"),
            "secret": Gap(NEVER, "a shop has no secrets", "https://example.com"),
        }

    @property
    def driver(self) -> Driver:
        return self._kept("driver", Driver)


def test_what_is_missing_is_refused_with_its_reason_and_page() -> None:
    shop = Shop({})
    with pytest.raises(UnsupportedError, match=r"^shop: topics are not built \(not_yet\)\.$"):
        _ = shop.topics
    with pytest.raises(UnsupportedError, match=r"^shop: a shop has no functions \(never\)\. https://example\.com/func"):
        _ = shop.functions
    with pytest.raises(UnsupportedError, match="no secrets"):
        _ = shop.secrets


def test_a_driver_is_opened_once_by_however_many_threads_and_closed_once() -> None:
    shop = Shop({})

    def driver(_: int) -> Driver:
        return shop.driver

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(driver, range(20)))
    shop.close()
    assert (len(found), Driver.opened, Driver.closed) == (1, 1, 1)


def test_time_ids_and_configuration() -> None:
    shop = Shop({"config": {"ratio": 0.5}}, lambda: 7.5)
    assert (shop.now_s(), shop.config("ratio"), shop.config("other")) == (7.5, 0.5, None)
    assert len({shop.new_id() for _ in range(100)}) == 100
    assert {len(shop.new_id()) for _ in range(10)} == {32}
