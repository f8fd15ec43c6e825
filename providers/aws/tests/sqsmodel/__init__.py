"""A strict model of what ministack leaves out or does in real time: visibility, delays, and Lambda's event source.

ours, not AWS's: written from the vendor's pages, which each file cites.

    message.py   one message, and what SQS would refuse
    source.py    an event source mapping and its queue: what is due, what a reply means
    event.py     the event that Lambda hands to a function
    gateway.py   the proxy before ministack: checks and records requests, and keeps delays for the model
"""

from providers.aws.tests.sqsmodel.gateway import Gateway, gateway
from providers.aws.tests.sqsmodel.message import Refused, SqsMessage
from providers.aws.tests.sqsmodel.source import EventSource, Settings

__all__ = ["EventSource", "Gateway", "Refused", "Settings", "SqsMessage", "gateway"]
