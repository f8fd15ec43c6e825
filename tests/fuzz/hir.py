"""HIR: generated programs as data, and their Python source.

A node is a kind and its parts; it knows nothing of the compiler's IR. Names and source text stand as str where a part
is no node. Operators are written in parentheses, whatever binds how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeGuard


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
DEFERRED = "_deferred"

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
    given = ", ".join(f"{key}={expression(value)}" if key else expression(value) for key, value in arguments)
    return f"{function}({given})"


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


def _deferred_call(function: str, arguments: tuple[tuple[str, Node], ...]) -> str:
    return _call(DEFERRED, (("", name(function)), *arguments))


def _later(item: str, call: Node) -> str:
    return f"lambda {item}={item}: {expression(call)}"


PRINTED: dict[str, Callable[..., str]] = {
    "literal": repr, "call": _call, "deferred": _deferred_call, "dict": _dict, "format": _format, "later": _later,
    "list": _list,
}  # fmt: skip

INDENT = "    "


def block(statements: Block, depth: int = 1) -> Iterator[str]:
    """The lines of a block."""
    for kind, parts in statements or (Node("pass"),):
        if kind in SIMPLE:
            yield INDENT * depth + SIMPLE[kind].format(*map(expression, parts))
            continue
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


def _fan_out(  # noqa: PLR0917  (the parts of a node)
    target: str, call: Node, item: str, source: Node, test: Node | None, options: str
) -> Iterator[str]:
    chosen = f" if {expression(test)}" if test is not None else ""
    made = f"fan_out(({expression(call)} for {item} in {expression(source)}{chosen}){options})"
    yield f"{target} = {made}" if target else made


def _undo(saga: str, function: str, arguments: tuple[tuple[str, Node], ...]) -> Iterator[str]:
    yield _call(f"{saga}.on_failure", (("", name(function)), *arguments))


def _wait(target: str, event: str, timeout: str) -> Iterator[str]:
    yield f"{f'{target} = ' if target else ''}{event}.wait({timeout})"


def _sleep(parts: tuple[tuple[str, Node], ...]) -> Iterator[str]:
    yield f"sleep({_call('timedelta', parts)})"


def _for(item: str, source: Node, body: Block) -> Iterator[str]:
    return _headed(f"for {item} in {expression(source)}:", body)


def _while(test: Node, body: Block) -> Iterator[str]:
    return _headed(f"while {expression(test)}:", body)


def _saga(saga: str, body: Block) -> Iterator[str]:
    return _headed(f"with saga() as {saga}:", body)


SIMPLE = {
    "pass": "pass", "break": "break", "continue": "continue", "do": "{}", "return": "return {}", "raise": "raise {}",
    "leave": "return", "again": "raise", "augment": "{} {}= {}", "append": "{}.append({})", "set_item": "{}[{}] = {}",
    "set_field": "{}.{} = {}", "swap": "{0}, {1} = {1}, {0}", "send": "{}({})",
}  # fmt: skip
"""Templates of statements of one line."""
STATEMENTS: dict[str, Callable[..., Iterator[str]]] = {
    "fan_out": _fan_out, "for": _for, "gather": _gather, "if": _if, "let": _let, "saga": _saga, "sleep": _sleep,
    "try": _try, "undo": _undo, "wait": _wait, "while": _while,
}  # fmt: skip


class Orchestration(NamedTuple):
    """One orchestration. parameters: (name, annotation). options: of its decorator, "" or "(…)"."""

    name: str
    parameters: tuple[tuple[str, object], ...]
    result: object
    body: Block
    options: str = ""

    def source(self, *, native: bool = False) -> str:
        """The definition, with its decorator. native: with the calls of branches deferred, see rewrite.py."""
        given = ", ".join(f"{name}: {kind}" for name, kind in self.parameters)
        head = f"@app.orchestration{self.options}\ndef {self.name}({given}) -> {self.result}:"
        return "\n".join([head, *block(deferred(self.body) if native else self.body)])


def deferred(statements: Block) -> Block:
    """A block in which the calls of `gather` and `fan_out` are made by their branches."""
    return tuple(_DEFERRED.get(one.kind, _within)(one) for one in statements)


def _within(one: Node) -> Node:
    return Node(one.kind, tuple(map(_part, one.parts))) if one.kind in _COMPOUND else one


def _part(part: object) -> Any:
    """A block, or what holds some, with theirs deferred; anything else as it is."""
    if isinstance(part, Node) or not is_tuple(part):
        return part
    return tuple(_DEFERRED.get(one.kind, _within)(one) if isinstance(one, Node) else _part(one) for one in part)


_COMPOUND = {"if", "for", "while", "try", "saga"}
_DEFERRED: dict[str, Callable[[Node], Node]] = {
    "gather": lambda one: Node("gather", (one.parts[0], tuple(Node("deferred", call.parts) for call in one.parts[1]))),
    "fan_out": lambda one: Node("fan_out", (one.parts[0], Node("later", (one.parts[2], one.parts[1])), *one.parts[2:])),
}


def is_tuple(part: object) -> TypeGuard[tuple[Any, ...]]:
    """Whether something is made of parts."""
    return isinstance(part, tuple)


def kinds_of(one: object) -> Iterator[str]:
    """The kinds of all nodes in something."""
    if isinstance(one, Node):
        yield one.kind
    if is_tuple(one):
        for part in one:
            yield from kinds_of(part)


def names_in(one: object) -> Iterator[str]:
    """The variables that an expression mentions."""
    if isinstance(one, Node) and one.kind == "name":
        yield one.parts[0]
    elif is_tuple(one):
        for part in one:
            yield from names_in(part)
