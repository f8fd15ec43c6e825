"""What an application is, as plain frozen data: the form between front end, passes and compilers.

    application.py Application   handler.py Handler, Parameter, Grant, Retry, TypeRef
    queue.py Queue, Consumer     topic.py Topic, Subscription, Condition
    schedule.py Schedule         function.py Function        secret.py Secret, Config
    http.py Endpoint, Auth, Status, Cors
    orchestration.py Orchestration, Callee, Variable, Pure   event.py Event
    type.py Type   expression.py Const, Var …   statement.py Let, Call …: the language of orchestrations, to be imported
                   from there
    span.py Span                 diagnostic.py Diagnostic    serial.py dump, load

Everything that a provider needs, nothing that only one provider needs, and no provider's word. Standard
library only; loaded when building and testing, never in a deployed function. The language of orchestrations is loaded
when there is one, and with it dump and load, which tests of most programs do without.
"""

from typing import TYPE_CHECKING

from cloudless.ir.application import VERSION, Application
from cloudless.ir.diagnostic import ERROR, WARNING, Diagnostic
from cloudless.ir.event import Event
from cloudless.ir.function import Function
from cloudless.ir.handler import Grant, Handler, Parameter, Retry, TypeRef
from cloudless.ir.http import API_KEY, FUNCTION, JWT, PUBLIC, Auth, Cors, Endpoint, Status
from cloudless.ir.orchestration import Argument, Callee, ErrorClass, Orchestration, Pure, Variable
from cloudless.ir.queue import DEAD_LETTERS, DECLARED, INTERNAL, Consumer, Queue
from cloudless.ir.schedule import Schedule
from cloudless.ir.secret import Config, Secret
from cloudless.ir.span import Span
from cloudless.ir.topic import Condition, Subscription, Topic

if TYPE_CHECKING:
    from cloudless.ir.serial import dump, load

__all__ = [
    "API_KEY",
    "DEAD_LETTERS",
    "DECLARED",
    "ERROR",
    "FUNCTION",
    "INTERNAL",
    "JWT",
    "PUBLIC",
    "VERSION",
    "WARNING",
    "Application",
    "Argument",
    "Auth",
    "Callee",
    "Condition",
    "Config",
    "Consumer",
    "Cors",
    "Diagnostic",
    "Endpoint",
    "ErrorClass",
    "Event",
    "Function",
    "Grant",
    "Handler",
    "Orchestration",
    "Parameter",
    "Pure",
    "Queue",
    "Retry",
    "Schedule",
    "Secret",
    "Span",
    "Status",
    "Subscription",
    "Topic",
    "TypeRef",
    "Variable",
    "dump",
    "load",
]


if not TYPE_CHECKING:  # checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        if name not in ("dump", "load"):
            raise AttributeError(f"module 'cloudless.ir' has no attribute {name!r}")
        from cloudless.ir import serial

        found = globals()[name] = getattr(serial, name)
        return found
