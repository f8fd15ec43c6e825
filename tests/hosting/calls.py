"""An application whose functions do what they are told, called directly, later, and by orchestrations."""

from __future__ import annotations

from typing import Any

from cloudless import App, Context
from cloudless.driver.current import here

app = App("calls")
jobs = app.queue("jobs", dict[str, Any])
parcels = app.ordered_queue("parcels", dict[str, Any])
news = app.topic("news", dict[str, Any], attributes=["region"])


class PaymentFailed(Exception):
    code: int

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


class CardDeclined(PaymentFailed, LookupError):
    note: str = ""


@app.function
def charge(do: str, context: Context | None = None) -> Any:
    if do == "decline":
        raise CardDeclined("no funds", 7)
    if do == "large":
        problem = CardDeclined('"' * 4_000)
        problem.note = "\x01" * 1_300
        raise problem
    if do == "exit":
        raise SystemExit(3)
    if context is not None and do == "seen":
        return {
            "execution": context.execution, "key": context.key, "attempt": context.attempt,
            "traceparent": context.traceparent, "correlation": context.correlation_id, "handler": here()[1],
        }  # fmt: skip
    return {"said": do}


@app.function
async def soon(number: float) -> float:
    return number


@jobs.consumer
def take(body: dict[str, Any]) -> None:
    charge.invoke_later(body["do"])


@app.get("/traced", public=True)
def traced(context: Context) -> str:
    return context.traceparent


@app.pure
def twice(number: float) -> float:
    if number < 0:
        raise CardDeclined("below nothing", 3)
    return 2 * number


@app.orchestration
def pay(do: str) -> float:
    charge(do)
    jobs.send({"do": do})
    parcels.send({"do": do}, group="customer-7")
    news.publish({"do": do}, attributes={"region": "eu"})
    return soon.invoke(twice(2.0))
