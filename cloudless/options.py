"""Unknown options are errors with a suggestion: the decorator that public calls share. Lowest layer."""

from __future__ import annotations

from cloudless.errors import UnknownOption

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


def strict(call: F) -> F:
    """Refuse keyword arguments that `call` does not take, naming the nearest one that it does.

    Costs one set difference a call; used on definitions, not on the message path.
    """
    code = call.__code__
    known = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    def checked(*args: Any, **options: Any) -> Any:
        if options.keys() - known:
            raise UnknownOption(_unknown(call.__qualname__, options, known))
        return call(*args, **options)

    checked.__wrapped__ = call  # type: ignore[attr-defined]
    checked.__name__, checked.__qualname__ = call.__name__, call.__qualname__
    checked.__doc__, checked.__module__ = call.__doc__, call.__module__
    return checked  # type: ignore[return-value]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be, if one is close."""
    from difflib import get_close_matches

    matches = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return matches[0] if matches else None


def _unknown(where: str, options: Iterable[str], known: frozenset[str]) -> str:
    wrong = min(set(options) - known)
    guess = nearest(wrong, known)
    public = ", ".join(sorted(known - {"self", "cls"}))
    hint = f"did you mean {guess!r}?" if guess else f"it takes: {public}"
    return f"{where.removesuffix('.__init__')} has no option {wrong!r}: {hint}"
