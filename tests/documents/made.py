"""What a provider makes of applications, as plain data and as a folder."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cloudless.compiler import Compiled, Package
from cloudless.compiler.definitions import definitions_of
from cloudless.config import Stage
from cloudless.driver.provider import Provider
from cloudless.errors import DefinitionError
from cloudless.ir import Application
from tests.documents.applications import ROOT, golden

UPDATE = "CLOUDLESS_GOLDEN"
BUNDLE = "bundle-0123456789ab.zip"
LAYER = "layer-0123456789ab.zip"
_MANY = 64
_DIGEST = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


class Documents:
    """stage: that which a test builds where it says no other. layered: whether wheels are in a zip of their own."""

    def __init__(self, provider: Provider, stage: Stage, *, layered: bool = False) -> None:
        self._provider = provider
        self._stage = stage
        self._layered = layered
        self._kept: dict[tuple[int, str], tuple[Application, Compiled]] = {}

    def compiled(self, application: Application, stage: Stage | None = None) -> Compiled:
        """What the provider makes of an application, made once as long as many others are not asked for."""
        chosen = stage or self._stage
        key = id(application), chosen.model_dump_json()
        if key not in self._kept:
            if len(self._kept) == _MANY:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = application, self.compiled_anew(application, chosen)
        return self._kept[key][1]

    def compiled_anew(self, application: Application, stage: Stage | None = None) -> Compiled:
        """As `compiled`, where a test has changed a limit. See that a check warns of the same, and refuses the same."""
        chosen = stage or self._stage
        given = chosen, application, definitions_of(application, chosen.config)
        examine: Callable[..., tuple[str, ...]] = getattr(self._provider, "examine")  # noqa: B009  (of Examines)
        try:
            made = self._provider.compile(*given)
        except DefinitionError as refused:
            with pytest.raises(DefinitionError, match=f"^{re.escape(str(refused))}$"):
                examine(*given)
            raise
        assert isinstance(made, Compiled)
        assert examine(*given) == made.warnings
        return made

    def package(self, application: Application, stage: Stage | None = None) -> Package:
        """The package of an application's functions, of which it has some."""
        found = self.compiled(application, stage).package
        assert found is not None
        return found

    def document(self, application: Application, stage: Stage | None = None) -> dict[str, Any]:
        """The Terraform document of an application."""
        found: dict[str, Any] = json.loads(self.compiled(application, stage).files["main.tf.json"])
        return found

    def resources(self, application: Application, type: str, stage: Stage | None = None) -> Mapping[str, Any]:
        """The resources of a type, by label."""
        found: Mapping[str, Any] = self.document(application, stage)["resource"].get(type, {})
        return found

    def see_golden(self, case: str) -> None:
        """See that the files of a small application are what somebody read: tests/golden/<case>/<provider>.

        CLOUDLESS_GOLDEN=update writes them anew.
        """
        folder = ROOT / "tests" / "golden" / case / self._provider.name
        for name, content in self.compiled(golden(case)).files.items():
            if os.environ.get(UPDATE) == "update":
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            kept = (folder / name).read_text("utf-8")
            assert content.decode() == kept, f"{UPDATE}=update writes tests/golden anew; read what changed"

    def write(self, folder: Path, application: Application, stage: Stage | None = None) -> Path:
        """The folder of a build, with what the build adds."""
        for name, content in self.compiled(application, stage).files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        bundle = {"bundle": BUNDLE, "bundle_sha256": _DIGEST}
        (folder / BUNDLE).write_bytes(b"")
        if self._layered:
            bundle |= {"layer": LAYER, "layer_sha256": _DIGEST}
            (folder / LAYER).write_bytes(b"")
        (folder / "bundle.tf.json").write_text(json.dumps({"locals": bundle}))
        return folder
