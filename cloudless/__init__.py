"""Write serverless Python once. Test it in milliseconds. Compile it to AWS, Google Cloud or Azure.

Every public name stands here, and is imported when it is first used: `import cloudless` alone costs
next to nothing, because it runs at every cold start.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless._version import __version__
    from cloudless.app import App
    from cloudless.auth import api_key, jwt
    from cloudless.connection import connect
    from cloudless.errors import (
        CloudlessError,
        CompensationFailed,
        HttpError,
        PartialFailure,
        PlatformError,
        Reject,
        RetryAfter,
    )
    from cloudless.execution import Execution
    from cloudless.flow import Outcome, fan_out, gather, now, saga, sleep, uuid4
    from cloudless.http import Body, Cookie, Cors, Header, Identity, Query
    from cloudless.message import Context, DeadLetter, Message
    from cloudless.queue import DeadLetters, OrderedQueue, Queue
    from cloudless.request import Request, Response
    from cloudless.retry import Retry
    from cloudless.topic import Topic, any_of, exists, none_of, prefix

_HOME = {
    "App": "app",
    "Body": "http",
    "CloudlessError": "errors",
    "CompensationFailed": "errors",
    "Context": "message",
    "Cookie": "http",
    "Cors": "http",
    "DeadLetter": "message",
    "DeadLetters": "queue",
    "Execution": "execution",
    "Header": "http",
    "HttpError": "errors",
    "Identity": "http",
    "Message": "message",
    "OrderedQueue": "queue",
    "Outcome": "flow",
    "PartialFailure": "errors",
    "PlatformError": "errors",
    "Query": "http",
    "Queue": "queue",
    "Reject": "errors",
    "Request": "request",
    "Response": "request",
    "Retry": "retry",
    "RetryAfter": "errors",
    "Topic": "topic",
    "__version__": "_version",
    "any_of": "topic",
    "api_key": "auth",
    "connect": "connection",
    "exists": "topic",
    "fan_out": "flow",
    "gather": "flow",
    "jwt": "auth",
    "none_of": "topic",
    "now": "flow",
    "prefix": "topic",
    "saga": "flow",
    "sleep": "flow",
    "uuid4": "flow",
}

__all__ = [
    "App",
    "Body",
    "CloudlessError",
    "CompensationFailed",
    "Context",
    "Cookie",
    "Cors",
    "DeadLetter",
    "DeadLetters",
    "Execution",
    "Header",
    "HttpError",
    "Identity",
    "Message",
    "OrderedQueue",
    "Outcome",
    "PartialFailure",
    "PlatformError",
    "Query",
    "Queue",
    "Reject",
    "Request",
    "Response",
    "Retry",
    "RetryAfter",
    "Topic",
    "__version__",
    "any_of",
    "api_key",
    "connect",
    "exists",
    "fan_out",
    "gather",
    "jwt",
    "none_of",
    "now",
    "prefix",
    "saga",
    "sleep",
    "uuid4",
]


if not TYPE_CHECKING:  # checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module 'cloudless' has no attribute {name!r}")
        module = __import__(f"cloudless.{home}", fromlist=[name])  # importlib is slow to load: a tenth of an import
        value = getattr(module, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
