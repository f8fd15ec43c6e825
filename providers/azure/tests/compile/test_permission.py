"""Role assignments, against grants counted here anew: each grant has its assignment, and there is nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.ir import Application, Grant
from cloudless.passes.plans import plans
from cloudless_azure import PROVIDER
from cloudless_azure.compile.group import group_name
from providers.azure.tests.compile import documents
from providers.azure.tests.compile.documents import conformance, document, example, prod, program

RECEIVE, SEND = "Azure Service Bus Data Receiver", "Azure Service Bus Data Sender"
READ = "Key Vault Secrets User"
ROWS, BLOBS, MESSAGES = (
    "Storage Table Data Contributor",
    "Storage Blob Data Contributor",
    "Storage Queue Data Contributor",
)
Assigned = tuple[str, str, str]
"""Function app, role, and what it is on."""


def assigned(application: Application) -> set[Assigned]:
    """What the document assigns to function apps; `callers` and who deploys are others."""
    made = document(application)["resource"]
    return {
        (match[1], one["role_definition_name"], scope(made, one["scope"]))
        for one in made.get("azurerm_role_assignment", {}).values()
        if (match := re.fullmatch(r"\$\{azurerm_user_assigned_identity\.([^.]+)\.principal_id\}", one["principal_id"]))
    }


def scope(made: dict[str, Any], reference: str) -> str:
    """A scope as its resource's type and name, with what stands behind it: "servicebus_queue orders"."""

    def named(match: re.Match[str]) -> str:
        type, label, attribute = match.groups()
        name = made[f"azurerm_{type}"][label]["name"]
        return str(name) if attribute == "name" else f"{type} {name}"

    return re.sub(r"\$\{azurerm_([a-z_]+)\.([^.}]+)\.([a-z_]+)\}", named, reference)


def app_of(application: Application, handler: str) -> str:
    if any(one.handler == handler for one in application.endpoints):
        return "http"
    return "steps" if any(one.handler == handler for one in application.functions) else group_name(handler)


def expected(application: Application) -> set[Assigned]:
    """By hand: what grants ask for, what consuming needs, what every app needs."""
    wanted = set(granted(application)) | set(consuming(application))
    made = document(application)["resource"]
    for app in made.get("azurerm_function_app_flex_consumption", {}):
        wanted |= {
            (app, "Storage Blob Data Owner", account_of(made, app)),
            (app, "Monitoring Metrics Publisher", f"application_insights {application.name}-prod"),
        }
    if application.orchestrations:
        wanted |= {("steps", role, account_of(made, "hub")) for role in (ROWS, BLOBS, MESSAGES)}
    return wanted


def account_of(made: dict[str, Any], label: str) -> str:
    return f"storage_account {made['azurerm_storage_account'][label]['name']}"


def granted(application: Application) -> Iterator[Assigned]:
    for handler in application.handlers:
        for grant in handler.grants:
            yield from of_grant(application, app_of(application, handler.name), grant)
    for orchestration in application.orchestrations:
        for grant in orchestration.grants:
            yield from of_grant(application, "steps", grant)
    callable_things = [("invoke", one.name) for one in application.functions]
    for orchestration in application.orchestrations:
        callable_things += [("start", orchestration.name), ("control", orchestration.name)]
    callable_things += [("send", event.name) for event in application.events]
    yield from (("steps", READ, key(verb, name)) for verb, name in callable_things)


def key(verb: str, name: str) -> str:
    return f"key_vault_secret cloudless--{verb}-{name.replace('_', '--')}"


