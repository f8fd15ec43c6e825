"""API Gateway as Terraform makes it: an API, a configuration of it, and a gateway. May import: the standard library."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.apigateway import Api, Refused
from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from providers.gcp.tests.bridge.made import Gateway
from tests.bridge import Kind, Unreadable, block, known, must, words

_ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
"""https://cloud.google.com/api-gateway/docs/creating-api#api-id-reqs"""
REGIONS = frozenset({
    "asia-northeast1", "australia-southeast1", "europe-west1", "europe-west2", "us-central1", "us-east1", "us-east4",
    "us-west2", "us-west3", "us-west4",
})  # fmt: skip
"""https://cloud.google.com/api-gateway/docs/deployment-model#choosing_a_gcp_region"""
MANAGED = ("apigateway", "servicemanagement", "servicecontrol")
"""https://cloud.google.com/api-gateway/docs/configure-dev-env#enabling_required_services"""
_DIGEST = "abcdefgh"


def _api(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, *MANAGED)
    id = arguments["api_id"]
    must(_ID.fullmatch(id), address, f"no id of an API: {id!r}")
    check_labels(address, arguments.get("labels"))
    parent = f"{google.root}/locations/global"
    body = {"displayName": arguments.get("display_name")}
    google.call(address, "apigateway", "projects.locations.apis.create", {"parent": parent, "apiId": id}, body)
    full = f"{parent}/apis/{id}"
    google.apis.add(full)
    return {
        "id": full,
        "name": full,
        "api_id": id,
        "managed_service": f"{id}-{_DIGEST}.apigateway.{google.project}.cloud.goog",
    }


def _config(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "apigateway")
    api = f"{google.root}/locations/global/apis/{arguments['api']}"
    must(api in google.apis, address, f"no API {api!r}")
    must("api_config_id" not in arguments or "api_config_id_prefix" not in arguments, address, "two ids")
    id = arguments.get("api_config_id") or f"{arguments['api_config_id_prefix']}20260102120000"
    must(_ID.fullmatch(id), address, f"no id of a configuration: {id!r}")
    documents: list[Mapping[str, Any]] = arguments["openapi_documents"]
    must(len(documents) == 1, address, f"{len(documents)} documents")
    document = block(address, documents[0], "document")
    known(address, document, words("path contents"))
    gateway = block(address, arguments, "gateway_config")
    backend = block(address, gateway, "backend_config")
    known(address, backend, words("google_service_account"))
    account = google.account(address, backend["google_service_account"])
    body = {
        "gatewayServiceAccount": account.id,
        "openapiDocuments": [{"document": {"path": document["path"], "contents": document["contents"]}}],
    }
    place = {"parent": api, "apiConfigId": id}
    google.call(address, "apigateway", "projects.locations.apis.configs.create", place, body)
    full = f"{api}/configs/{id}"
    google.configs[full] = json.loads(b64decode(document["contents"])), account.email
    return {"id": full, "name": full, "api_config_id": id}


def _gateway(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "apigateway")
    id, region, config = arguments["gateway_id"], arguments["region"], arguments["api_config"]
    must(_ID.fullmatch(id), address, f"no id of a gateway: {id!r}")
    must(region in REGIONS, address, f"API Gateway is not in {region!r}")
    must(config in google.configs, address, f"no configuration {config!r}")
    parent = f"{google.root}/locations/{region}"
    place = {"parent": parent, "gatewayId": id}
    google.call(address, "apigateway", "projects.locations.gateways.create", place, {"apiConfig": config})
    host = f"{id}-{_DIGEST}.{_short(region)}.gateway.dev"
    document, account = google.configs[config]
    try:
        api = Api(document, host)
    except Refused as problem:
        raise Unreadable(f"{address}: {problem}") from problem
    full = f"{parent}/gateways/{id}"
    google.gateways[full] = Gateway(full, host, account, api)
    return {"id": full, "name": full, "default_hostname": host}


def _short(region: str) -> str:
    """europe-west1: ew. What stands for a region in a host; the exact letters mean nothing here."""
    continent, place = region.split("-")
    return f"{continent[0]}{place[0]}"


KINDS: Mapping[str, Kind[Google]] = {
    "google_api_gateway_api": Kind(_api, words("project api_id display_name labels")),
    "google_api_gateway_api_config": Kind(
        _config,
        words("project api api_config_id api_config_id_prefix openapi_documents gateway_config"),
        words("display_name labels"),
    ),
    "google_api_gateway_gateway": Kind(
        _gateway, words("project region gateway_id api_config"), words("display_name labels")
    ),
}
