"""Names of variables, subworkflows and steps: letters, digits and underscores; no words of the language, no functions.

https://cloud.google.com/workflows/docs/reference/syntax/variables#variable_names
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless_gcp.compile.workflows.code import FUNCTIONS, WORDS, Code, literal, variable

LENGTH_MAX = 32
"""Of a name, so that expressions stay short."""
_STRANGE = re.compile(r"[^A-Za-z0-9_]+")


class Names:
    """Names that are taken; those of the language from the start. most: characters of one.

    apart: names that belong to others, which may become more. known: where others look for what is taken here.
    """

    def __init__(
        self, *taken: str, most: int = LENGTH_MAX, apart: Iterable[str] = (), known: set[str] | None = None
    ) -> None:
        self.taken = {*WORDS, *FUNCTIONS, *taken}
        self._most = most
        self._apart = apart
        self._known: set[str] = set() if known is None else known
        self._last: dict[str, int] = {}

    def fresh(self, title: str) -> str:
        """A name that nothing else has, much like a title: "total", "total_2", "list_2"."""
        head = _STRANGE.sub("_", title)[: self._most] or "_"
        head = head if head[0].isalpha() or head[0] == "_" else f"_{head}"
        name, serial = head, self._last.get(head, 1)
        while name.lower() in self.taken or name.lower() in self._apart:
            serial += 1
            name = f"{head}_{serial}"
        self._last[head] = serial
        self.taken.add(name.lower())
        self._known.add(name.lower())
        return name


def is_evaluated(text: str) -> bool:
    """Whether a text of the source has an expression in it, or is no text at all."""
    return "${" in text


class Variables:
    """The variables of one routine, by their names in the IR.

    constants: what is assigned before everything else, since it is no literal of expressions: targets and values.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.constants: list[tuple[str, Any]] = []
        self._known: dict[str, str] = {}
        self._constants: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name in the routine."""
        if name not in self._known:
            self._known[name] = self.names.fresh(name)
        return self._known[name]

    def literal(self, value: Any) -> Code:
        """A scalar in an expression; a variable with its value where it has to be one."""
        found = literal(value)
        if found is not None:
            return found
        if isinstance(value, str) and is_evaluated(value):
            return self._apart(value)
        return variable(self._constant(value))

    def value(self, value: Any) -> Any:
        """A constant as a value of the source, in which nothing is evaluated that should not be."""
        if isinstance(value, str):
            return f"${{{self._apart(value).text}}}" if is_evaluated(value) else value
        if is_list(value):
            return [self.value(part) for part in value]
        if is_object(value):
            return self._object(value)
        return 0.0 if isinstance(value, float) and value == 0 else value

    def _object(self, value: dict[str, Any]) -> Any:
        """A map; a variable where a key would be evaluated."""
        plain = {key: self.value(part) for key, part in value.items() if not is_evaluated(key)}
        if len(plain) == len(value):
            return plain
        name = self.names.fresh("data")
        rest = [(f"{name}[{self.literal(key).text}]", self.value(value[key])) for key in value if is_evaluated(key)]
        self.constants += [(name, plain), *rest]
        return f"${{{name}}}"

    def _apart(self, value: str) -> Code:
        """A text in which an expression seems to begin."""
        first, *rest = value.split("${")
        parts = [f"{first}$", *(f"{{{part}$" for part in rest[:-1]), f"{{{rest[-1]}"]
        texts = [self.literal(part).text for part in parts]
        return Code(" + ".join(texts), is_atom=False)

    def _constant(self, value: Any) -> str:
        written = json.dumps(value)
        if written not in self._constants:
            name = self.names.fresh("text" if isinstance(value, str) else "number")
            self._constants[written] = name
            self.constants.append((name, self.value(value)))
        return self._constants[written]
