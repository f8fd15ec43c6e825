"""A model of API Gateway's HTTP APIs: routes, integrations with Lambda, and what callers get.

    route.py    route keys, and which of several matching ones answers
    event.py    the event of payload format 2.0
    answer.py   what a function's reply becomes
    api.py      HttpApi: one API; HttpApis: the calls that make them

Ours, not AWS's: written from the vendor's pages, which each file cites. Authorisers, CORS of the gateway, custom
domains and stages by name are refused: our builds have none.
"""

from providers.aws.tests.httpapi.api import HttpApi, HttpApis
from providers.aws.tests.httpapi.route import RouteKey

__all__ = ["HttpApi", "HttpApis", "RouteKey"]
