"""What Service Bus answers when it does not do what was asked: an AMQP condition and a text.

A link is refused with one, a message rejected with one, a request answered with its status. Conditions:
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-amqp-protocol-guide, and the table by which
Microsoft's SDK chooses its exceptions (`azure/servicebus/_transport/_pyamqp_transport.py`).
"""

from __future__ import annotations


class Problem(Exception):
    """condition: of AMQP. status: of a request's answer, as in HTTP."""

    condition = "amqp:internal-error"
    status = 500


class NoEntity(Problem):
    """Nothing has that address."""

    condition = "amqp:not-found"
    status = 404

    def __init__(self, address: str) -> None:
        super().__init__(f"The messaging entity '{address}' could not be found.")


class Unauthorized(Problem):
    """The identity has not the claim; the service's own words."""

    condition = "amqp:unauthorized-access"
    status = 401

    def __init__(self, claim: str, address: str) -> None:
        super().__init__(
            f"Unauthorized access. '{claim}' claim(s) are required to perform this operation. Resource: '{address}'."
        )


class Busy(Problem):
    """The namespace is throttled.

    https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-throttling
    """

    condition = "com.microsoft:server-busy"
    status = 503

    def __init__(self) -> None:
        super().__init__("The request was terminated because the entity is being throttled. Error code: 50009.")


class Disabled(Problem):
    """The entity does not take, or does not give, messages for now."""

    condition = "com.microsoft:entity-disabled"
    status = 400

    def __init__(self, address: str, what: str) -> None:
        super().__init__(f"Messaging entity '{address}' is currently disabled for {what}.")


class Full(Problem):
    """https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas."""

    condition = "amqp:resource-limit-exceeded"
    status = 403

    def __init__(self, address: str, size_bytes: int) -> None:
        text = f"The maximum entity size of {size_bytes} bytes has been reached or exceeded for '{address}'."
        super().__init__(text)


class TooLarge(Problem):
    """One message, or one request."""

    condition = "amqp:link:message-size-exceeded"
    status = 403

    def __init__(self, size_bytes: int, most_bytes: int) -> None:
        super().__init__(f"The received message is {size_bytes} bytes; the limit is {most_bytes} bytes.")


class NotAllowed(Problem):
    """The entity is not one for which this is done."""

    condition = "amqp:not-allowed"
    status = 400


class BadArgument(Problem):
    """A value that Service Bus does not take."""

    condition = "com.microsoft:argument-error"
    status = 400


class TooManyHops(Problem):
    """A message was forwarded too often."""

    def __init__(self) -> None:
        super().__init__("The maximum number of allowed hops when forwarding between queues has been exceeded.")


class LockLost(Problem):
    """The lock token is none that counts: expired, settled, or never given."""

    condition = "com.microsoft:message-lock-lost"
    status = 410

    def __init__(self, token: object) -> None:
        super().__init__(f"The lock supplied is invalid: {token}.")


class NotDeferred(Problem):
    """No deferred message has that sequence number."""

    condition = "com.microsoft:message-not-found"
    status = 404

    def __init__(self, number: int) -> None:
        super().__init__(f"No deferred message has sequence number {number}.")


class NoSession(Problem):
    """No session has messages; the service would wait for one first, we answer at once."""

    condition = "com.microsoft:timeout"
    status = 408

    def __init__(self) -> None:
        super().__init__("No session has messages.")


class SessionTaken(Problem):
    """Somebody else holds the session."""

    condition = "com.microsoft:session-cannot-be-locked"
    status = 410

    def __init__(self, name: str) -> None:
        super().__init__(f"The requested session '{name}' cannot be accepted.")


class SessionLost(Problem):
    """The session is not held, or no longer."""

    condition = "com.microsoft:session-lock-lost"
    status = 410

    def __init__(self, name: str) -> None:
        super().__init__(f"The session lock of '{name}' is lost.")


class NotImplementedHere(Problem):
    """A request that this broker, or the service, does not know."""

    condition = "amqp:not-implemented"
    status = 501
