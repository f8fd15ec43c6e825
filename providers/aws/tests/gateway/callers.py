"""Who has which access key: roles that functions have taken, and whoever deploys, who may do everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

DEPLOYER = "AKIADEPLOYER00000000"


@dataclass(slots=True)
class Callers:
    """Access keys. roles: ARNs by key."""

    roles: dict[str, str] = field(default_factory=dict[str, str])

    def admit(self, role: str) -> dict[str, str]:
        """The credentials of a role, as variables of the environment."""
        key = f"ASIA{sha256(role.encode()).hexdigest()[:16].upper()}"
        self.roles[key] = role
        return {**_credentials(key), "AWS_SESSION_TOKEN": f"token-of-{key}"}

    def deployer(self) -> dict[str, str]:
        """The credentials of whoever deploys."""
        return _credentials(DEPLOYER)

    def is_known(self, key: str) -> bool:
        return key == DEPLOYER or key in self.roles


def _credentials(key: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
