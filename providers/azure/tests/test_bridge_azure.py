"""Builds of ours on the bridge's Azure: what is made, what is refused, and what a missing role does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import pytest

from cloudless.compiler import record
from cloudless.conformance.apps import functions
from cloudless.errors import PermissionDenied
from providers.azure.tests.bridge import App, Azure, Document, Unreadable, apply, problems
from providers.azure.tests.deployment import Stage, built_app
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.functionshost.patches import plain_amqp
from providers.azure.tests.servicebus import Clock, Content

FUNCTIONS = "cloudless.conformance.apps.functions:app"
TOPICS = "cloudless.conformance.apps.topics:app"
GOOD = Path(__file__).parents[4] / "shared" / "tools" / "tests" / "good" / "azure.tf.json"
QUEUE, ASSIGNMENT = "azurerm_servicebus_queue", "azurerm_role_assignment"

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of builds, by entry."""
    folders = {entry: tmp_path_factory.mktemp("project") for entry in (FUNCTIONS, TOPICS)}
    for entry, folder in folders.items():
        built_app(entry, folder)
    return {entry: folder / "build" for entry, folder in folders.items()}


class World:
    """Builds, changed or not, applied to an Azure each."""

    def __init__(self, builds: dict[str, Path], azurite: str, folder: Path, ends: ExitStack) -> None:
        self._builds = builds
        self._azurite = azurite
        self._folder = folder
        self._ends = ends

    def applied(self, entry: str, change: Change | None = None, **variables: Any) -> Azure:
        """change: to the resources of the document, by type and label."""
        for source in self._builds[entry].iterdir():
            (self._folder / source.name).write_bytes(source.read_bytes())
        main = self._folder / "main.tf.json"
        content = json.loads(main.read_text())
        if change:
            change(content["resource"])
            (self._folder / record.FILE).unlink()  # it is about a deployment that is whole
        main.write_text(json.dumps(content))
        azure = self._ends.enter_context(Azure.running(Clock(), self._azurite))
        apply(Document.read(self._folder), azure, variables)
        return azure


