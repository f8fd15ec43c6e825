"""Changes in place: `xs.append(v)`, `d[k] = v`, `order.note = v`, `xs += ys`.

On every engine values are copies, so a change binds the variable anew, to a value that differs in one place. That is
what Python does too, as long as the thing has no second name: aliasing.py.
"""

from __future__ import annotations

import ast

from cloudless.frontend.orchestration.aliasing import PARTS
from cloudless.frontend.orchestration.draft import Draft
from cloudless.frontend.orchestration.kinds import STRING, WHOLE, dict_of, has_unknown, list_of, part
from cloudless.frontend.orchestration.literals import wanted_part
from cloudless.frontend.orchestration.names import Names, looked_up, position
from cloudless.frontend.orchestration.operators import Operators
from cloudless.frontend.orchestration.scope import LOOP, ORDINARY, Variable
from cloudless.frontend.orchestration.steps import visit_arguments
from cloudless.frontend.orchestration.unit import Unit, path_of
from cloudless.frontend.orchestration.value import Value, whole
from cloudless.frontend.orchestration.wording import PURE, none_remedy
from cloudless.ir.expression import (
    Choose,
    Concat,
    Dict,
    Entry,
    Equal,
    Expression,
    Field,
    Index,
    Length,
    List,
    Merge,
    Pair,
    Record,
    Var,
)
from cloudless.ir.statement import For, Let, Range
from cloudless.ir.type import DICT, LIST, RECORD, Type

FIELD, KEY, INDEX = "field", "key", "index"


class Step:
    """From a container to one of its parts. at: the key or index; a field's key on the wire as text."""

    __slots__ = ("at", "container", "kind", "name")

    def __init__(self, kind: str, container: Value, name: str = "", at: Expression | None = None) -> None:
        self.kind = kind
        self.container = container
        self.name = name
        self.at = at


class Place:
    """A part of a variable: what it holds, and how it is reached."""

    __slots__ = ("steps", "value", "variable")

    def __init__(self, variable: Variable, value: Value, steps: tuple[Step, ...] = ()) -> None:
        self.variable = variable
        self.value = value
        self.steps = steps


def put(unit: Unit, target: ast.expr, node: ast.expr) -> None:
    """Target = node, of an item or a field."""
    if not isinstance(target, ast.Attribute | ast.Subscript):
        unit.value(node)
        unit.error("CL202", target, "this is no target of an assignment", "assign to a name, an item or a field")
        return
    reached, (container, step) = unit.nested(lambda: _reached(unit, target))
    if container is None or step is None:
        unit.block += reached
        unit.value(node)
        return
    wanted = _wanted(unit, container, step)
    value = unit.value(node) if has_unknown(wanted) else unit.fitting(node, wanted, f"`{ast.unparse(target)}`")
    unit.block += reached  # Python evaluates the value first
    if value.is_unknown:
        return
    if container.variable.hole is not None and not container.steps:
        kind = dict_of(value.type) if step.kind == KEY else list_of(value.type)
        unit.fill(container.variable, kind)
    _changed(unit, container, target)
    _stored(unit, container, value, target)
    _bind(unit, container, _with(unit, step, value.expression, target), target)
    _learned(unit, step, value)


def _reached(unit: Unit, target: ast.Attribute | ast.Subscript) -> tuple[Place | None, Step | None]:
    container = place_of(unit, target.value)
    return container, None if container is None else _last(unit, container, target)


def augment(unit: Unit, target: ast.expr, sign: str, node: ast.AugAssign) -> None:
    """Target += value, of an item or a field."""
    place = place_of(unit, target)
    if place is None:
        unit.value(node.value)
        return
    right = unit.value(node.value, place.value.type)
    value = Operators(unit).applied(sign, place.value, right, node)
    if value.is_unknown:
        return
    if not unit.fits(value.type, place.value.type):
        unit.error(
            "CL216",
            node,
            f"`{ast.unparse(target)}` is {place.value.type}, and gets {value.type} here",
            "give it a value of its type",
        )
        return
    container = Place(place.variable, place.steps[-1].container, place.steps[:-1])
    _changed(unit, place if place.value.type.kind in {LIST, DICT} else container, target)
    _stored(unit, place, right, target)
    _bind(unit, container, _with(unit, place.steps[-1], value.expression, target), target)


def grow(unit: Unit, target: ast.Name, sign: str, node: ast.AugAssign) -> None:
    """Xs += ys, d |= e: of a variable, in place."""
    place = place_of(unit, target)
    if place is None:
        unit.value(node.value)
        return
    right = unit.value(node.value, place.value.type)
    if right.type.kind == place.value.type.kind and not has_unknown(right.type):
        unit.fill(place.variable, right.type)
        place.value.type = place.variable.type
    value = Operators(unit).applied(sign, place.value, right, node)
    if value.is_unknown:
        return
    if not unit.fits(value.type, place.value.type):
        unit.error(
            "CL216", node, f"`{target.id}` is {place.value.type}, and gets {value.type} here", "add values of its type"
        )
        return
    _changed(unit, place, target)
    _stored(unit, place, right, target)
    _bind(unit, place, value.expression, node)


