"""The workflows that temporal.py runs; they import what they need, and are imported where it is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from importlib import import_module
from typing import Any

activity: Any = import_module("temporalio.activity")
workflow: Any = import_module("temporalio.workflow")
LONG = timedelta(hours=1)


@activity.defn  # type: ignore[untyped-decorator]
async def act(order: dict[str, Any]) -> dict[str, Any]:
    return order


@workflow.defn(sandboxed=False)
class Sequence:
    @workflow.run  # type: ignore[untyped-decorator]
    async def run(self, order: dict[str, Any]) -> dict[str, Any]:
        for _ in range(10):
            order = await workflow.execute_activity(act, order, start_to_close_timeout=LONG)
        return order


@workflow.defn(sandboxed=False)
class Spread:
    @workflow.run  # type: ignore[untyped-decorator]
    async def run(self, orders: list[dict[str, Any]]) -> int:
        calls = [workflow.execute_activity(act, order, start_to_close_timeout=LONG) for order in orders]
        return len(await asyncio.gather(*calls))


@workflow.defn(sandboxed=False)
class Timers:
    @workflow.run  # type: ignore[untyped-decorator]
    async def run(self, given: list[int]) -> int:
        count, seconds = given
        for _ in range(count):
            await asyncio.sleep(seconds)
        return count
