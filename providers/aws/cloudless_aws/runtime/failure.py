r"""How a step fails: by an exception whose class's name Step Functions compares, and whose text is the whole error.

    Error   CardDeclined, or what the step's Retry calls it
    Cause   {"errorMessage": "{\"type\":\"CardDeclined\", …}", "errorType": "CardDeclined", …}, by Lambda's client

`Retry` of a state machine knows no base classes: so a step says in ctx["retry"] which names it looks for, and the first
of those among the error's classes is the name that it gets.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import json

from cloudless.codec import dump

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

EXITED = "Runtime.ExitError"
"""What Lambda calls it where a function's process ends.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""
CAUSE_MOST = 30_000
"""Characters of the text within Cause, which takes 32,768, with what Lambda's client says besides.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html
"""


def raised(error: dict[str, Any], names: Sequence[str] = ()) -> Exception:
    """The exception for an error of a step (cloudless/runtime/failure.py). names: that the step looks for."""
    text = dump(error)
    if len(json.dumps(text)) > CAUSE_MOST:  # as Lambda's client writes it: text in text
        text = dump({**error, "data": {}})
    name = next((one for one in names if one in error["mro"]), error["type"])
    return _named(name)(text)


def exited(problem: BaseException) -> Exception:
    """The exception for a handler that left, e.g. by `sys.exit`: to the caller, the function's process ended."""
    return _named(EXITED)(f"the handler ended with {problem!r}")


def _named(name: str) -> type[Exception]:
    return type(name, (Exception,), {})
