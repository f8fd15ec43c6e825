"""The one address of all services: knows who asks, checks what they may, and passes it on.

    call.py      a request of an SDK as service, operation and parameters
    callers.py   who has which access key
    refusal.py   how each service says no
    upstream.py  ministack, in an account of a stage's own
    backends.py  what answers: ministack, or a model
    gateway.py   Gateway: all of it

Kinder than AWS: signatures are not verified, and no request goes over TLS.
"""

from providers.aws.tests.gateway.callers import Callers
from providers.aws.tests.gateway.gateway import Gateway
from providers.aws.tests.gateway.upstream import Upstream

__all__ = ["Callers", "Gateway", "Upstream"]
