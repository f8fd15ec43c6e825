"""The HTTP API: which routes there are, what they go to, and who may call the functions."""

from __future__ import annotations

import pytest

from cloudless import App
from cloudless.ir import Application
from cloudless.runtime.route import Route
from cloudless_aws.compile.http import routes
from providers.aws.tests.compile.documents import conformance, document, program, resources

INTEGRATION = "aws_apigatewayv2_integration"


def keys(application: Application) -> dict[str, str]:
    """Handler by route key, as the document has it."""
    made = resources(application, "aws_apigatewayv2_route")
    return {
        one["route_key"]: one["target"].removeprefix(f"integrations/${{{INTEGRATION}.")[:-4] for one in made.values()
    }


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


def test_an_endpoint_has_a_route_and_the_first_of_a_path_has_the_rest() -> None:
    assert keys(items()) == {
        "DELETE /items/{id}": "remove",
        "GET /items/{id}": "show",
        "HEAD /items/{id}": "show",
        "ANY /items/{id}": "show",
        "POST /items/new": "make",
        "DELETE /items/new": "make",
        "GET /items/new": "make",
        "HEAD /items/new": "make",
        "ANY /items/new": "make",
    }


def test_every_endpoint_is_reached_and_no_key_is_there_twice() -> None:
    application = conformance("endpoints")
    found = list(routes(application.endpoints))
    assert len({label for label, _, _ in found}) == len({key for _, key, _ in found}) == len(found)
    for one in application.endpoints:
        ways = {key for _, key, handler in found if handler == one.handler}
        assert any(
            key.startswith(f"{one.method} ") and Route(key.split()[1]).shape == Route(one.path).shape for key in ways
        )


def test_a_route_keeps_its_name_whoever_answers() -> None:
    """A new name would be made beside the old one, and Terraform makes before it destroys, or the other way round."""
    assert labels("show", "remove") == labels("view", "delete")
    assert len(labels("show", "remove")) == 4


def test_a_path_that_goes_to_another_function_goes_there_once_it_may_be_called() -> None:
    made = document(items())["resource"]
    assert all(one["lifecycle"] == {"create_before_destroy": True} for one in made[INTEGRATION].values())
    for one in made["aws_apigatewayv2_route"].values():
        handler = one["target"].removeprefix(f"integrations/${{{INTEGRATION}.")[:-4]
        assert one["depends_on"] == [f"aws_lambda_permission.{handler}"]


def labels(*names: str) -> dict[str, str]:
    """Key of a route by its label."""
    app = App("shop")

    def show(id: str) -> str:
        return id

    def remove(id: str) -> None: ...

    app.get("/items/{id}", public=True, name=names[0])(show)
    app.delete("/items/{id}", public=True, name=names[1])(remove)
    return {label: one["route_key"] for label, one in resources(program(app), "aws_apigatewayv2_route").items()}


def test_the_api_may_call_each_function_by_its_alias() -> None:
    made = document(conformance("endpoints"))["resource"]
    assert made["aws_lambda_permission"].keys() == made[INTEGRATION].keys()
    for handler, one in made["aws_lambda_permission"].items():
        assert (one["qualifier"], one["principal"]) == ("live", "apigateway.amazonaws.com")
        assert one["source_arn"] == "${aws_apigatewayv2_api.http.execution_arn}/*/*"
        integration = made[INTEGRATION][handler]
        assert integration["integration_uri"] == f"${{aws_lambda_alias.{handler}.invoke_arn}}"
        assert (integration["payload_format_version"], integration["timeout_milliseconds"]) == ("2.0", 30_000)


@pytest.mark.parametrize("name", ["queues", "orchestrations"])
def test_without_endpoints_there_is_no_api(name: str) -> None:
    made = document(conformance(name))
    assert not [type for type in made["resource"] if "apigateway" in type]
    assert "http_url" not in made["output"]


def test_our_runtime_answers_browsers_of_other_origins_and_no_gateway_does() -> None:
    assert "cors_configuration" not in resources(conformance("endpoints"), "aws_apigatewayv2_api")["http"]
