"""Secret and Config: values that a stage has, and the code has not."""

from __future__ import annotations

import json
from types import GenericAlias

from cloudless.codec import codec_of, dump
from cloudless.driver.current import here
from cloudless.errors import InvalidArgument, InvalidBody, hidden
from cloudless.source import calling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Generic, TypeVar

    T = TypeVar("T", covariant=True)

    class _Generic(Generic[T]):
        pass
else:
    T = object

    class _Generic:
        __class_getitem__ = classmethod(GenericAlias)


__tracebackhide__ = hidden
CACHED_S = 300.0


class Secret:
    """A secret. Its value is never in code, Terraform or logs: it is read where the code runs.

    name: in the stage's secret store.
    """

    def __init__(self, name: str, existing: Mapping[str, str] | None) -> None:
        self.name = name
        self.existing = dict(existing or {})
        self.place = calling()
        self._kept: tuple[object, str | None, str, float] | None = None

    @property
    def value(self) -> str:
        """The current value, cached for five minutes. Raises MissingSecret, PermissionDenied, NoProvider."""
        cloud, handler, _ = here()
        now_s, kept = cloud.now_s(), self._kept
        if kept is not None and kept[0] is cloud and kept[1] == handler and 0 <= now_s - kept[3] < CACHED_S:
            return kept[2]
        value = cloud.secrets.read(self.name)
        self._kept = (cloud, handler, value, now_s)
        return value

    def __repr__(self) -> str:
        return f"<secret {self.name}>"


class Config(_Generic[T]):
    """A configuration entry: a value of the stage, or the default. type: str, int, float, bool, or any payload type.

    default: `...` where there is none.
    """

    def __init__(self, name: str, kind: Any, default: Any) -> None:
        self.name = name
        self.type = kind
        self.default = default
        self.place = calling()

    @property
    def value(self) -> T:
        """The stage's value, validated. Raises InvalidArgument where it is missing or of another type."""
        given = here()[0].config(self.name)
        if given is None:
            if self.default is ...:
                raise InvalidArgument(
                    f"configuration {self.name!r} has no default and no value in this stage: "
                    f"set it in cloudless.toml, config = {{ {self.name} = … }}"
                )
            return self.default  # type: ignore[no-any-return]
        try:
            return codec_of(self.type).decode(dump(given))  # type: ignore[no-any-return]
        except InvalidBody as problem:
            raise InvalidArgument(f"configuration {self.name!r} is {json.dumps(given)}: {problem}") from problem

    def misfit(self, given: object) -> str:
        """Why a value of a stage is none of this entry; "" where it is one."""
        try:
            codec_of(self.type).decode(dump(given))
        except InvalidBody as problem:
            return str(problem)
        return ""

    def __repr__(self) -> str:
        return f"<config {self.name}>"
