"""IAM: who may do what, by the members that a build adds; and who somebody is, by their tokens.

    roles.py      which permissions a role has
    condition.py  the conditions that builds write
    iam.py        Iam: the members of a project's resources, and whether they let a request through
    asked.py      what IAM is asked for a call of an API
    identity.py   Identities: access tokens and ID tokens
    metadata.py   the metadata server of an instance
    front.py      what Cloud Run asks before it lets a request in

Whatever is not known (a role, a form of condition, a method) is `Unreadable`, and fails. Kinder than Google: what is
granted counts at once (https://cloud.google.com/iam/docs/access-change-propagation), and no quota limits anything.
"""

from providers.gcp.tests.iam.asked import Asked, asked
from providers.gcp.tests.iam.front import Source, admitted
from providers.gcp.tests.iam.iam import DEPLOYER, Denied, Iam
from providers.gcp.tests.iam.identity import Identities
from providers.gcp.tests.iam.metadata import metadata

__all__ = ["DEPLOYER", "Asked", "Denied", "Iam", "Identities", "Source", "admitted", "asked", "metadata"]
