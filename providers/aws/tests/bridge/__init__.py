"""The bridge from a build for AWS to tests: reads the folder that `cloudless build` wrote, and makes what it says.

    tests/bridge    Terraform's documents and expressions, and everything made in the order of references
    ──── what Terraform and its provider do, by calls of AWS's API
    messaging.py function.py http.py schedule.py orchestration.py storage.py identity.py alarm.py    a noun a file
    apply.py        all of them, and what nobody may do who has to
    shapes.py       parameters of calls, checked with the services' models
    aws.py made.py  what was made
    ──── what IAM is
    pattern.py condition.py policy.py    policies, and whether they let a request through
    access.py       the policies of an account, by role and resource
    asked.py        what IAM is asked for a call of AWS's API

Whatever is not known (a type, an argument, an action, a condition) is `Unreadable`, and fails; so does what Amazon
would refuse, as far as its pages say. Kinder than AWS: what is made is there at once, and nothing is limited by quotas
of an account. `terraform validate` and `plan` with the provider's schemas are other tests' (compile/).
"""

from providers.aws.tests.bridge.access import Access, Denied
from providers.aws.tests.bridge.apply import apply, problems
from providers.aws.tests.bridge.asked import Asked, asked
from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.made import Api, Function, Machine, Queue, Route, Schedule, Source, Subscription
from providers.aws.tests.bridge.policy import Decision, Policy, Request, Role, Service, decide
from tests.bridge import Applied, Document, Unreadable

__all__ = [
    "Access",
    "Api",
    "Applied",
    "Asked",
    "Aws",
    "Decision",
    "Denied",
    "Document",
    "Function",
    "Machine",
    "Policy",
    "Queue",
    "Request",
    "Role",
    "Route",
    "Schedule",
    "Service",
    "Source",
    "Subscription",
    "Unreadable",
    "apply",
    "asked",
    "decide",
    "problems",
]
