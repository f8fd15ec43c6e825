"""What alerts on logs look for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from cloudless import App
from cloudless.ir import Application
from cloudless_azure.compile.alert import RETURNED
from cloudless_azure.runtime.queue import Returned
from providers.azure.tests.compile import documents
from providers.azure.tests.compile.documents import compiled, conformance, resources


def log_query(application: Application, name: str) -> str:
    found = resources(application, "azurerm_monitor_scheduled_query_rules_alert_v2")
    query: str = found[name]["criteria"]["query"] if name in found else ""
    return query


def test_durations_are_measured_by_each_functions_time_out() -> None:
    application = conformance("elapsed")
    (timeout_s,) = {handler.timeout_s for handler in application.handlers}
    found = log_query(application, "duration")
    assert found == f'requests | where (name in ("hourly") and duration >= {timeout_s * 800:.0f})'


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_durations_are_those_of_functions_by_the_names_that_the_host_has(
    application: Callable[[], Application],
) -> None:
    """Every function but those that only pass on: timers, drains, orchestrators."""
    package = compiled(application()).package
    assert package
    text = "".join(content.decode() for path, content in package.files.items() if path.endswith(".py"))
    hosted = set(re.findall(r'function_name\("(.+)"\)', text)) | set(re.findall(r"def (cl_activity)", text))
    passing = {name for name in hosted if name.endswith(("_timer", "_drain"))}
    if not application().functions:  # what is called has no time-out
        passing |= {"cl_call", "cl_activity"}
    assert set(re.findall(r'"([^"]+)"', log_query(application(), "duration"))) == hosted - passing


def test_functions_of_one_app_share_the_longest_time_out_where_they_share_a_name() -> None:
    app = App("shop")

    @app.function(timeout=timedelta(seconds=10))
    def charge() -> None: ...

    @app.function(timeout=timedelta(seconds=100))
    def ship() -> None: ...

    found = log_query(documents.program(app), "duration")
    longest = '(name in ("cl_call", "ship_later") and duration >= 80000)'
    assert found == f'requests | where (name in ("charge_later") and duration >= 8000) or {longest}'


def test_where_nothing_has_a_time_out_none_is_watched() -> None:
    app = App("shop")

    @app.orchestration
    def wait() -> str:
        return "done"

    assert log_query(documents.program(app), "duration") == ""
    assert log_query(documents.program(app), "errors")


def test_what_an_ordered_queue_raises_to_try_again_is_no_error() -> None:
    assert f"Exception: {Returned.__name__}: " == RETURNED
    assert f'contains "{RETURNED}"' in log_query(conformance("ordered"), "errors")
