"""What is made: queues, vault, storage, function apps, settings, alerts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from cloudless.compiler import Compiled, Definitions
from cloudless.ir import DEAD_LETTERS, Application
from cloudless.node import replace
from cloudless_azure import PROVIDER
from cloudless_azure.compile.group import CALLS, HUB, LEDGER, VAULT, groups
from providers.azure.tests.compile import documents
from providers.azure.tests.compile.documents import compiled, conformance, document, example, resources

APP = "azurerm_function_app_flex_consumption"
FOREVER = "P10675199DT2H48M5.4775807S"
BEFORE = "create_before_destroy"


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_queues_keep_the_contract(application: Callable[[], Application]) -> None:
    """docs/mechanisms.md: failure, lock, order; nothing expires."""
    made = resources(application(), "azurerm_servicebus_queue")
    for queue in application().queues:
        one = made[queue.name]
        assert (one["default_message_ttl"], one["auto_delete_on_idle"]) == (FOREVER, FOREVER)
        assert one["dead_lettering_on_message_expiration"] is True
        least = 2_000 if queue.role == DEAD_LETTERS else max(5, queue.retry.attempts + 1)
        assert one["max_delivery_count"] == least
        assert one.get("requires_session", False) == queue.ordered
        assert one["requires_duplicate_detection"] is False
        forwards = bool(queue.dead_letters) and not queue.ordered
        assert ("forward_dead_lettered_messages_to" in one) == forwards


def test_only_what_takes_many_has_the_long_lock() -> None:
    application = conformance("queues")
    many = {source.queue for group in groups(application) for source in group.sources if source.many}
    locks = {label: one["lock_duration"] for label, one in resources(application, "azurerm_servicebus_queue").items()}
    assert many
    assert {label for label, lock in locks.items() if lock == "PT5M"} == many


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_apps_are_what_flex_consumption_asks_for(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    for label, app in made[APP].items():
        assert (app["runtime_name"], app["runtime_version"]) == ("python", "3.12")
        assert app["instance_memory_in_mb"] in (2_048, 4_096)
        assert (app["https_only"], app["webdeploy_publish_basic_authentication_enabled"]) == (True, False)
        assert app["storage_authentication_type"] == "UserAssignedIdentity"
        assert made["azurerm_service_plan"][label]["sku_name"] == "FC1"
        assert "WEBSITE_RUN_FROM_PACKAGE" not in app["app_settings"]
        assert app["app_settings"]["CLOUDLESS_APP"] == label


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_no_key_is_in_any_setting_or_output(application: Callable[[], Application]) -> None:
    made = document(application())
    told = [app["app_settings"] for app in made["resource"][APP].values()]
    text = json.dumps([told, made["output"]])
    assert not re.search(r"access_key|AccountKey|SharedAccess|connection_string|\.sas\b|random_password", text)


def test_only_the_account_of_packages_has_keys() -> None:
    application = conformance("orchestrations")
    accounts = resources(application, "azurerm_storage_account")
    assert accounts.keys() == {"code", "ledger", "hub", *(group.name for group in groups(application))}
    assert {label for label, one in accounts.items() if one["shared_access_key_enabled"]} == {"code"}


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_an_app_is_told_of_what_it_needs_and_of_nothing_else(application: Callable[[], Application]) -> None:
    made = resources(application(), APP)
    for group in groups(application()):
        settings = made[group.name]["app_settings"]
        assert ("CLOUDLESS_STEPS" in settings) == (CALLS in group.needs)
        assert ("CLOUDLESS_VAULT" in settings) == (VAULT in group.needs)
        assert ("CLOUDLESS_STORAGE__tableServiceUri" in settings) == (LEDGER in group.needs)
        assert ("CLOUDLESS_HUB__accountName" in settings) == (HUB in group.needs)


def test_hosts_are_told_apart() -> None:
    made = resources(conformance("queues"), APP)
    hosts = [app["app_settings"]["AzureFunctionsWebHost__hostid"] for app in made.values()]
    assert len(set(hosts)) == len(hosts)
    assert all(re.fullmatch(r"[a-z0-9](-?[a-z0-9])*", host) and len(host) <= 32 for host in hosts)


def test_the_package_comes_by_the_platforms_own_deployment() -> None:
    made = document(example("02-orders"))["resource"]
    assert "zip_deploy_file" not in json.dumps(made)
    assert made["azapi_resource_action"].keys() == made[APP].keys()
    for label, one in made["azapi_resource_action"].items():
        assert (one["action"], one["resource_id"]) == ("extensions/onedeploy", f"${{{APP}.{label}.id}}")
        assert one["sensitive_body"]["properties"]["packageUri"].startswith("${azurerm_storage_blob.package.url}")
        assert one["sensitive_body_version"] == {"properties.packageUri": "${local.bundle}"}
        (waited,) = one["depends_on"]
        assert made["time_sleep"][waited.removeprefix("time_sleep.")]["depends_on"]
    blob = made["azurerm_storage_blob"]["package"]
    assert blob["name"].endswith("/released-package.zip")
    assert blob["source"] == "${path.module}/${local.bundle}"


def test_a_document_does_not_change_where_only_code_does() -> None:
    assert "bundle-" not in compiled(example("02-orders")).files["main.tf.json"].decode()


def test_roles_that_are_made_anew_are_waited_for() -> None:
    waits = resources(example("02-orders"), "time_sleep")
    for label, one in waits.items():
        if not label.startswith("deployer_"):
            ids = ", ".join(f"{role}.id" for role in one["depends_on"])
            assert one["triggers"] == {"roles": f'${{join(" ", [{ids}])}}'}


def test_nothing_that_has_a_name_is_made_before_the_one_that_it_replaces() -> None:
    """`create_before_destroy` goes on to all that a resource depends on: a queue would be there already."""
    made = document(example("02-orders"))["resource"]
    first = {type for type, labels in made.items() for one in labels.values() if one.get("lifecycle", {}).get(BEFORE)}
    assert first == {"azurerm_storage_blob"}


def test_what_azure_makes_by_itself_does_not_keep_the_group() -> None:
    features = document(example("02-orders"))["provider"]["azurerm"]["features"]
    assert features["application_insights"] == {"disable_generated_rule": True}


def test_secrets_are_made_without_a_value_and_left_alone() -> None:
    application = example("03-webhooks")
    made = resources(application, "azurerm_key_vault_secret")
    for secret in application.secrets:
        one = made[secret.name]
        assert (one["value_wo"], one["value_wo_version"], one["content_type"]) == ("unset", 1, "cloudless/unset")
        assert "value" not in one
        assert "content_type" in one["lifecycle"]["ignore_changes"]
        assert "az keyvault secret set" in one["//"]


def test_every_call_has_a_key_of_its_own() -> None:
    application = conformance("orchestrations")
    keys = {label for label in resources(application, "azurerm_key_vault_secret") if label.startswith("cloudless--")}
    assert len(keys) == len(application.functions) + 2 * len(application.orchestrations) + len(application.events)
    passwords = resources(application, "random_password")
    assert passwords.keys() == keys
    assert {one["length"] for one in passwords.values()} == {64}


def test_alerts_watch_dead_letters_backlog_errors_and_time_outs() -> None:
    application = example("02-orders")
    made = document(application)["resource"]
    metrics = made["azurerm_monitor_metric_alert"]
    dead = {one.name for one in application.queues if one.role == DEAD_LETTERS}
    assert metrics.keys() == {"dead-letters", "given-up", "backlog"}
    assert set(metrics["dead-letters"]["criteria"]["dimension"]["values"]) == dead
    assert dead.isdisjoint(metrics["backlog"]["criteria"]["dimension"]["values"])
    queries = made["azurerm_monitor_scheduled_query_rules_alert_v2"]
    assert queries.keys() == {"errors", "duration"}
    told = "${azurerm_monitor_action_group.stage.id}"
    assert {one["action"]["action_group_id"] for one in metrics.values()} == {told}
    assert all(one["action"]["action_groups"] == [told] for one in queries.values())


@pytest.mark.parametrize(
    ("name", "outputs"),
    [
        ("endpoints", {"http_url", "resource_group", "service_bus"}),
        ("orchestrations", {"ledger", "resource_group", "service_bus", "steps_url", "vault"}),
    ],
)
def test_outputs_say_where_things_are(name: str, outputs: set[str]) -> None:
    assert outputs <= document(conformance(name))["output"].keys()


def test_what_is_kept_warm_is_named_as_it_scales() -> None:
    def warmed(name: str, handler: str) -> Any:
        application = conformance(name)
        handlers = tuple(replace(one, min_instances=2 if one.name == handler else 0) for one in application.handlers)
        return resources(replace(application, handlers=handlers), APP)

    assert warmed("endpoints", conformance("endpoints").endpoints[0].handler)["http"]["always_ready"] == [
        {"name": "http", "instance_count": 2}
    ]
    assert warmed("queues", "work")["on-work"]["always_ready"] == [{"name": "function:work", "instance_count": 2}]
    function = conformance("orchestrations").functions[0].name
    steps = warmed("orchestrations", function)["steps"]["always_ready"]
    assert [one["name"] for one in steps] == ["http", "durable"]


def test_executions_of_an_orchestration_that_is_gone_can_still_be_controlled() -> None:
    gone = Definitions({}, {"0" * 64: json.dumps({"main": "old_fulfil", "orchestrations": {}}).encode()})
    made = PROVIDER.compile(documents.prod(), conformance("queues"), gone)
    assert isinstance(made, Compiled)
    resource = json.loads(made.files["main.tf.json"])["resource"]
    assert resource["azurerm_key_vault_secret"].keys() == {"cloudless--control-old--fulfil"}
    assert "CLOUDLESS_HUB__accountName" in resource[APP]["steps"]["app_settings"]
