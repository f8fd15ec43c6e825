"""The entry of the worker: what orchestrations do beside calling functions. It may what they may, together.

    work = worker(DEPLOYED["facts"], cloud)

Requests: see `cloudless.runtime.worker`; answers: see step.py. facts: as in the former.
"""

from __future__ import annotations

from cloudless.errors import InvalidArgument
from cloudless.runtime import boot
from cloudless.runtime.worker import Worker, is_work
from cloudless.sending import Sending
from cloudless_gcp.runtime.invocation import binding
from cloudless_gcp.runtime.reply import event_of, refused
from cloudless_gcp.runtime.stage import starting
from cloudless_gcp.runtime.step import answered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless_gcp.runtime.reply import Answer, Request


@starting
def worker(facts: Mapping[str, Any], cloud: Cloud) -> Callable[[Request], Answer]:
    """The function of the worker."""
    sending = Sending(boot.application(facts).declared)
    made = Worker(facts, cloud, lambda wanted: binding(wanted, cloud), sending)

    def handle(request: Request) -> Answer:
        try:
            event = event_of(request)
        except InvalidArgument as problem:
            return refused(problem)
        if not is_work(event):
            from cloudless_gcp.runtime.stranger import stranger

            return refused(stranger(request.get_data(), "the worker", "steps of orchestrations"))
        return answered(event, cloud.now_s(), lambda cause: made.reply(event, cause))

    return handle
