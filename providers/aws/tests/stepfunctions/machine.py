"""State machines with their revisions, versions and aliases.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(slots=True)
class Revision:
    """What an execution runs. text: the definition as it came; value: parsed. id: "" for the first."""

    text: str
    value: Any
    role_arn: str
    id: str = ""
    logging: dict[str, Any] = field(default_factory=lambda: {"level": "OFF", "includeExecutionData": False})
    tracing: dict[str, Any] = field(default_factory=lambda: {"enabled": False})


@dataclass(slots=True)
class Version:
    """A revision that stays."""

    number: int
    revision: Revision
    description: str
    created_us: int


@dataclass(slots=True)
class Alias:
    """A name for one or two versions. routes: ARNs of versions with their weights, which sum up to 100."""

    name: str
    arn: str
    routes: list[tuple[str, int]]
    description: str
    created_us: int
    updated_us: int

    def choose(self, random: Random) -> str:
        """The version of one execution."""
        if len(self.routes) == 1:
            return self.routes[0][0]
        drawn = random.uniform(0, 100)
        return self.routes[0][0] if drawn < self.routes[0][1] else self.routes[1][0]


@dataclass(slots=True)
class Machine:
    """One state machine.

    created_with: whether it was published when it was made, and that version's description. published: how many
    versions it ever had; numbers are not used again.
    """

    name: str
    arn: str
    kind: str
    revision: Revision
    created_us: int
    updated_us: int
    created_with: tuple[bool, str] = (False, "")
    versions: dict[int, Version] = field(default_factory=dict[int, Version])
    aliases: dict[str, Alias] = field(default_factory=dict[str, Alias])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    published: int = 0
    is_deleting: bool = False

    def version_arn(self, number: int) -> str:
        return f"{self.arn}:{number}"

    def publish(self, description: str, now_us: int) -> Version:
        """The version of the current revision; a new one where there is none."""
        for version in self.versions.values():
            if version.revision is self.revision:
                return version
        self.published += 1
        version = Version(self.published, self.revision, description, now_us)
        self.versions[version.number] = version
        return version
