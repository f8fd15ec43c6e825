"""The entry of the worker: what orchestrations do beside calling functions. It may what they may, together.

    work = worker(DEPLOYED["facts"], cloud)

Events and answers: see `cloudless.runtime.worker`, and step.py. facts: as there.
"""

from __future__ import annotations

from cloudless.runtime import boot
from cloudless.runtime.worker import Worker, is_work
from cloudless.sending import Sending
from cloudless_aws.runtime.invocation import binding
from cloudless_aws.runtime.stage import starting
from cloudless_aws.runtime.step import answered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless_aws.clients.cloud import AwsCloud
    from cloudless_aws.runtime.invocation import Context


@starting
def worker(facts: Mapping[str, Any], cloud: AwsCloud) -> Callable[[Any, Context], dict[str, Any]]:
    """The Lambda of the worker."""
    sending = Sending(boot.application(facts).declared)
    made = Worker(facts, cloud, lambda wanted: binding(wanted, cloud), sending)

    def handle(event: Any, context: Context) -> dict[str, Any]:
        if not is_work(event):
            from cloudless_aws.runtime.stranger import refused

            raise refused(event, "the worker", "steps of orchestrations")
        return answered(event, context, cloud.now_s(), lambda cause: made.reply(event, cause))

    return handle
