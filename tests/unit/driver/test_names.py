"""Physical names: as short as a cloud wants them, and never the same for two."""

from hypothesis import given
from hypothesis import strategies as st

from cloudless.driver.names import digest_of, prefix_of, shorten


@given(st.text(st.sampled_from("abc-"), max_size=40), st.integers(10, 40))
def test_a_shortened_name_has_at_most_so_many_characters(name: str, most: int) -> None:
    short = shorten(name, most)
    assert len(short) <= most
    assert short == name if len(name) <= most else short.endswith(f"-{digest_of(name)}")


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert shorten("confirmations-of-orders-a", 20) != shorten("confirmations-of-orders-b", 20)
    assert shorten("confirmations-of-orders", 20, digest=4, between="").startswith("confirmations-of")
    assert digest_of("a", "bc") != digest_of("ab", "c")


def test_names_of_a_stage_begin_with_its_application_and_its_own() -> None:
    assert prefix_of("shop", "prod") == "shop-prod"
