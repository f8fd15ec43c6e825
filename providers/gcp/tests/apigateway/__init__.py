"""A strict model of API Gateway: an OpenAPI document, and what becomes of a request.

    openapi.py  the document, as far as it means something to a gateway
    path.py     paths: normalised, and matched with templates
    api.py      Api: a request to its backend, and back

Ours, not Google's: written from its pages and from the documentation of ESPv2, the proxy that a gateway is
(https://github.com/GoogleCloudPlatform/esp-v2), which each file cites. Kinder than the service: TLS and quotas are not
modelled. May import: the standard library, tests.hosting.
"""

from providers.gcp.tests.apigateway.api import Api, Backward, Forward
from providers.gcp.tests.apigateway.openapi import Backend, Operation, Refused

__all__ = ["Api", "Backend", "Backward", "Forward", "Operation", "Refused"]
