"""apply: makes all that a document says, in the order of its references, as `terraform apply` does.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from cloudless.codec import is_object
from tests.bridge import own
from tests.bridge.document import Block, Document
from tests.bridge.expression import Path, Resolve, Unreadable, evaluate, walk
from tests.bridge.kind import Kind, known, must

World = TypeVar("World")
Kinds = Mapping[str, Kind[World]]
"""What tests know, by type, beside Terraform's own; data sources with "data." before it."""
Key = str | int | None
Make = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""A resource's address and arguments in, what it exports out."""


def apply(document: Document, kinds: Kinds[World], world: World, variables: Mapping[str, Any]) -> Applied:
    """Make everything; raises Unreadable for what is not known, and for what the cloud would refuse.

    variables: by name; those without a default have to be there.
    """
    document.check_references()
    make: dict[str, Make] = {type: partial(kind.made, world) for type, kind in own.KINDS.items()}
    make |= {type: partial(kind.made, world) for type, kind in kinds.items()}
    applied = Applied(document, make, variables)
    for address in document.blocks:
        applied.made(address)
    return applied


class Applied:
    """What was made: attributes by address."""

    def __init__(self, document: Document, make: Mapping[str, Make], variables: Mapping[str, Any]) -> None:
        self._document = document
        self._kinds = make
        self._variables = _variables(document, variables)
        self._made: dict[str, Any] = {}
        self._open: list[str] = []
        self._validate()

    def _validate(self) -> None:
        """Refuse values of variables that the document refuses."""
        for name, variable in self._document.variables.items():
            if "validation" in variable:
                refused = variable["validation"]["error_message"]
                must(self.value(variable["validation"]["condition"]) is True, f"var.{name}", refused)

    def outputs(self) -> set[str]:
        """The names of all outputs."""
        return set(self._document.outputs)

    def output(self, name: str) -> Any:
        """The value of an output."""
        return self.value(self._document.outputs[name]["value"])

    def value(self, part: Any) -> Any:
        """The value of a part of the document that stands in no resource."""
        return evaluate(part, self._resolver({}))

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
        make = self._kinds.get(f"data.{block.type}" if block.address.startswith("data.") else block.type)
        if make is None:
            raise Unreadable(f"{block.address}: these tests know no {block.type}")
        made = {key: self._instance(make, block, key, each) for key, each in self._instances(block)}
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

    def _instance(self, make: Make, block: Block, key: Key, scope: Mapping[str, Any]) -> dict[str, Any]:
        address = block.address if key is None else f"{block.address}[{key!r}]"
        try:
            return make(address, self._arguments(block.arguments, scope))
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
            return walk(scope[first], rest, path)
        if first == "var":
            return walk(self._variables, rest, path)
        if first == "local":
            value = walk(self._document.locals, rest[:1], path)
            return walk(evaluate(value, self._resolver({})), rest[1:], path)
        if path == ("path", "module"):
            return str(self._document.folder)
        length = 3 if first == "data" else 2
        address = ".".join(map(str, path[:length]))
        if address not in self._document.blocks:
            raise Unreadable(f"a reference to nothing: {_written(path)}")
        return walk(self.made(address), path[length:], path)


def _written(path: Path) -> str:
    return ".".join(map(str, path))


def _variables(document: Document, given: Mapping[str, Any]) -> dict[str, Any]:
    values = dict[str, Any]()
    for name, variable in document.variables.items():
        known(f"var.{name}", variable, {"type", "default", "description", "nullable", "sensitive", "validation"})
        must(name in given or "default" in variable, f"var.{name}", "it has no value")
        values[name] = given.get(name, variable.get("default"))
    return values
