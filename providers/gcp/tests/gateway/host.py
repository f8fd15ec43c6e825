"""Which API a server's name is of.

https://cloud.google.com/pubsub/docs/reference/service_apis_overview#pubsub_endpoints
"""

from __future__ import annotations

from dataclasses import dataclass

from providers.gcp.tests.discovery import NoCall
from providers.gcp.tests.discovery.document import VERSIONS

_APIS = ".googleapis.com"
FUNCTIONS = "functions"
"""Of functions themselves, which are no API."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Of a stage: its project and its region."""

    project: str
    region: str

    @property
    def functions(self) -> str:
        """https://cloud.google.com/functions/docs/calling/http#url."""
        return f"{self.region}-{self.project}.cloudfunctions.net"

    def service(self, host: str) -> str:
        """The API's name, "pubsub"; raises NoCall for a server that nobody knows, or that is of another region."""
        if host == self.functions:
            return FUNCTIONS
        name = host.removesuffix(_APIS)
        found = name.removeprefix(f"{self.region}-") if name == f"{self.region}-pubsub" else name
        if not host.endswith(_APIS) or found not in VERSIONS:
            raise NoCall(f"{host!r} is no server of {self.project} in {self.region}")
        return found
