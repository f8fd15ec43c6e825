"""Values of secrets."""

from cloudless.dev.secrets import values, variable


def test_a_secret_has_the_variable_of_its_name() -> None:
    assert variable("stripe-api-key") == "CLOUDLESS_SECRET_STRIPE_API_KEY"


def test_what_is_given_comes_before_the_environment() -> None:
    environment = {"CLOUDLESS_SECRET_A_B": "1", "CLOUDLESS_SECRET_C": "2", "CLOUDLESS_SECRET_D": "3", "A": "4"}
    assert values(["a-b", "c", "missing"], {"c": "given"}, environment) == {"a-b": "1", "c": "given"}


def test_an_empty_value_is_one() -> None:
    assert values(["a"], {}, {"CLOUDLESS_SECRET_A": ""}) == {"a": ""}
