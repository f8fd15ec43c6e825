"""A cloudless.toml as it has to be; a table of it: stage.py."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cloudless.config.stage import Stage

_ENTRY = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"
_MODULE = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"
_BELOW = r"^[^./\\][^/\\]*(/[^./\\][^/\\]*)*/?$"
"""A path below the folder of the file, with slashes; nothing hidden, and no way up."""


class File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    app: str = Field(pattern=_ENTRY)
    include: list[Annotated[str, Field(pattern=_MODULE)]] = Field(default_factory=list[str])
    requirements: Annotated[str, Field(pattern=_BELOW)] | None = None
    bundle: list[Annotated[str, Field(pattern=_BELOW)]] = Field(default_factory=list[str])
    stages: dict[str, Stage] = Field(default_factory=dict[str, Stage])
