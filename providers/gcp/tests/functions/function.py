"""A function as it was deployed. https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

REVISION = "00001-abc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """name: without its project, which is the service's, too. target: the entry point. source: the file that has it.

    folder: the unpacked code. path: what follows it. environment: variables of its own. concurrency: requests of an
    instance at once. max_instances: 0 for no limit.
    """

    name: str
    target: str
    folder: Path
    source: str = "main.py"
    path: Sequence[str] = ()
    timeout_s: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    concurrency: int = 1
    max_instances: int = 0

    def variables(self) -> dict[str, str]:
        """What its process finds.

        https://cloud.google.com/run/docs/container-contract#services-env-vars
        https://cloud.google.com/functions/docs/configuring/env-var#runtime_environment_variables_set_automatically
        """
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "PORT": "8080",
            "K_SERVICE": self.name,
            "K_REVISION": f"{self.name}-{REVISION}",
            "K_CONFIGURATION": self.name,
            "FUNCTION_TARGET": self.target,
            "FUNCTION_SIGNATURE_TYPE": "http",
            **self.environment,
        }

    def arguments(self) -> list[str]:
        """Of worker.py."""
        return [str(self.folder), self.source, self.target, *self.path]
