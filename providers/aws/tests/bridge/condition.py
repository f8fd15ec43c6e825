"""Conditions of IAM policies: which requests a statement is about.

All operators of a block have to hold, and all keys of an operator; of several values one is enough.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
What our builds have no use for (numbers, dates, addresses) is Unreadable. May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudless.codec import is_list, is_object
from providers.aws.tests.bridge.pattern import fits, fits_arn
from tests.bridge import Unreadable

Context = Mapping[str, str | Sequence[str]]
"""What is known of a request by key, e.g. {"aws:SourceArn": "arn:aws:sns:us-east-1:111122223333:orders"}."""

KEYS = frozenset({
    "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName",
    "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "dynamodb:LeadingKeys", "iam:PassedToService",
    "lambda:FunctionArn", "states:StateMachineQualifier",
})  # fmt: skip
"""Those that these tests put into requests; others of a policy would never hold, or always.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""
_KEYS = {key.lower(): key for key in KEYS}
_IF_EXISTS = "IfExists"
_ALL, _ANY = "ForAllValues:", "ForAnyValue:"
_NULL = "Null"


def _same(wanted: str, found: str) -> bool:
    return wanted == found


def _same_word(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


_MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": _same_word,
    "StringLike": fits,
    "ArnEquals": fits_arn,
    "ArnLike": fits_arn,
    "Bool": _same_word,
}
"""ArnEquals and ArnLike behave identically.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""
_NEGATED: Mapping[str, str] = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. quantifier: of a key with several values. values: those of the policy."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """Whether it does of a request. A key that is not there fails it, but where it is negated or `IfExists`."""
        found = context.get(self.key)
        if self.operator == _NULL:
            return (found is None) == (self.values[0].lower() == "true")
        if found is None:
            return self.if_exists or self.operator in _NEGATED or self.quantifier == _ALL
        if isinstance(found, str):
            return self._matches(found)
        if not self.quantifier:
            raise Unreadable(f"{self.key} has several values: {self.operator} needs {_ALL} or {_ANY}")
        return (all if self.quantifier == _ALL else any)(map(self._matches, found))

    def _matches(self, found: str) -> bool:
        matches = _MATCHES[_NEGATED.get(self.operator, self.operator)]
        return any(matches(wanted, found) for wanted in self.values) != (self.operator in _NEGATED)


def read(block: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The conditions of a statement; raises Unreadable for what is not known."""
    return tuple(
        _read_one(written, key, values) for written, keys in block.items() for key, values in _pairs(written, keys)
    )


def _pairs(operator: str, keys: Any) -> list[tuple[str, Any]]:
    if not is_object(keys):
        raise Unreadable(f"condition {operator}: {keys!r}")
    return list(keys.items())


def _read_one(written: str, key: str, values: Any) -> Condition:
    quantifier = next((one for one in (_ALL, _ANY) if written.startswith(one)), "")
    name = written.removeprefix(quantifier)
    operator = name.removesuffix(_IF_EXISTS)
    if operator not in {*_MATCHES, *_NEGATED, _NULL} or (operator == _NULL and operator != name):
        raise Unreadable(f"condition operator {written}")
    if key.lower() not in _KEYS:
        raise Unreadable(f"condition key {key}: these tests know {sorted(KEYS)}")
    listed: list[Any] = values if is_list(values) else [values]
    return Condition(quantifier, operator, operator != name, _KEYS[key.lower()], tuple(map(_value, listed)))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        fits(value, value)  # refuses variables
        return value
    raise Unreadable(f"a condition's value {value!r} is no text")