@pytest.fixture
def world(builds: dict[str, Path], azurite_connection: str, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as ends:
        yield World(builds, azurite_connection, tmp_path, ends)


def set_(type: str, label: str, **arguments: Any) -> Change:
    return lambda resources: resources[type][label].update(arguments)


def with_(type: str) -> Change:
    return lambda resources: resources.update({type: {"x": {}}})


def without(label: str) -> Change:
    """Leave out a role assignment, and that others wait for it."""
    gone = f"{ASSIGNMENT}.{label}"

    def change(resources: dict[str, Any]) -> None:
        del resources[ASSIGNMENT][label]
        for waits in resources["time_sleep"].values():
            waits["depends_on"] = [one for one in waits["depends_on"] if one != gone]
            waits["triggers"] = json.loads(re.sub(rf", {gone}\.id|{gone}\.id, ", "", json.dumps(waits["triggers"])))

    return change


def app_of(azure: Azure, group: str) -> App:
    return next(app for app in azure.apps.values() if app.settings["CLOUDLESS_APP"] == group)


# --- what is made -----------------------------------------------------------------------------------


def test_a_build_can_be_run_as_it_is(world: World) -> None:
    azure = world.applied(FUNCTIONS)
    assert sorted(app.settings["CLOUDLESS_APP"] for app in azure.apps.values()) == ["on-call", "steps"]
    assert {name: list(problems(azure, app)) for name, app in azure.apps.items()} == {name: [] for name in azure.apps}


def test_addresses_of_services_become_those_on_loopback(world: World) -> None:
    azure = world.applied(FUNCTIONS)
    settings = azure.local(app_of(azure, "on-call").settings)
    (broker,) = azure.brokers.values()
    assert settings["CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace"] == broker.host
    assert settings["CLOUDLESS_VAULT"].startswith("http://127.0.0.1:")
    assert settings["CLOUDLESS_STEPS"] == azure.fronts[app_of(azure, "steps").name].url


def test_each_subscription_has_the_rule_of_its_subscriber_and_forwards(world: World) -> None:
    azure = world.applied(TOPICS)
    (broker,) = azure.brokers.values()
    broker.call(lambda namespace: namespace.publish("events", Content.of(b"a", region="asia")))
    reached = {name for name in ("everything", "western", "elsewhere") if broker.contents(f"events-{name}")}
    assert reached == {"everything", "elsewhere"}


def test_callers_are_who_deploys_unless_others_are_named(world: World) -> None:
    other = "11111111-2222-3333-4444-555555555555"
    azure = world.applied(FUNCTIONS, callers=[other])
    assert any(role == "Azure Service Bus Data Owner" for role, _ in azure.assignments.of(other))
    assert {role for role, _ in azure.assignments.of(azure.deployer.id)} == {
        "Key Vault Secrets Officer", "Storage Blob Data Contributor",
    }  # fmt: skip


def test_whoever_is_named_may_deploy_and_plan_and_call(world: World) -> None:
    other, current = "11111111-2222-3333-4444-555555555555", str(uuid5(NAMESPACE_URL, "object/whoever deploys"))
    azure = world.applied(FUNCTIONS, deployers=[other, current])
    assert azure.deployer.id == current
    assert set(azure.assignments.of(other)) == set(azure.assignments.of(current))
    assert {role for role, _ in azure.assignments.of(other)} >= {
        "Key Vault Secrets Officer", "Storage Blob Data Contributor", "Azure Service Bus Data Owner",
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [{"value_wo": "a", "value_wo_version": 1}, {"value_wo": "a", "value": None}])
def test_a_secret_has_one_value(world: World, arguments: dict[str, Any]) -> None:
    key = "cloudless--invoke-echo"
    with pytest.raises(Unreadable, match="value_wo"):
        world.applied(FUNCTIONS, set_("azurerm_key_vault_secret", key, **arguments))


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (with_("azurerm_redis_cache"), "know no azurerm_redis_cache"),
        (set_(QUEUE, "calls", tags={}), r"azurerm_servicebus_queue.calls: arguments \['tags'\]"),
        (set_(QUEUE, "calls", lock_duration="PT6M"), "lock duration of 360.0 s"),
        (set_(QUEUE, "calls", max_delivery_count=2_001), "max delivery count 2001"),
        (set_(QUEUE, "calls", auto_delete_on_idle="P1D"), "deleted when idle"),
        (set_(QUEUE, "calls", requires_session=True), "auto-forwarding"),
        (set_(QUEUE, "calls", forward_to="nowhere"), "'nowhere' could not be found"),
        (set_(QUEUE, "calls", name="calls-dead-letters"), "is there already"),
        (set_(QUEUE, "calls", name="${azurerm_servicebus_queue.calls.id}"), "a cycle"),
        (set_(QUEUE, "calls", name="${azurerm_servicebus_queue.gone.name}"), "a reference to nothing"),
        (set_(QUEUE, "calls", depends_on=["azurerm_servicebus_queue.gone"]), "which there is not"),
        (set_(QUEUE, "calls", provisioner={}), "provisioner"),
        (without("deployer_secrets"), "may not set secrets"),
        (without("deployer_packages"), "may not write blobs there"),
        (set_("azurerm_storage_account", "code", shared_access_key_enabled=False), "the keys of .* are off"),
        (set_("azurerm_function_app_flex_consumption", "steps", instance_memory_in_mb=1_024), "512, 2048, 4096"),
        (set_("azurerm_user_assigned_identity", "steps", name="a"), "no name of an identity"),
        (set_(ASSIGNMENT, "steps_owns_host", role_definition_name="Contributor"), "role 'Contributor'"),
    ],
)  # fmt: skip
def test_what_azure_refuses_or_these_tests_do_not_know_fails(world: World, change: Change, text: str) -> None:
    with pytest.raises(Unreadable, match=text):
        world.applied(FUNCTIONS, change)


def test_a_rule_of_the_default_name_is_there_already_unless_the_provider_deletes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = set_("azurerm_servicebus_subscription_rule", "events-everything", name="$Default")
    world.applied(TOPICS, rename)

    def off(azure: Azure, block: str, name: str) -> bool:
        return False

    monkeypatch.setattr(Azure, "feature", off)
    with pytest.raises(Unreadable, match="would have to be imported"):
        world.applied(TOPICS, rename)


def test_a_document_of_somebody_else_is_refused_by_the_first_thing_that_is_not_ours(
    world: World, tmp_path: Path
) -> None:
    if not GOOD.exists():
        pytest.skip(f"{GOOD} is not here")
    folder = tmp_path / "good"
    folder.mkdir()
    (folder / "main.tf.json").write_text(GOOD.read_text())
    azure = world.applied(FUNCTIONS)
    with pytest.raises(Unreadable, match=r"azurerm_storage_account.app|bundle.zip|blob_properties"):
        apply(Document.read(folder), azure, {"subscription": azure.subscription})


# --- what the platform lacks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("steps_owns_host", r"may not write blobs[^\n]*\n.*lacks .*manageOwnership.* for AzureWebJobsStorage"),
        ("steps_reports_insights", "may not write telemetry"),
    ],
)
def test_a_role_that_the_platform_needs_is_missed(world: World, label: str, text: str) -> None:
    azure = world.applied(FUNCTIONS, without(label))
    assert re.search(text, "\n".join(problems(azure, app_of(azure, "steps"))))


