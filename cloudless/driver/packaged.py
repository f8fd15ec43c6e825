"""Packaged: a provider as what its package has, at the places where every provider has it. Importing it loads nothing.

    PROVIDER = Packaged("cloudless_acme", name="acme", title="Acme", cloud="AcmeCloud", settings=(REGION,))

    cloudless_acme/capabilities.py   GAPS
    cloudless_acme/limits.py         LIMITS, and TERRAFORM: the least version that reads what is compiled, (1, 11);
                                     REGIONS, where its plugin takes any name
    cloudless_acme/compile           compile(stage, application, definitions); examine(…) of the same, may be missing
    cloudless_acme/terraform.py      HINTS, resource(type, label, handlers), credentials()
    cloudless_acme/guarantees.py     GUARANTEES, to compare it with other clouds; may be missing
    cloudless_acme/verified.json     what it was verified against, written by its tests; may be missing
    cloudless_acme/names.py          addresses_of(application, stage): what its cloud is made of
    cloudless_acme/clients/cloud.py  the cloud

A provider whose functions share identities adds `widened`: see `cloudless.driver.provider.Shares`.
"""

from __future__ import annotations

from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from cloudless.driver.gap import Gap
    from cloudless.driver.guarantee import Guarantee
    from cloudless.driver.limit import Limit
    from cloudless.driver.provider import Cloud, Compiled
    from cloudless.driver.setting import Setting
    from cloudless.driver.verified import Verified


class Packaged:
    """See `cloudless.driver.provider.Provider`, `Examines`, `Settles`, `Compares` and `Deploys`.

    package: to import. cloud: name of the class in clients/cloud.py. settings: what a stage says to this provider.
    """

    __slots__ = ("_cloud", "_package", "name", "settings", "title")

    def __init__(self, package: str, *, name: str, title: str, cloud: str, settings: Sequence[Setting] = ()) -> None:
        self._package = package
        self._cloud = cloud
        self.name = name
        self.settings = settings
        self.title = title

    @property
    def gaps(self) -> Mapping[str, Gap]:
        gaps: Mapping[str, Gap] = self.part("capabilities").GAPS
        return gaps

    @property
    def limits(self) -> Mapping[str, Limit]:
        limits: Mapping[str, Limit] = self.part("limits").LIMITS
        return limits

    @property
    def guarantees(self) -> Mapping[str, Guarantee]:
        """Nothing, where the package says nothing of it."""
        table: Mapping[str, Guarantee] = self.part("guarantees").GUARANTEES if self.has("guarantees") else {}
        return table

    @property
    def verified(self) -> Verified | None:
        """None, where nothing was recorded."""
        from importlib import import_module
        from pathlib import Path

        from cloudless.driver.verified import read

        return read(Path(import_module(self._package).__path__[0]) / "verified.json")

    @property
    def least_terraform(self) -> tuple[int, int]:
        least: tuple[int, int] = self.part("limits").TERRAFORM
        return least

    @property
    def regions(self) -> Collection[str]:
        regions: Collection[str] = getattr(self.part("limits"), "REGIONS", ())
        return regions

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        hints: Sequence[tuple[str, str]] = self.part("terraform").HINTS
        return hints

    def compile(self, stage: Any, application: Any, definitions: Any) -> Compiled:
        made: Compiled = self.part("compile").compile(stage, application, definitions)
        return made

    def examine(self, stage: Any, application: Any, definitions: Any) -> tuple[str, ...]:
        """Compiles, where the package has nothing that is faster."""
        compiler = self.part("compile")
        if not hasattr(compiler, "examine"):
            return self.compile(stage, application, definitions).warnings
        said: tuple[str, ...] = compiler.examine(stage, application, definitions)
        return said

    def resource(self, type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
        found: tuple[str, str] = self.part("terraform").resource(type, label, handlers)
        return found

    def credentials(self, stage: Any) -> str:
        said: str = self.part("terraform").credentials()
        return said

    def connect(self, stage: Any, application: Any) -> Cloud:
        """The deployed stage; raises InvalidArgument for one that lacks what is asked of it."""
        for one in self.settings:
            if one.needed and one.key not in stage.settings:
                raise InvalidArgument(f"stage {stage.name!r} names no {one.key} of {self.title}: add {one}")
        make = getattr(self.part("clients.cloud"), self._cloud)
        reached: Cloud = make(self.part("names").addresses_of(application, stage))
        return reached

    def has(self, name: str) -> bool:
        """Whether the package has a module of that name."""
        from importlib.util import find_spec

        return find_spec(f"{self._package}.{name}") is not None

    def part(self, path: str) -> Any:
        """A module of the package: "clients.cloud"."""
        from importlib import import_module

        return import_module(f"{self._package}.{path}")