def method(unit: Unit, node: ast.Call, func: ast.Attribute) -> bool:
    """xs.append(v), xs.extend(ys), d.update(e); whether it is such a one."""
    if func.attr not in {"append", "extend", "update"} or not _is_place(unit, func.value):
        return False
    place = place_of(unit, func.value)
    if place is None:
        visit_arguments(unit, node)
        return True
    if place.value.type.kind in {"optional", "none"}:
        visit_arguments(unit, node)
        message = f"`{ast.unparse(func.value)}` may be None here"
        unit.error("CL224", func, message, none_remedy(func.value))
        return True
    wanted = DICT if func.attr == "update" else LIST
    if place.value.type.kind != wanted or len(node.args) != 1 or node.keywords:
        visit_arguments(unit, node)
        if not place.value.is_unknown:
            unit.error("CL203", func, f"`{func.attr}` of {place.value.type}, called so, is not in the language", PURE)
        return True
    _grown(unit, node, func.attr, place)
    return True


def _grown(unit: Unit, node: ast.Call, name: str, place: Place) -> None:
    kind = place.value.type
    argument = node.args[0]
    if name == "append":
        value = _item(unit, argument, wanted_part(kind, LIST))
        whole_kind = list_of(value.type)
    else:
        value = unit.value(argument) if has_unknown(kind) else unit.fitting(argument, kind, f"the argument of `{name}`")
        whole_kind = value.type
    if value.is_unknown:
        return
    if name != "append" and value.type.kind != kind.kind:
        unit.error("CL222", argument, f"`{name}` takes {kind}, and this is {value.type}", "give it that")
        return
    if place.variable.hole is not None and not place.steps:
        unit.fill(place.variable, whole_kind)
        kind = place.variable.type
    _changed(unit, place, node)
    _stored(unit, place, value, node)
    added = List((value.expression,), part(kind)) if name == "append" else value.expression
    joined = Merge if name == "update" else Concat
    _bind(unit, place, joined(place.value.expression, added), node)


def _item(unit: Unit, node: ast.expr, wanted: Type | None) -> Value:
    return unit.fitting(node, wanted, "an item") if wanted else unit.value(node)


# --- places


