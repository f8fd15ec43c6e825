"""What an application needs and a provider has not got: each said once, at the line that needs it."""

from cloudless import App
from cloudless.driver.gap import NEVER, Gap
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application, Diagnostic
from cloudless.passes.fit import gaps

CONSUMED = {"queue.consumed_letters": Gap(NEVER, "what is pushed cannot be pulled", "https://example.org/pull")}


def shop(*, consumed: bool) -> Application:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @app.post("/again", public=True)
    def again() -> None:
        orders.dead_letters.redrive(limit=len(orders.dead_letters.peek()) or 1)

    if consumed:

        @orders.dead_letters.consumer
        def mourn(order: dict[str, int]) -> None: ...

    return to_ir(app)


def found(application: Application) -> list[Diagnostic]:
    return gaps(application, {"prod": ("acme", CONSUMED)})


def test_letters_that_wait_may_be_looked_at() -> None:
    assert found(shop(consumed=False)) == []


def test_letters_that_a_handler_consumes_are_looked_at_by_nobody_where_the_cloud_cannot() -> None:
    (problem,) = found(shop(consumed=True))
    assert problem.message.startswith("peek of 'orders-dead-letters', which a handler consumes, cannot be had on stage")
    assert "what is pushed cannot be pulled (acme, never)" in problem.message
    assert problem.span.file.endswith("test_fit.py")
