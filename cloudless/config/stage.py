"""A stage: one deployed copy of the application, and the provider that runs it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

NEEDED: dict[str, tuple[str, ...]] = {
    "aws": ("region",),
    "azure": ("region", "subscription"),
    "gcp": ("project", "region"),
    "memory": (),
}
"""Keys without which a stage of a provider cannot be built."""

OWN: dict[str, str] = {
    "like": "memory",
    "project": "gcp",
    "resource_group": "azure",
    "subscription": "azure",
}
"""Keys that mean something on one of these providers only."""


FORMS: dict[str, dict[str, str]] = {
    "aws": {"region": r"[a-z]+(-[a-z]+)+-[0-9]+"},
    "azure": {
        "region": r"[a-z][a-z0-9]+",
        "subscription": r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    },
    "gcp": {"project": r"[a-z][a-z0-9-]{4,28}[a-z0-9]", "region": r"[a-z]+-[a-z]+[0-9]+"},
}
"""What values of a provider's keys look like; which regions there are, the cloud knows.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
https://learn.microsoft.com/en-us/azure/reliability/regions-list (the programmatic name)
https://docs.cloud.google.com/compute/docs/regions-zones
https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin (ids of projects; those of
the domains of before, "example.com:shop", have other URLs and other accounts)
"""


class Stage(BaseModel):
    """One table `[stages.<name>]`.

    name: lower-case letters, digits and hyphens, at most 16 characters; part of every physical name.
    provider: "memory", or the name of an installed provider. region: where it runs; Azure calls it location.
    project: on Google Cloud, its id. subscription: on Azure, its id; resource_group: its name, ours where not given.
    python: of the deployed functions. config: values of `app.config(...)` by name.
    backend: Terraform's remote state, handed through, e.g. {"s3": {"bucket": "…", "key": "…"}}.
    like: in memory, an installed provider whose own limits hold as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,15}$")
    provider: str
    region: str | None = Field(None, min_length=1)
    project: str | None = Field(None, min_length=1)
    subscription: str | None = Field(None, min_length=1)
    resource_group: str | None = Field(None, min_length=1)
    python: Literal["3.11", "3.12", "3.13"] = "3.12"
    config: dict[str, Any] = {}
    backend: dict[str, dict[str, Any]] = Field({}, max_length=1)
    like: str | None = None

    @field_validator("config")
    @classmethod
    def _as_json(cls, config: dict[str, Any]) -> dict[str, Any]:
        """TOML has dates and times, JSON has text: the codecs read it back."""
        return {name: _json(value) for name, value in config.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_json(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value