def _is_place(unit: Unit, node: ast.expr) -> bool:
    """Whether it is a part of a variable."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if not isinstance(node, ast.Name):
        return False
    return unit.scope.find(node.id) is not None or isinstance(unit.statics.lookup(node.id), list | dict)


def place_of(unit: Unit, node: ast.expr) -> Place | None:
    """The part of a variable that an expression names; None where it was reported."""
    if isinstance(node, ast.Name):
        return _variable(unit, node)
    if not isinstance(node, ast.Attribute | ast.Subscript):
        unit.error("CL251", node, "only what a variable holds is changed in place", "keep it in a variable first")
        return None
    container = place_of(unit, node.value)
    return None if container is None else _part(unit, container, node)


def _variable(unit: Unit, node: ast.Name) -> Place | None:
    variable = unit.scope.find(node.id)
    if variable is not None and variable.role not in {ORDINARY, LOOP} and not variable.ended:
        unit.error(
            "CL251",
            node,
            f"`{node.id}` is the {variable.role} of line {variable.line}, which is not changed",
            "keep a part of it in a variable",
        )
        return None
    value = unit.value(ast.copy_location(ast.Name(node.id, ast.Load()), node))
    if value.is_unknown:
        return None
    if variable is None:
        unit.error(
            "CL251", node, f"`{node.id}` is of the module, and no orchestration changes it", "keep a copy in a variable"
        )
        return None
    return Place(variable, value)


def _part(unit: Unit, container: Place, node: ast.Attribute | ast.Subscript) -> Place | None:
    """A part that is there."""
    step = _last(unit, container, node)
    if step is None:
        return None
    names = Names(unit)
    if step.kind == FIELD:
        found = names.field(container.value, step.name, node)
    elif step.kind == KEY:
        assert step.at is not None
        found = Value(looked_up(unit, container.value, Value(step.at, STRING), node), part(container.value.type))
    else:
        assert step.at is not None
        found = Value(Index(container.value.expression, step.at), part(container.value.type))
    return None if found.is_unknown else Place(container.variable, found, (*container.steps, step))


def _last(unit: Unit, container: Place, node: ast.Attribute | ast.Subscript) -> Step | None:
    """The step from a container to a part that is there, or will be."""
    kind = container.value.type.kind
    if kind == RECORD:
        return _field(unit, container, node)
    if kind == DICT and isinstance(node, ast.Subscript):
        key = unit.bound(unit.fitting(node.slice, STRING, "a key"), node, "key")
        return None if key.is_unknown else Step(KEY, container.value, at=key.expression)
    if kind == LIST and isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        at = unit.fitting(node.slice, WHOLE, "an index")
        return None if at.is_unknown else Step(INDEX, container.value, at=position(unit, container.value, at, node))
    names = Names(unit)  # it says what is wrong
    names.attribute(container.value, node) if isinstance(node, ast.Attribute) else names.item(container.value, node)
    return None


def _field(unit: Unit, container: Place, node: ast.Attribute | ast.Subscript) -> Step | None:
    record, names = unit.types.record(container.value.type), Names(unit)
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node.slice, "value", None)
    found = (
        names.attribute(container.value, node) if isinstance(node, ast.Attribute) else names.item(container.value, node)
    )
    if found.is_unknown or not isinstance(name, str):
        return None
    if record.is_frozen:
        unit.error(
            "CL251", node, f"{record.name} is frozen: its fields are not changed", f"make another: {record.name}(…)"
        )
        return None
    if any(one.unwritten for one in record.fields.values()):
        unit.error("CL251", node, f"{record.name} has fields that are never written", PURE)
        return None
    return Step(FIELD, container.value, name)


def _wanted(unit: Unit, container: Place, step: Step) -> Type:
    """The type of a part."""
    kind = container.value.type
    return unit.types.record(kind).fields[step.name].type if step.kind == FIELD else part(kind)


# --- binding anew


def _changed(unit: Unit, container: Place, node: ast.AST) -> None:
    """Note that something is changed in place."""
    variable = container.variable
    if not any(variable.name in loop.iterated for loop in unit.loops):
        unit.sharing.change(variable.name, len(container.steps), node)
    else:
        unit.error(
            "CL252",
            node,
            f"`{variable.source}` is changed while a `for` goes through it",
            f"collect the changes in another variable, or go through a copy: for … in list({variable.source})",
        )


def _stored(unit: Unit, container: Place, value: Value, node: ast.AST) -> None:
    """A value becomes a part of a variable."""
    for name, extent, _ in unit.roots(value.expression, value.type):
        if name != container.variable.name:
            unit.sharing.store(container.variable.name, [(name, extent, PARTS)], node.lineno)  # type: ignore[attr-defined]


def _bind(unit: Unit, container: Place, new: Expression, node: ast.AST) -> None:
    """Bind the variable to a value in which a part is new."""
    for step in reversed(container.steps):
        new = _with(unit, step, new, node)
    path = path_of(container.value.expression)
    unit.emit(Let, node, target=container.variable.name, value=new)
    if path and container.steps:
        unit.flow.forget(path)


def _learned(unit: Unit, step: Step, value: Value) -> None:
    """A field that may be None is known to be none, or not."""
    if step.kind != FIELD:
        return
    field = unit.types.record(step.container.type).fields[step.name]
    path = path_of(Field(step.container.expression, field.key))
    if path:
        unit.flow.forget(path)
        if field.type.kind == "optional" and value.type.kind != "optional":
            unit.flow.facts[path] = value.type if value.type.kind == "none" else part(field.type)


def _with(unit: Unit, step: Step, new: Expression, node: ast.AST) -> Expression:
    """The container with another part."""
    of = step.container.expression
    if step.kind == KEY:
        assert step.at is not None
        return Merge(of, Dict((Pair(step.at, new),)))
    if step.kind == INDEX:
        return _replaced(unit, step, new, node)
    record = unit.types.record(step.container.type)
    unit.found.records[record.name] = None
    return Record(
        record.name,
        tuple(Entry(one.key, new if name == step.name else Field(of, one.key)) for name, one in record.fields.items()),
    )


def _replaced(unit: Unit, step: Step, new: Expression, node: ast.AST) -> Expression:
    """A list with another item: built item by item, for no engine but Python replaces one."""
    assert step.at is not None
    of, kind = step.container.expression, step.container.type
    result = unit.temporary("items", kind, node)
    at = unit.temporary("at", WHOLE, node)
    unit.emit(Let, node, target=result.name, value=List((), part(kind)))
    item = Choose(Equal(Var(at.name), step.at), new, Index(of, Var(at.name)))
    grown = Concat(Var(result.name), List((item,), part(kind)))
    body = [Draft(Let, node, "", {"target": result.name, "value": grown})]
    source = Range(whole(0), Length(of, LIST), 1)
    unit.emit(For, node, label=unit.label(), item=at.name, source=source, body=body)
    return Var(result.name)
