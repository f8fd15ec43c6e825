"""The OpenAPI document of endpoints: which paths and methods there are, and what they go to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from cloudless.runtime.route import Route
from cloudless_gcp.compile.http import METHODS, PATH, paths, region_of
from providers.gcp.tests.compile.documents import (
    PROJECT,
    REGION,
    compiled,
    conformance,
    document,
    prod,
    program,
    resources,
)


def openapi(application: Application) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compiled(application).files[PATH])
    return found


def items() -> Application:
    app = App("shop")

    @app.get("/items/{id}", public=True)
    def show(id: str) -> str:
        return id

    @app.delete("/items/{item}", public=True)
    def remove(item: str) -> None: ...

    @app.post("/items/new", public=True)
    def make() -> None: ...

    return program(app)


def test_an_endpoint_has_its_method_and_the_first_of_a_path_has_the_rest() -> None:
    assert paths(items().endpoints) == {
        "/items/{id}": {
            "get": "show", "put": "show", "post": "show", "delete": "remove", "options": "show", "head": "show",
            "patch": "show",
        },
        "/items/new": dict.fromkeys(METHODS, "make"),
    }  # fmt: skip


def test_every_endpoint_is_reached_by_its_path() -> None:
    application = conformance("endpoints")
    found = {Route(path).shape: methods for path, methods in paths(application.endpoints).items()}
    for one in application.endpoints:
        assert found[Route(one.path).shape][one.method.lower()] == one.handler


def test_a_request_goes_to_the_function_with_its_path_and_a_token_for_it() -> None:
    application = conformance("endpoints")
    functions = {
        f"https://{REGION}-{PROJECT}.cloudfunctions.net/{one['name']}"
        for one in resources(application, "google_cloudfunctions2_function").values()
    }
    for methods in openapi(application)["paths"].values():
        for one in methods.values():
            backend = one["x-google-backend"]
            assert backend["address"] in functions
            assert backend["jwt_audience"] == backend["address"]
            assert (backend["path_translation"], backend["deadline"] > 29) == ("APPEND_PATH_TO_ADDRESS", True)


def test_the_document_is_one_that_openapi_knows() -> None:
    made = openapi(conformance("endpoints"))
    assert (made["swagger"], made["schemes"]) == ("2.0", ["https"])
    operations = [one for methods in made["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for path, methods in made["paths"].items():
        named = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
        for one in methods.values():
            said = one.get("parameters", [])
            assert [parameter["name"] for parameter in said] == named
            assert all((each["in"], each["required"], each["type"]) == ("path", True, "string") for each in said)


def test_a_changed_document_is_another_configuration_made_before_the_old_one_goes() -> None:
    config = resources(conformance("endpoints"), "google_api_gateway_api_config")["http"]
    assert config["lifecycle"] == {"create_before_destroy": True}
    assert "api_config_id" not in config
    (given,) = config["openapi_documents"]
    assert given["document"]["contents"] == f'${{filebase64("${{path.module}}/{PATH}")}}'


def test_the_gateway_may_call_each_function_before_it_does() -> None:
    application = conformance("endpoints")
    made = document(application)["resource"]
    config = made["google_api_gateway_api_config"]["http"]
    expected = {
        f"google_cloud_run_v2_service_iam_member.cloudless--http--calls--{one.handler}" for one in application.endpoints
    }
    assert set(config["depends_on"]) == expected


@pytest.mark.parametrize(
    ("region", "gateway"),
    [
        ("europe-west1", "europe-west1"),
        ("europe-north1", "europe-west1"),
        ("us-west1", "us-central1"),
        ("asia-south1", "asia-northeast1"),
        ("me-west1", "europe-west1"),
        ("southamerica-east1", "us-east1"),
        ("northamerica-northeast1", "us-east1"),
        ("africa-south1", "europe-west1"),
    ],
)
def test_a_gateway_is_where_api_gateway_is(region: str, gateway: str) -> None:
    assert region_of(region) == gateway
    made = document(conformance("endpoints"), prod(region=region))["resource"]
    assert made["google_api_gateway_gateway"]["http"]["region"] == gateway


@pytest.mark.parametrize("name", ["queues", "orchestrations"])
def test_without_endpoints_there_is_no_gateway(name: str) -> None:
    made = document(conformance(name))
    assert not [type for type in made["resource"] if "api_gateway" in type]
    assert "http_url" not in made["output"]
    assert PATH not in compiled(conformance(name)).files
