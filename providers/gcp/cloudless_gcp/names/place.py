"""Place: where a stage is, which all of its names are made of."""

from __future__ import annotations

from cloudless.driver.names import prefix_of
from cloudless.node import node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    class Stage(Protocol):
        """What names need of a table in cloudless.toml."""

        @property
        def name(self) -> str: ...
        @property
        def settings(self) -> Mapping[str, str]: ...
        @property
        def config(self) -> Mapping[str, Any]: ...


NO_PROJECT, NO_REGION = "no-project", "europe-west1"
"""Of a build without a stage, which can be read and not deployed: `cloudless build --provider gcp`."""


@node()
class Place:
    """prefix: what names of the stage begin with, "shop-prod". project: its id. region: "europe-west1"."""

    prefix: str
    project: str = NO_PROJECT
    region: str = NO_REGION

    def of_project(self, collection: str, id: str) -> str:
        """The full name of what a project has, "projects/p/topics/t"; what is in full already stays as it is."""
        return id if "/" in id else f"projects/{self.project}/{collection}/{id}"

    def of_region(self, collection: str, id: str) -> str:
        """The full name of what a project has in its region: "projects/p/locations/europe-west1/workflows/w"."""
        return f"projects/{self.project}/locations/{self.region}/{collection}/{id}"


def place_of(app: str, stage: Stage) -> Place:
    """Where a stage of an app is, or what stands for it. app: its name."""
    said = stage.settings
    return Place(prefix_of(app, stage.name), said.get("project", NO_PROJECT), said.get("region", NO_REGION))
