"""What an endpoint takes and gives, by its signature: the facts that its part of the document is written from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import FunctionType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from cloudless.codec import codec_of, load
from cloudless.errors import CloudlessError
from cloudless.frontend.functions import hints, original
from cloudless.frontend.openapi.schemas import INPUT, OUTPUT, Key, Mode, Schema, fits
from cloudless.frontend.parameters import Signature, endpoint_parameters
from cloudless.http import METHODS, Endpoint
from cloudless.ir import Parameter
from cloudless.request import Response
from cloudless.runtime.arguments import BODY, RAW, REQUEST, TEXTS, is_mark, unmarked
from cloudless.runtime.route import Route
from cloudless.text import value_type

BODILESS = ("GET", "DELETE")


class Operation:
    """One endpoint.

    texts: its parameters of path, query, headers and cookies. body: the one that is the body, or the request, from
    which it can be read; None for none. results: the kinds of what it returns: types, Response, bytes, NoneType.
    """

    def __init__(self, endpoint: Endpoint[..., Any]) -> None:
        function = original(endpoint.function)
        assert function is not None, "the checks report what is no function"
        self.endpoint = endpoint
        self.route = Route(endpoint.path)
        self._hints = hints(endpoint)
        self._defaults = _defaults(function)
        parameters = endpoint_parameters(Signature(function, self._hints), self.route.parameters)
        self.texts = _texts(parameters)
        self.body = self._body(parameters)
        self.results = _kinds(self._hints["return"]) if "return" in self._hints else (Response,)

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands among others."""
        return self.endpoint.path, METHODS.index(self.endpoint.method)

    @property
    def result_key(self) -> Key:
        """What the schema of its result is found by; there is none where the result is never JSON."""
        return self.endpoint.name, ""

    def key(self, parameter: Parameter) -> Key:
        """What the schema of a parameter is found by."""
        return self.endpoint.name, parameter.name

    def types(self) -> dict[Key, tuple[Mode, Any]]:
        """Each type that needs a schema, and whether it is read or written."""
        found: dict[Key, tuple[Mode, Any]] = {self.key(one): (INPUT, self.type(one)) for one in self.texts}
        if self.body is not None and self.body.kind == BODY:
            found[self.key(self.body)] = INPUT, self.type(self.body)
        written = [kind for kind in self.results if kind not in (Response, bytes, NoneType)]
        if written:
            found[self.result_key] = OUTPUT, _union(written)
        return found

    def type(self, parameter: Parameter) -> Any:
        """Its type, without what only says where it comes from. A text of any type is a str."""
        hint = self._hints.get(parameter.name, object)
        if parameter.kind == BODY:
            return unmarked(hint)
        kind = value_type(hint, is_mark=is_mark)
        return str if kind is object else list[str] if kind is list else kind

    def default(self, parameter: Parameter, schema: Schema) -> dict[str, Any]:
        """{"default": …} as JSON; nothing where there is none, or one that JSON of the type cannot hold, as None."""
        value = self._defaults.get(parameter.name)
        if value is None:
            return {}
        try:
            default = load(codec_of(self.type(parameter)).encode(value))
        except CloudlessError:
            return {}
        return {"default": default} if fits(default, schema) else {}

    def _body(self, parameters: tuple[Parameter, ...]) -> Parameter | None:
        given = [one for one in parameters if one.kind in (BODY, RAW)]
        if self.endpoint.method not in BODILESS:
            given += [one for one in parameters if one.kind == REQUEST]
        return given[0] if given else None


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The parts of a union; any other annotation alone."""
    is_union = isinstance(hint, UnionType) or get_origin(hint) is Union
    return get_args(hint) if is_union else (NoneType if hint is None else hint,)


def _union(kinds: Sequence[Any]) -> Any:
    union = kinds[0]
    for kind in kinds[1:]:
        union |= kind
    return union


def _texts(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Those that are texts; of two that read the same one, the first."""
    first: dict[tuple[str, str], Parameter] = {}
    for one in parameters:
        if one.kind in TEXTS:
            first.setdefault((one.kind, one.key), one)
    return list(first.values())


def _defaults(function: FunctionType) -> dict[str, Any]:
    """Defaults by the name of the parameter."""
    code, given = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
    return {**dict(zip(names, given, strict=True)), **(function.__kwdefaults__ or {})}