def test_a_package_that_is_not_deployed_is_missed(world: World) -> None:
    azure = world.applied(FUNCTIONS, lambda resources: resources["azapi_resource_action"].pop("steps"))
    assert list(problems(azure, app_of(azure, "steps"))) == ["no package is deployed to it"]


def test_an_app_without_the_empty_connection_string_gets_one_without_a_key(world: World) -> None:
    def change(resources: dict[str, Any]) -> None:
        del resources["azurerm_function_app_flex_consumption"]["steps"]["app_settings"]["azurewebjobsstorage"]

    azure = world.applied(FUNCTIONS, change)
    (problem,) = problems(azure, app_of(azure, "steps"))
    assert "AzureWebJobsStorage is a connection string" in problem


# --- what a handler lacks ---------------------------------------------------------------------------


@pytest.fixture
def stage(azurite_connection: str, zygote: Zygote, tmp_path: Path) -> Iterator[Stage]:
    """Deployed anew: who has a key or a link already keeps it, here as there."""
    plain_amqp()
    stage = Stage(FUNCTIONS, azurite_connection, zygote, tmp_path)
    stage.running.start()
    with stage.current():
        yield stage
    stage.close()


def test_a_handler_whose_app_may_not_read_a_key_cannot_call(stage: Stage) -> None:
    assignments, on_call = stage.azure.assignments, app_of(stage.azure, "on-call").identities[0]
    (scope,) = [scope for _, scope in assignments.of(on_call.id) if "cloudless--invoke-shout" in scope]
    assignments.remove(on_call.id, "Key Vault Secrets User", scope)
    functions.calls.send({"number": 1})
    stage.run()
    (letter,) = functions.calls.dead_letters.peek()
    assert (letter.error.type, "cloudless--invoke-shout" in letter.error.text) == ("PermissionDenied", True)


def test_a_caller_without_a_role_is_told(stage: Stage) -> None:
    assignments, deployer = stage.azure.assignments, stage.azure.deployer
    (scope,) = [scope for role, scope in assignments.of(deployer.id) if role.endswith("Data Owner")]
    assignments.remove(deployer.id, "Azure Service Bus Data Owner", scope)
    with pytest.raises(PermissionDenied):
        functions.later.invoke_later("a", 0)


# --- servers ----------------------------------------------------------------------------------------


def get(url: str, **headers: str) -> tuple[int, Any]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    connection.request(
        "GET", f"{parts.path}?{parts.query}", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    response = connection.getresponse()
    status, body = response.status, response.read()
    connection.close()
    return status, json.loads(body)


def token_of(azure: Azure, app: App, resource: str, client: str = "") -> tuple[int, Any]:
    env = azure.environment(*app.identities)
    query = f"resource={resource}&api-version=2019-08-01&client_id={client or app.identities[0].client}"
    return get(f"{env['IDENTITY_ENDPOINT']}?{query}", X_IDENTITY_HEADER=env["IDENTITY_HEADER"])


def test_an_app_gets_tokens_of_its_own_identity_for_one_resource_each(world: World) -> None:
    azure = world.applied(FUNCTIONS)
    steps, on_call = app_of(azure, "steps"), app_of(azure, "on-call")
    secret = f"{azure.local(steps.settings)['CLOUDLESS_VAULT']}secrets/cloudless--invoke-double?api-version=7.4"
    _, vault = token_of(azure, steps, "https://vault.azure.net")
    _, storage = token_of(azure, steps, "https://storage.azure.com")
    assert get(secret, Authorization=f"Bearer {vault['access_token']}")[0] == 200
    assert get(secret, Authorization=f"Bearer {storage['access_token']}")[0] == 401
    assert get(secret)[0] == 401
    _, other = token_of(azure, on_call, "https://vault.azure.net")
    hidden = secret.replace("invoke-double", "invoke-die")
    status, body = get(hidden, Authorization=f"Bearer {other['access_token']}")
    assert (status, body["error"]["code"]) == (403, "Forbidden")


def test_the_identity_endpoint_gives_nothing_to_strangers(world: World) -> None:
    azure = world.applied(FUNCTIONS)
    steps, on_call = app_of(azure, "steps"), app_of(azure, "on-call")
    assert token_of(azure, steps, "https://vault.azure.net", client=on_call.identities[0].client)[0] == 400
    env = azure.environment()
    assert get(f"{env['IDENTITY_ENDPOINT']}?resource=x", X_IDENTITY_HEADER="guessed")[0] == 403