def of_grant(application: Application, app: str, grant: Grant) -> Iterator[Assigned]:
    queue = f"servicebus_queue {grant.name}"
    match grant.noun, grant.verb:
        case "queue", "send":
            yield app, SEND, queue
        case "queue", "peek":
            yield app, RECEIVE, queue
        case "queue", "redrive":
            yield app, RECEIVE, queue
            yield app, SEND, queue.removesuffix("-dead-letters")
        case "queue", "native":
            yield app, RECEIVE, queue
            yield app, SEND, queue
        case "topic", _:
            yield app, SEND, f"servicebus_topic {grant.name}"
        case "function", "invoke_later":
            yield app, SEND, f"servicebus_queue {grant.name.replace('_', '-')}-later"
        case "secret", "read":
            yield app, READ, f"key_vault_secret {grant.name}"
        case _:
            yield app, READ, key(grant.verb, grant.name)


def consuming(application: Application) -> Iterator[Assigned]:
    """An app takes what its handler consumes, sends copies unless that is ordered, and gives up to the dead letters."""
    made = document(application)["resource"]
    for source, plan in plans(application).items():
        app = app_of(application, plan.handler)
        if source not in {one.name for one in application.functions}:
            yield app, RECEIVE, f"servicebus_queue {source}"
            if not plan.ordered:
                yield app, SEND, f"servicebus_queue {source}"
            if plan.dead_letters:
                yield app, SEND, f"servicebus_queue {plan.dead_letters}"
        if plan.once or plan.ordered or plan.exclusive:
            yield app, ROWS, f"{account_of(made, 'ledger')}/tableServices/default/tables/ledger"
    if application.orchestrations:
        yield "steps", ROWS, f"{account_of(made, 'ledger')}/tableServices/default/tables/ledger"


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_grant_has_its_assignment_and_there_is_nothing_more(application: Callable[[], Application]) -> None:
    assert assigned(application()) == expected(application())


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_no_app_reaches_into_the_account_of_another(application: Callable[[], Application]) -> None:
    """There lie its host's keys, with which its admin endpoints are open, and its package."""
    made = document(application())["resource"]
    apps = made["azurerm_function_app_flex_consumption"]
    names = [made["azurerm_storage_account"][app]["name"] for app in apps]
    assert len(set(names)) == len(apps)
    for app, one in apps.items():
        account = f"${{azurerm_storage_account.{app}."
        assert one["app_settings"]["AzureWebJobsStorage__accountName"] == f"{account}name}}"
        assert one["storage_container_endpoint"].startswith(f"{account}primary_blob_endpoint}}")
        assert made["azurerm_storage_container"][app]["storage_account_id"] == f"{account}id}}"
        on_it = [role["principal_id"] for role in made["azurerm_role_assignment"].values() if account in role["scope"]]
        assert on_it == [f"${{azurerm_user_assigned_identity.{app}.principal_id}}"]


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_nobody_has_two_assignments_of_one_role_on_one_thing(application: Callable[[], Application]) -> None:
    """Azure refuses the second: RoleAssignmentExists."""
    made = document(application())["resource"].get("azurerm_role_assignment", {})
    said = [(one["scope"], one["role_definition_name"], one["principal_id"]) for one in made.values()]
    assert len(set(said)) == len(said)


def test_an_assignment_cites_every_line_that_asked_for_it() -> None:
    application = example("02-orders")
    made = document(application)["resource"]["azurerm_role_assignment"]
    for handler in application.handlers:
        for grant in handler.grants:
            if grant.noun == "queue" and grant.verb == "send":
                said = made[f"{app_of(application, handler.name)}_sends_{grant.name}"]["//"]
                assert f"send queue {grant.name}: " in said
                assert all(f"{span.file}:{span.line}" in said for span in grant.spans[:3])


def test_what_only_our_runtime_needs_says_so() -> None:
    made = document(conformance("queues"))["resource"]["azurerm_role_assignment"]
    ours = [one["//"] for label, one in made.items() if label.startswith("on-work_")]
    assert "ours: it consumes the queue" in ours
    assert any("ours: its dead letters" in said for said in ours)


def test_who_redrives_takes_from_the_dead_letters_and_sends_to_their_queue() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @app.schedule("0 8 * * *")
    def again() -> None:
        orders.dead_letters.redrive()

    found = assigned(program(app))
    assert ("on-again", RECEIVE, "servicebus_queue orders-dead-letters") in found
    assert ("on-again", SEND, "servicebus_queue orders") in found


