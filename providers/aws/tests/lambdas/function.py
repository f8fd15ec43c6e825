"""A function as it was deployed. https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """arn: without a qualifier. role: its ARN. folder: the unpacked code. path: what follows it, layers first.

    environment: variables of its own, and those of its role's credentials. aliases: versions by name. reserved:
    concurrency, None for no limit. log: "JSON" or "Text", and its level, "" for none.
    """

    name: str
    arn: str
    role: str
    handler: str
    folder: Path
    path: Sequence[str] = ()
    version: str = "1"
    timeout_s: int = 3
    memory_mb: int = 128
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    reserved: int | None = None
    log: tuple[str, str] = ("Text", "")

    def version_of(self, qualifier: str) -> str | None:
        """The version behind an alias or a version, "" for the code as it is; None where there is no such."""
        if qualifier in {"", LATEST}:
            return LATEST
        return self.aliases.get(qualifier, qualifier if qualifier == self.version else None)

    def variables(self, region: str, version: str, address: str) -> dict[str, str]:
        """What its process finds. address: of the Runtime API.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
        """
        format, level = self.log
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.folder),
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"2026/01/02/[{version}]0123456789abcdef",
            "AWS_LAMBDA_LOG_FORMAT": format,
            **({"AWS_LAMBDA_LOG_LEVEL": level} if level else {}),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            **self.environment,
        }
