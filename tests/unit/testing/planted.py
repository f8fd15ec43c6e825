"""Four programs with a bug that no plain test sees. Each has its state in an object that a test gives it."""

from __future__ import annotations

from typing import Any

from cloudless import App


class Store:
    """What a database would be: it outlives handlers that crash."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def get(self, key: str, default: Any = 0) -> Any:
        return self.values.get(key, default)

    def put(self, key: str, value: Any) -> None:
        self.values[key] = value


store = Store()

# --- a consumer that is not idempotent

counting = App("counting")
sales = counting.queue("sales", dict[str, int])


@sales.consumer
def count(sale: dict[str, int]) -> None:
    store.put("sold", store.get("sold") + sale["amount"])


# --- one that relies on order

latest = App("latest")
prices = latest.queue("prices", dict[str, int])


@prices.consumer
def remember(price: dict[str, int]) -> None:
    store.put("price", price["euros"])


# --- one that says that it is done before it is

hasty = App("hasty")
payments = hasty.queue("payments", dict[str, str])
receipts = hasty.queue("receipts", dict[str, str])


@payments.consumer
def pay(payment: dict[str, str]) -> None:
    if store.get(payment["id"]):
        return  # handled before
    store.put(payment["id"], True)
    receipts.send(payment)


@receipts.consumer
def write(receipt: dict[str, str]) -> None:
    store.put(f"receipt {receipt['id']}", True)


# --- two that change one value

account = App("account")
deposits = account.queue("deposits", dict[str, Any])
withdrawals = account.queue("withdrawals", dict[str, Any])


@deposits.consumer(once_by="id")
def deposit(change: dict[str, Any]) -> None:
    balance = store.get("balance")
    store.put("balance", balance + change["amount"])


@withdrawals.consumer(once_by="id")
def withdraw(change: dict[str, Any]) -> None:
    balance = store.get("balance")
    store.put("balance", balance - change["amount"])
