"""HIR: generated programs as data, and their Python source.

A node is a kind and its parts; it knows nothing of the compiler's IR. Names and source text stand as str where a part
is no node. Operators are written in parentheses, whatever binds how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Node(NamedTuple):
    """kind: a key of EXPRESSIONS, PRINTED or STATEMENTS."""

    kind: str
    parts: tuple[Any, ...] = ()


def node(kind: str, *parts: Any) -> Node:
    return Node(kind, parts)


def literal(value: Any) -> Node:
    return Node("literal", (value,))


def name(text: str) -> Node:
    return Node("name", (text,))


Block = tuple[Node, ...]

EXPRESSIONS = {
    "name": "{}",
    "add": "({} + {})", "subtract": "({} - {})", "multiply": "({} * {})",
    "divide": "({} / {})", "floor": "({} // {})", "modulo": "({} % {})",
    "negative": "(-{})", "absolute": "abs({})", "to_int": "int({})", "to_float": "float({})",
    "less": "({} < {})", "at_most": "({} <= {})", "more": "({} > {})", "at_least": "({} >= {})",
    "between": "({} < {} <= {})",
    "equal": "({} == {})", "unequal": "({} != {})",
    "is_none": "({} is None)", "is_some": "({} is not None)",
    "not": "(not {})", "and": "({} and {})", "or": "({} or {})", "choose": "({1} if {0} else {2})",
    "in": "({} in {})", "not_in": "({} not in {})",
    "item": "{}[{}]", "get": "{}.get({})", "get_or": "{}.get({}, {})", "field": "{}.{}", "length": "len({})",
    "minimum": "min({})", "maximum": "max({})", "sum": "sum({})", "any": "any({})", "all": "all({})",
    "text": "str({})", "lower": "{}.lower()", "upper": "{}.upper()",
    "starts": "{}.startswith({})", "ends": "{}.endswith({})", "join": "{}.join({})",
    "merge": "{{**{}, {}: {}}}",
    "map": "[{} for {} in {}]", "filter": "[{} for {} in {} if {}]",
    "range": "range({})", "range2": "range({}, {})", "range3": "range({}, {}, {})",
    "error_type": "type({}).__name__", "error_text": "str({})",
    "now": "now()", "uuid4": "uuid4()",
}  # fmt: skip
"""Templates of what prints part by part."""


def expression(one: Any) -> str:
    """The source of an expression; text is already source."""
    if isinstance(one, str):
        return one
    kind, parts = one
    template = EXPRESSIONS.get(kind)
    if template is not None:
        return template.format(*map(expression, parts))
    return PRINTED[kind](*parts)


def _call(function: str, arguments: tuple[tuple[str, Node], ...]) -> str:
    """arguments: (keyword or "", value)."""
    return f"{function}({', '.join(f'{key}={expression(value)}' if key else expression(value) for key, value in arguments)})"


def _list(*items: Node) -> str:
    return f"[{', '.join(map(expression, items))}]"


def _dict(*items: tuple[Node, Node]) -> str:
    return f"{{{', '.join(f'{expression(key)}: {expression(value)}' for key, value in items)}}}"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\0": "\\x00", "{": "{{", "}": "}}"}


def _format(*parts: Any) -> str:
    """An f-string; parts are text, or nodes whose source has neither quotes nor backslashes."""
    written = ["".join(_ESCAPES.get(one, one) for one in part) if isinstance(part, str) else f"{{{expression(part)}}}"
               for part in parts]  # fmt: skip
    return f'f"{"".join(written)}"'


PRINTED: dict[str, Callable[..., str]] = {
    "literal": repr,
    "call": _call,
    "list": _list,
    "dict": _dict,
    "format": _format,
}

INDENT = "    "


def block(statements: Block, depth: int = 1) -> Iterator[str]:
    """The lines of a block."""
    for kind, parts in statements or (Node("pass"),):
        for line in STATEMENTS[kind](*parts):
            yield INDENT * depth + line


def inner(statements: Block) -> Iterator[str]:
    return block(statements)


def _let(target: str, value: Node, annotation: object = None) -> Iterator[str]:
    yield f"{target}{f': {annotation}' if annotation else ''} = {expression(value)}"


def _if(arms: tuple[tuple[Node, Block], ...], otherwise: Block | None) -> Iterator[str]:
    word = "if"
    for test, then in arms:
        yield f"{word} {expression(test)}:"
        yield from inner(then)
        word = "elif"
    if otherwise is not None:
        yield "else:"
        yield from inner(otherwise)


def _headed(head: str, body: Block) -> Iterator[str]:
    yield head
    yield from inner(body)


def _try(
    body: Block,
    handlers: tuple[tuple[tuple[str, ...], str, Block], ...],
    otherwise: Block | None,
    last: Block | None,
) -> Iterator[str]:
    yield from _headed("try:", body)
    for names, target, handler in handlers:
        kinds = names[0] if len(names) == 1 else f"({', '.join(names)})"
        yield from _headed(f"except {kinds}{f' as {target}' if target else ''}:", handler)
    if otherwise is not None:
        yield from _headed("else:", otherwise)
    if last is not None:
        yield from _headed("finally:", last)


def _gather(targets: tuple[str, ...], calls: tuple[Node, ...]) -> Iterator[str]:
    made = f"gather({', '.join(map(expression, calls))})"
    yield f"{', '.join(targets)} = {made}" if targets else made


def _fan_out(target: str, call: Node, item: str, source: Node, test: Node | None, options: str) -> Iterator[str]:  # noqa: PLR0913, PLR0917
    chosen = f" if {expression(test)}" if test is not None else ""
    made = f"fan_out(({expression(call)} for {item} in {expression(source)}{chosen}){options})"
    yield f"{target} = {made}" if target else made


STATEMENTS: dict[str, Callable[..., Iterator[str]]] = {
    "pass": lambda: iter(["pass"]),
    "let": _let,
    "augment": lambda target, operator, value: iter([f"{target} {operator}= {expression(value)}"]),
    "append": lambda target, value: iter([f"{target}.append({expression(value)})"]),
    "set_item": lambda target, key, value: iter([f"{target}[{expression(key)}] = {expression(value)}"]),
    "set_field": lambda target, field, value: iter([f"{target}.{field} = {expression(value)}"]),
    "swap": lambda left, right: iter([f"{left}, {right} = {right}, {left}"]),
    "do": lambda value: iter([expression(value)]),
    "if": _if,
    "for": lambda item, source, body: _headed(f"for {item} in {expression(source)}:", body),
    "while": lambda test, body: _headed(f"while {expression(test)}:", body),
    "break": lambda: iter(["break"]),
    "continue": lambda: iter(["continue"]),
    "return": lambda value=None: iter([f"return {expression(value)}" if value is not None else "return"]),
    "raise": lambda value=None: iter([f"raise {expression(value)}" if value is not None else "raise"]),
    "try": _try,
    "saga": lambda name, body: _headed(f"with saga() as {name}:", body),
    "undo": lambda saga, function, arguments: iter([f"{saga}.on_failure{_call('', (('', function), *arguments))}"]),
    "gather": _gather,
    "fan_out": _fan_out,
    "sleep": lambda parts: iter([f"sleep(timedelta{_call('', parts)})"]),
    "send": lambda noun, value: iter([f"{noun}({expression(value)})"]),
    "wait": lambda target, event, timeout: iter([f"{f'{target} = ' if target else ''}{event}.wait({timeout})"]),
}


class Orchestration(NamedTuple):
    """One orchestration. parameters: (name, annotation). options: of its decorator, "" or "(…)"."""

    name: str
    parameters: tuple[tuple[str, object], ...]
    result: object
    body: Block
    options: str = ""

    def source(self) -> str:
        """The definition, with its decorator."""
        given = ", ".join(f"{name}: {kind}" for name, kind in self.parameters)
        head = f"@app.orchestration{self.options}\ndef {self.name}({given}) -> {self.result}:"
        return "\n".join([head, *block(self.body)])


def kinds_of(one: Any) -> Iterator[str]:
    """The kinds of all nodes in something."""
    if isinstance(one, Node):
        yield one.kind
    if isinstance(one, tuple):
        for part in one:
            yield from kinds_of(part)
