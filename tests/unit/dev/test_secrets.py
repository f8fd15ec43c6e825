"""Values of secrets."""

from pathlib import Path

import pytest

from cloudless import App
from cloudless.dev.running import Running
from cloudless.dev.secrets import values, variable
from cloudless.errors import MissingSecret
from cloudless.testing import simulate


def test_a_secret_has_the_variable_of_its_name() -> None:
    assert variable("stripe-api-key") == "CLOUDLESS_SECRET_STRIPE_API_KEY"


def test_what_is_given_comes_before_the_environment() -> None:
    environment = {"CLOUDLESS_SECRET_A_B": "1", "CLOUDLESS_SECRET_C": "2", "CLOUDLESS_SECRET_D": "3", "A": "4"}
    assert values(["a-b", "c", "missing"], {"c": "given"}, environment) == {"a-b": "1", "c": "given"}


def test_an_empty_value_is_one() -> None:
    assert values(["a"], {}, {"CLOUDLESS_SECRET_A": ""}) == {"a": ""}


def test_a_secret_without_a_value_is_told_how_this_command_takes_one() -> None:
    app = App("bank")
    key = app.secret("bank-key")
    told = "no value here: set CLOUDLESS_SECRET_BANK_KEY, or give cloudless dev --secret bank-key=…"
    with simulate(app) as simulation:
        Running(simulation, Path.cwd(), 1, lambda _: None)
        with pytest.raises(MissingSecret, match=told):
            key.value  # noqa: B018  (to read it is what fails)
