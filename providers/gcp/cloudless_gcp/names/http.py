"""Names of the API of a stage, and of what it consists of."""

from __future__ import annotations

from cloudless.driver.names import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place

_MOST = 49
"""https://cloud.google.com/api-gateway/docs/reference/rest/v1/projects.locations.gateways/create#query-parameters"""
_CONFIG_MOST, _TERRAFORM_DIGITS = 63, 26
"""https://cloud.google.com/api-gateway/docs/creating-api-config
https://developer.hashicorp.com/terraform/plugin/sdkv2/resources/unique-names
"""


def api_id(place: Place) -> str:
    """What the API is called, and its gateway."""
    return shorten(place.prefix.rstrip("-"), _MOST)


def api_config_prefix(place: Place) -> str:
    """What the names of the API's configurations begin with; Terraform adds 26 digits."""
    return f"{shorten(place.prefix.rstrip('-'), _CONFIG_MOST - _TERRAFORM_DIGITS - 1)}-"
