"""The bridge from a build for Google Cloud to tests: reads the folder that `cloudless build` wrote, and makes it.

    tests/bridge    Terraform's documents and expressions, and everything made in the order of references
    ──── what Terraform and its provider do, by calls of Google's APIs
    messaging.py function.py storage.py delay.py schedule.py secret.py ledger.py orchestration.py http.py identity.py
    access.py alert.py    a noun a file
    apply.py        all of them
    problems.py     what no service says when something is made, and what keeps it from doing its part later
    google.py made.py     what was made

Every call is checked with Google's discovery documents (../discovery) before a model or an emulator gets it. Whatever
is not known (a type, an argument, a role, a function of Terraform) is `Unreadable`, and fails; so does what Google
would refuse, as far as its pages say. Kinder than Google: what is made is there at once, names are free in the world,
and nothing is limited by quotas of a project. `terraform validate` and `plan` are other tests' (compile/).
"""

from providers.gcp.tests.bridge.apply import apply
from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.made import (
    Account,
    Database,
    Function,
    Gateway,
    Push,
    Subscription,
    Topic,
    Workflow,
)
from providers.gcp.tests.bridge.problems import problems
from tests.bridge import Applied, Document, Unreadable

__all__ = [
    "Account",
    "Applied",
    "Database",
    "Document",
    "Function",
    "Gateway",
    "Google",
    "Push",
    "Subscription",
    "Topic",
    "Unreadable",
    "Workflow",
    "apply",
    "problems",
]
