"""Options that are unknown, or of the wrong type, are errors with a suggestion: the decorator that public calls share.

Lowest layer.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from cloudless.errors import InvalidArgument, UnknownOption, hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


__tracebackhide__ = hidden


def strict(call: F) -> F:
    """Refuse keyword arguments that `call` does not take, naming the nearest one that it does, and wrong types.

    Types are those of its annotations that `_KINDS` knows. Costs about a microsecond an argument; used on
    definitions and by tests, not on the message path.
    """
    code = call.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    known = frozenset(names)
    hints = call.__annotations__

    def checked(*args: Any, **options: Any) -> Any:
        if not known.issuperset(options):
            wrong = min(options.keys() - known)
            raise _refused(UnknownOption(_unknown(_title(call, args), wrong, known)), wrong)
        for name, value in (*zip(names, args, strict=False), *options.items()):
            words = _instead(hints.get(name, ""), value)
            if words:
                text = f"{_title(call, args)}({name}={_short(value)}): give {words}"
                raise _refused(InvalidArgument(text), name)
        return call(*args, **options)

    checked.__wrapped__ = call  # type: ignore[attr-defined]
    checked.__name__, checked.__qualname__ = call.__name__, call.__qualname__
    checked.__doc__, checked.__module__ = call.__doc__, call.__module__
    return checked  # type: ignore[return-value]


def nearest(word: str, known: Iterable[str], alike: float = 0.5) -> str | None:
    """The known word that `word` was probably meant to be, if one is close. alike: how much, 0 to 1 for the same."""
    from difflib import get_close_matches

    matches = get_close_matches(word, list(known), n=1, cutoff=alike)
    return matches[0] if matches else None


# --- what an annotation asks for ---


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_named(name: str) -> Callable[[object], bool]:
    """Of a class of that name, which a lowest layer cannot import."""
    return lambda value: any(kind.__name__ == name for kind in type(value).__mro__)


_KINDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "App": (_is_named("App"), 'an app, e.g. App("shop")'),
    "Callable": (callable, "a function"),
    "Cors": (_is_named("Cors"), 'a Cors, e.g. Cors(["https://shop.example"])'),
    "Exception": (lambda value: isinstance(value, Exception), 'an exception, e.g. ConnectionError("down")'),
    "Literal": (lambda value: isinstance(value, str), "a string"),
    "Mapping": (lambda value: hasattr(value, "items"), "a dict"),
    "Retry": (_is_named("Retry"), "a Retry, e.g. Retry(attempts=3)"),
    "Sequence": (lambda value: isinstance(value, (list, tuple)), "a list"),
    "bool": (lambda value: isinstance(value, bool), "True or False"),
    "datetime": (_is_named("datetime"), "an aware datetime, e.g. datetime(2026, 1, 2, tzinfo=UTC)"),
    "float": (_is_number, "a number"),
    "int": (lambda value: _is_number(value) and not isinstance(value, float), "a whole number"),
    "str": (lambda value: isinstance(value, str), "a string"),
    "timedelta": (lambda value: isinstance(value, timedelta), "a timedelta"),
    "tuple": (lambda value: isinstance(value, (list, tuple)), "a list"),
}


def _instead(hint: str, value: object) -> str:
    """What to give instead of a value; "" where it fits its annotation, or where that cannot be told."""
    fits, words = _kind_of(hint)
    if fits is None or fits(value) or (value is None and hint.endswith("| None")):
        return ""
    if hint.startswith("timedelta") and _is_number(value):
        words += f", e.g. timedelta(seconds={value})"
    return words


@cache
def _kind_of(hint: str) -> tuple[Callable[[object], bool] | None, str]:
    """What an annotation asks for; nothing, where it is one of several types."""
    return _KINDS.get(hint.removesuffix(" | None").partition("[")[0], (None, ""))


def _title(call: Callable[..., Any], args: tuple[Any, ...]) -> str:
    """How the user knows the call: a method by the class of its object, a constructor by its class."""
    if not (args and "." in call.__qualname__):
        return call.__name__
    name = type(args[0]).__name__
    return name if call.__name__ == "__init__" else f"{name}.{call.__name__}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_MEANT = {
    **dict.fromkeys(("attempts", "max_attempts", "max_retries", "retries", "retry_policy"), "retry"),
    **dict.fromkeys(("dead_letter", "dead_letter_queue", "dlq"), "dead_letters"),
    **dict.fromkeys(("concurrency", "max_concurrency", "max_instances"), "concurrency"),
    **dict.fromkeys(("time_zone", "tz"), "timezone"),
    **dict.fromkeys(("memory", "memory_size", "ram"), "memory_mb"),
    **dict.fromkeys(("idempotency_key", "dedup", "deduplicate_by"), "once_by"),
    **dict.fromkeys(("filter", "filters"), "where"),
}
"""What options are called elsewhere."""
_STANDS = {
    "retry": "retries stand where messages are sent to, e.g. app.queue(…, retry=Retry(attempts=3))",
    "dead_letters": "dead letters stand where messages are sent to, e.g. app.queue(…, dead_letters=False)",
    "concurrency": "how many run at a time is the cloud's own: native=, as the page of the cloud says",
}
"""Options that others have, and where."""


def _unknown(where: str, wrong: str, known: frozenset[str]) -> str:
    meant = _MEANT.get(wrong, wrong)
    guess = meant if meant in known else None if meant in _STANDS else nearest(wrong, known)
    public = ", ".join(sorted(known - {"self", "cls"}))
    hint = f"did you mean {guess!r}?" if guess else _STANDS.get(meant, f"it takes: {public}")
    return f"{where} has no option {wrong!r}: {hint}"


def _refused(error: InvalidArgument, option: str) -> InvalidArgument:
    error.option = option
    return error
