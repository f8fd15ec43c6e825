"""The bridge from a build to tests: reads the folder that `cloudless build` wrote, and makes what it says on loopback.

    tests/bridge    Terraform's documents and expressions, and everything made in the order of references
    messaging.py storage.py secret.py identity.py functionapp.py     types, a noun a file
    apply.py        all of them
    ──── above: what Terraform and its provider do; below: what Azure is
    azure.py        Azure: all that was made, and the addresses on loopback
    roles.py        built-in roles, and who has which on what
    directory.py    principals and their tokens; the identity endpoint of apps
    vault.py        Key Vaults         tables.py    tables, in front of Azurite

So the infrastructure is under test, too: a role that is missing makes a handler fail, here as there. Whatever is not
known (a type, an argument, a role, a function of Terraform) is `Unreadable`, and fails.
Kinder than Azure: roles are there at once, names are free in the world, nothing is limited by quotas, and no request
goes over TLS. `terraform validate` and `plan` with the provider's schemas are other tests' (compile/).
"""

from providers.azure.tests.bridge.apply import apply
from providers.azure.tests.bridge.azure import Azure
from providers.azure.tests.bridge.functionapp import App, problems
from tests.bridge import Applied, Document, Unreadable

__all__ = ["App", "Applied", "Azure", "Document", "Unreadable", "apply", "problems"]
