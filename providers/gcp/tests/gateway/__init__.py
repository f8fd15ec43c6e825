"""The one address of all of Google's servers: knows who asks, checks what they ask and may, and has it answered.

    host.py      which API a server's name is of
    backends.py  what answers: emulators, or models
    tokens.py    OAuth's token endpoint, and IAM Credentials
    emulator.py  Google's emulators, as what the stand itself does to topics and databases
    gateway.py   Gateway: all of it

Requests come as they would at Google, the server's name in `Host`. Kinder than Google: no request goes over TLS.
"""

from providers.gcp.tests.gateway.backends import Backend, NotModelled
from providers.gcp.tests.gateway.gateway import Gateway, Made

__all__ = ["Backend", "Gateway", "Made", "NotModelled"]
