"""apply: makes all that a document says, in the order of its references, as `terraform apply` does.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudless.codec import is_list, is_object
from providers.azure.tests.bridge import functionapp, identity, messaging, secret, storage
from providers.azure.tests.bridge.azure import Azure
from providers.azure.tests.bridge.document import Block, Document
from providers.azure.tests.bridge.expression import Path, Resolve, Unreadable, evaluate
from providers.azure.tests.bridge.kind import Kind, known, must

KINDS: Mapping[str, Kind] = {
    **functionapp.KINDS,
    **identity.KINDS,
    **messaging.KINDS,
    **secret.KINDS,
    **storage.KINDS,
}
"""What these tests know, by type; data sources with "data." before it."""

Key = str | int | None


def apply(document: Document, azure: Azure, variables: Mapping[str, Any]) -> Applied:
    """Make everything; raises Unreadable for what is not known, and for what Azure would refuse."""
    document.check_references()
    applied = Applied(document, azure, variables)
    azure.features = _features(document)
    for address in document.blocks:
        applied.made(address)
    return applied


class Applied:
    """What was made: attributes by address."""

    def __init__(self, document: Document, azure: Azure, variables: Mapping[str, Any]) -> None:
        self._document = document
        self._azure = azure
        self._variables = _variables(document, variables)
        self._made: dict[str, Any] = {}
        self._open: list[str] = []

    def outputs(self) -> set[str]:
        """The names of all outputs."""
        return set(self._document.outputs)

    def output(self, name: str) -> Any:
        """The value of an output."""
        return evaluate(self._document.outputs[name]["value"], self._resolver({}))

    def made(self, address: str) -> Any:
        """The attributes of a resource, made now if it is not yet: of each instance, where it has several."""
        if address not in self._made:
            if address in self._open:
                raise Unreadable(f"a cycle: {' → '.join([*self._open, address])}")
            self._open.append(address)
            self._made[address] = self._make(self._document.blocks[address])
            self._open.pop()
        return self._made[address]

    def _make(self, block: Block) -> Any:
        for dependency in block.meta.get("depends_on", []):
            self.made(dependency)
        kind = KINDS.get(f"data.{block.type}" if block.address.startswith("data.") else block.type)
        if kind is None:
            raise Unreadable(f"{block.address}: these tests know no {block.type}")
        made = {key: self._instance(kind, block, key, each) for key, each in self._instances(block)}
        if None in made:
            return made[None]
        return list(made.values()) if "count" in block.meta else made

    def _instances(self, block: Block) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        """Keys, and what `each` and `count` are for them."""
        if "count" in block.meta:
            count: int = evaluate(block.meta["count"], self._resolver({}))
            yield from ((index, {"count": {"index": index}}) for index in range(count))
        elif "for_each" in block.meta:
            items: Any = evaluate(block.meta["for_each"], self._resolver({}))
            pairs: Iterable[tuple[str, Any]] = items.items() if is_object(items) else zip(items, items, strict=True)
            yield from ((key, {"each": {"key": key, "value": value}}) for key, value in pairs)
        else:
            yield None, {}

    def _instance(self, kind: Kind, block: Block, key: Key, scope: Mapping[str, Any]) -> dict[str, Any]:
        address = block.address if key is None else f"{block.address}[{key!r}]"
        try:
            return kind.made(self._azure, address, self._arguments(block.arguments, scope))
        except (KeyError, ValueError) as problem:
            raise Unreadable(f"{address}: {problem!r}") from problem

    def _arguments(self, arguments: Mapping[str, Any], scope: Mapping[str, Any]) -> dict[str, Any]:
        """Evaluated, with the blocks that are written as `dynamic`."""
        found: dict[str, Any] = {}
        for name, value in arguments.items():
            if name == "dynamic":
                found |= {label: self._dynamic(label, one, scope) for label, one in value.items()}
            else:
                found[name] = evaluate(value, self._resolver(scope))
        return found

    def _dynamic(self, label: str, block: Mapping[str, Any], scope: Mapping[str, Any]) -> list[Any]:
        """https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks."""
        known(f"dynamic {label}", block, {"for_each", "content"})
        items: Any = evaluate(block["for_each"], self._resolver(scope))
        return [evaluate(block["content"], self._resolver({**scope, label: {"value": item}})) for item in items]

    def _resolver(self, scope: Mapping[str, Any]) -> Resolve:
        def resolve(path: Path) -> Any:
            return self._value(path, scope)

        return resolve

    def _value(self, path: Path, scope: Mapping[str, Any]) -> Any:
        first, rest = str(path[0]), path[1:]
        if first in scope:
            return _walk(scope[first], rest, path)
        if first == "var":
            return _walk(self._variables, rest, path)
        if first == "local":
            value = _walk(self._document.locals, rest[:1], path)
            return _walk(evaluate(value, self._resolver({})), rest[1:], path)
        if path == ("path", "module"):
            return str(self._document.folder)
        length = 3 if first == "data" else 2
        address = ".".join(map(str, path[:length]))
        if address not in self._document.blocks:
            raise Unreadable(f"a reference to nothing: {_written(path)}")
        return _walk(self.made(address), path[length:], path)


def _walk(value: Any, rest: Path, path: Path) -> Any:
    for part in rest:
        try:
            value = value[int(part)] if is_list(value) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Unreadable(f"nothing is exported as {_written(path)}") from None
    return value


def _written(path: Path) -> str:
    return ".".join(map(str, path))


def _variables(document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
    values = dict[str, Any]()
    for name, variable in document.variables.items():
        known(f"var.{name}", variable, {"type", "default", "description", "nullable", "sensitive"})
        must(name in given or "default" in variable, f"var.{name}", "it has no value")
        values[name] = given.get(name, variable.get("default"))
    return values


def _features(document: Document) -> Mapping[str, Mapping[str, Any]]:
    """The switches of azurerm; a block of them that we do not know is refused."""
    azurerm: Mapping[str, Any] = document.providers["azurerm"]
    known(
        "provider azurerm",
        azurerm,
        {"features", "subscription_id", "storage_use_azuread", "resource_provider_registrations"},
    )
    features: Mapping[str, Mapping[str, Any]] = azurerm["features"]
    known("features of azurerm", features, {"application_insights", "key_vault", "resource_group", "servicebus"})
    return features
