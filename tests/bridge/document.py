"""A build folder as a document: the blocks of all its *.tf.json together, as Terraform reads them.

https://developer.hashicorp.com/terraform/language/syntax/json. May import: the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bridge.expression import Unreadable

META = frozenset({"depends_on", "for_each", "count", "lifecycle", "provider", "provisioner", "//"})
"""Arguments of every block: https://developer.hashicorp.com/terraform/language/meta-arguments."""
_META_READ = META - {"provisioner"}
_LIFECYCLE = frozenset({"create_before_destroy", "ignore_changes", "prevent_destroy", "replace_triggered_by", "//"})
_TOP = frozenset({"//", "terraform", "provider", "variable", "locals", "data", "resource", "output"})


class Block:
    """A resource or data source. address: "azurerm_key_vault.stage" or "data.azurerm_client_config.current"."""

    __slots__ = ("address", "arguments", "meta", "type")

    def __init__(self, address: str, type: str, body: Mapping[str, Any]) -> None:
        self.address = address
        self.type = type
        self.arguments = {name: value for name, value in body.items() if name not in META}
        self.meta = {name: value for name, value in body.items() if name in META}
        self._check()

    def _check(self) -> None:
        """Refuse what this reading does not know."""
        lifecycle: Mapping[str, Any] = self.meta.get("lifecycle", {})
        unknown = [*(self.meta.keys() - _META_READ), *(lifecycle.keys() - _LIFECYCLE)]
        if unknown:
            raise Unreadable(f"{self.address}: {sorted(unknown)}")


class Document:
    """variables, locals, outputs, providers: by name. blocks: resources and data sources by address.

    folder: where the files are, `path.module`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables: dict[str, Mapping[str, Any]] = {}
        self.locals: dict[str, Any] = {}
        self.outputs: dict[str, Mapping[str, Any]] = {}
        self.providers: dict[str, Mapping[str, Any]] = {}
        self.required: dict[str, Mapping[str, Any]] = {}
        self.blocks: dict[str, Block] = {}

    @classmethod
    def read(cls, folder: Path) -> Document:
        """All files of a build; raises Unreadable for what is not understood."""
        strange = [path.name for path in folder.glob("*.tf")]
        if strange:
            raise Unreadable(f"{folder}: {strange}: these tests read JSON only")
        document = cls(folder)
        for path in sorted(folder.glob("*.tf.json")):
            document._add(path.name, json.loads(path.read_text("utf-8")))
        return document

    def _add(self, file: str, content: Mapping[str, Any]) -> None:
        unknown = content.keys() - _TOP
        if unknown:
            raise Unreadable(f"{file}: blocks {sorted(unknown)}")
        self.required |= content.get("terraform", {}).get("required_providers", {})
        _join(self.variables, content.get("variable", {}), file)
        _join(self.locals, content.get("locals", {}), file)
        _join(self.outputs, content.get("output", {}), file)
        _join(self.providers, content.get("provider", {}), file)
        for kind, prefix in {"resource": "", "data": "data."}.items():
            for type, name, body in _labelled(content.get(kind, {})):
                address = f"{prefix}{type}.{name}"
                _join(self.blocks, {address: Block(address, type, body)}, file)

    def check_references(self) -> None:
        """Refuse a dependency on what there is not."""
        for block in self.blocks.values():
            for name in block.meta.get("depends_on", []):
                if name not in self.blocks:
                    raise Unreadable(f"{block.address} depends on {name}, which there is not")


def _labelled(types: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for type, named in types.items():
        for name, body in named.items():
            if type != "//" and name != "//":
                yield type, name, body


def _join(into: dict[str, Any], more: Mapping[str, Any], file: str) -> None:
    twice = sorted((into.keys() & more.keys()) - {"//"})
    if twice:
        raise Unreadable(f"{file}: {twice} once more")
    into.update({name: value for name, value in more.items() if name != "//"})