def test_callers_outside_are_who_deploys_unless_said_otherwise() -> None:
    made = document(example("02-orders"))
    assert made["variable"]["callers"]["default"] == []
    found = {label: one for label, one in made["resource"]["azurerm_role_assignment"].items() if "callers" in label}
    assert {one["role_definition_name"] for one in found.values()} <= {"Azure Service Bus Data Owner", READ, ROWS}
    assert {one["for_each"] for one in found.values()} == {"${toset(local.callers)}"}
    assert all(one["scope"].startswith("${azurerm_") for one in found.values()), "of this stage alone"
    assert made["locals"]["callers"].endswith("distinct(var.callers) : local.deployers}")


def test_roles_of_who_deploys_are_those_that_are_said() -> None:
    made = document(example("03-webhooks"))
    assert made["variable"]["deployers"]["default"] == []
    current = "[data.azurerm_client_config.current.object_id]"
    assert made["locals"]["deployers"] == f"${{length(var.deployers) > 0 ? distinct(var.deployers) : {current}}}"
    found = {label: one for label, one in made["resource"]["azurerm_role_assignment"].items() if "deployer" in label}
    assert found.keys() == {"deployer_packages", "deployer_secrets"}
    assert {one["for_each"] for one in found.values()} == {"${toset(local.deployers)}"}


def test_who_comes_to_deploy_later_is_waited_for() -> None:
    made = document(example("03-webhooks"))["resource"]
    for what in ("packages", "secrets"):
        one, role = made["time_sleep"][f"deployer_{what}"], made["azurerm_role_assignment"][f"deployer_{what}"]
        assert one["triggers"] == {"deployers": '${join(" ", local.deployers)}', "scope": role["scope"]}


def test_what_apps_widen_is_what_their_other_handlers_may() -> None:
    app = App("shop")
    one, other = app.queue("one", dict[str, int]), app.queue("other", dict[str, int])

    @app.post("/one", public=True)
    def first() -> None:
        one.send({})

    @app.post("/other", public=True)
    def second() -> None:
        other.send({})

    @one.consumer
    def take(body: dict[str, int]) -> None:
        other.send({})

    found = PROVIDER.widened(program(app))
    said = {name: [f"{one.verb} {one.noun} {one.name}" for one in grants] for name, grants in found.items()}
    assert (said["first"], said["second"]) == (["send queue other"], ["send queue one"])
    assert said["take"][:2] == ["receive queue one", "send queue one"]
    assert "send queue one-dead-letters" in said["take"]


def test_what_is_published_are_the_deployments_of_all_apps() -> None:
    application = example("02-orders")
    made = PROVIDER.compile(prod(), application, definitions_of(application, {}))
    deployments = json.loads(made.files["main.tf.json"])["resource"]["azapi_resource_action"]
    assert sorted(made.published) == [f"azapi_resource_action.{name}" for name in sorted(deployments)]


def test_executions_of_an_earlier_build_may_still_send() -> None:
    app = App("shop")
    orders, told = app.queue("orders", dict[str, int]), app.topic("told", dict[str, int])

    @app.orchestration
    def forward(order: dict[str, int]) -> None:
        orders.send(order)
        told.publish(order)

    earlier = definitions_of(program(app), {}).texts
    later = App("shop")
    later.queue("orders", dict[str, int])
    later.topic("told", dict[str, int])
    now = program(later)
    made = PROVIDER.compile(prod(), now, definitions_of(now, {}, earlier))
    assignments = json.loads(made.files["main.tf.json"])["resource"]["azurerm_role_assignment"]
    found = {label: one for label, one in assignments.items() if label.startswith("steps_sends_")}
    assert found.keys() == {"steps_sends_orders", "steps_sends_told"}
    assert all("executions of an earlier build" in one["//"] for one in found.values())
    assert "steps_reads_cloudless--control-forward" in assignments
