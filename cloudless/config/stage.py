"""A stage: one deployed copy of the application, and the provider that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_Own = dict[str, Annotated[str | None, Field(min_length=1)]]
"""Values of the keys of providers; None is as if the key were not there."""


class Stage(BaseModel):
    """One table `[stages.<name>]`.

    name: lower-case letters, digits and hyphens, at most 16 characters; part of every physical name.
    provider: "memory", or the name of an installed provider. region: where it runs, as the provider calls it.
    python: of the deployed functions. config: values of `app.config(...)` by name.
    backend: Terraform's remote state, handed through, e.g. {"s3": {"bucket": "…", "key": "…"}}.
    like: in memory, an installed provider whose own limits hold as well.
    Further keys are texts, and the provider's own (`cloudless.driver.Setting`): mistakes.py knows which there are.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    __pydantic_extra__: _Own  # pyright: ignore[reportIncompatibleVariableOverride]  (how pydantic is told their type)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,15}$")
    provider: str
    region: str | None = Field(None, min_length=1)
    python: Literal["3.11", "3.12", "3.13"] = "3.12"
    config: dict[str, Any] = {}
    backend: dict[str, dict[str, Any]] = Field({}, max_length=1)
    like: str | None = None

    @property
    def settings(self) -> Mapping[str, str]:
        """What the stage says to its provider, by key: {"region": "westeurope", "subscription": "…"}."""
        said = {"region": self.region, **self.__pydantic_extra__}
        return {key: value for key, value in said.items() if value is not None}

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
