"""Filters of Pub/Sub: each form that its page shows, and what it says or shows no form of.

https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
"""

import pytest

from providers.gcp.tests.pubsubmodel import Filter, PubsubMessage, Refused, Settings, Subscription, Unspecified
from tests.virtual import World

TAKEN: list[tuple[str, dict[str, str], bool]] = [
    # "The : operator matches a key in a list of attributes."
    ("attributes:domain", {"domain": "com"}, True),
    ("attributes:domain", {"tag": "com"}, False),
    ("attributes:domain", {"Domain": "com"}, False),  # "The key and value are case-sensitive"
    # "The equality operators match keys and values. The value must be a string literal."
    ('attributes.domain = "com"', {"domain": "com"}, True),
    ('attributes.domain="com"', {"domain": "com"}, True),
    ('attributes.domain = "com"', {"domain": "Com"}, False),
    ('attributes.domain = "com"', {"domain": "common"}, False),  # "must match the attribute exactly"
    ('attributes.domain = "com"', {}, False),
    ('attributes.domain != "com"', {"domain": "org"}, True),
    ('attributes.domain != "com"', {"domain": "com"}, False),
    ('attributes.domain = ""', {"domain": ""}, True),
    # "If a key contains characters other than hyphens, underscores, or alphanumeric characters, use a string literal."
    ("attributes:my-key_2", {"my-key_2": "x"}, True),
    ('attributes:"iana.org/language_tag"', {"iana.org/language_tag": "en"}, True),
    ('attributes."iana.org/language_tag" = "en"', {"iana.org/language_tag": "en"}, True),
    # "To use backslashes, quotation marks, and non-printing characters in a filter, escape the characters"
    (r'attributes.a = "\\"', {"a": "\\"}, True),
    (r'attributes.a = "\"\n\t"', {"a": '"\n\t'}, True),
    # "You can also use Unicode, hexadecimal, and octal escape sequences"
    (r'NOT attributes:"\u307F\u3093\u306A"', {"みんな": ""}, False),
    (r'attributes.a = "\x41\101\U0001F600"', {"a": "AA😀"}, True),
    ('attributes.a = "みんな"', {"a": "みんな"}, True),
    # "The hasPrefix function filters for attributes with values that start with a substring."
    ('hasPrefix(attributes.domain, "co")', {"domain": "com"}, True),
    ('hasPrefix(attributes.domain,"co")', {"domain": "org"}, False),
    ('hasPrefix(attributes.domain, "co")', {}, False),
    ('hasPrefix(attributes."a.b", "co")', {"a.b": "com"}, True),
    # "You can use the boolean operators AND, NOT, and OR", "-" for NOT
    ("NOT attributes:domain", {}, True),
    ("-attributes:domain", {"domain": "x"}, False),
    ('NOT hasPrefix(attributes.domain, "co")', {"domain": "org"}, True),
    ('attributes:a AND attributes.b = "c" AND attributes:d', {"a": "", "b": "c", "d": ""}, True),
    ('attributes:a AND attributes.b = "c" AND attributes:d', {"a": "", "b": "c"}, False),
    ('attributes:a OR attributes.b = "c" OR attributes:d', {"d": ""}, True),
    ('attributes:a OR attributes.b = "c" OR attributes:d', {}, False),
    # "To combine the AND and OR operators, use parentheses and complete expressions."
    ('attributes:a AND (attributes.b = "net" OR attributes.b = "org")', {"a": "", "b": "org"}, True),
    ('attributes:a AND (attributes.b = "net" OR attributes.b = "org")', {"a": "", "b": "com"}, False),
    ('(attributes.b = "net" OR attributes.b = "org") AND attributes:a', {"a": "", "b": "org"}, True),
    # Presence beside it settles what != alone leaves open.
    ('attributes:a AND attributes.a != "b"', {}, False),
    ('attributes:a AND attributes.a != "b"', {"a": "c"}, True),
]


@pytest.mark.parametrize(("text", "attributes", "is_match"), TAKEN)
def test_what_matches(text: str, attributes: dict[str, str], is_match: bool) -> None:
    assert Filter.read(text).matches(attributes) is is_match


@pytest.mark.parametrize(
    "text",
    [
        "",
        "domain",
        "attributes",
        "attributes.domain",  # no operator
        "attributes:",
        "attributes:domain:",
        "attributes.domain = com",  # "The value must be a string literal."
        "attributes.domain = 'com'",
        "attributes.domain = 1",
        'attributes.domain == "com"',
        'attributes.domain > "com"',
        'attributes:domain = "com"',
        "attributes:iana.org",  # a dot in a key that is no literal
        'data = "x"',  # "an expression that operates on attributes"
        'hasSuffix(attributes.domain, "co")',
        "hasPrefix(attributes.domain)",
        'hasPrefix(attributes:domain, "co")',
        'hasPrefix("domain", "co")',
        "attributes:a attributes:b",
        "attributes:a and attributes:b",
        "attributes:a AND",
        "attributes:a AND attributes:b OR attributes:c",  # parentheses are missing
        "attributes:a OR attributes:b AND attributes:c",
        'attributes.a = ("b" OR "c")',  # "complete expressions"
        "(attributes:a",
        "attributes:a)",
        "NOT (attributes:a OR attributes:b)",  # shown nowhere
        "NOT NOT attributes:a",
        r'attributes.a = "\q"',
        'attributes.a = "b',
        'attributes.a = "\n"',
        "attributes:AND",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Filter.read(text)


def test_a_filter_has_256_bytes_at_most() -> None:
    Filter.read(f"attributes:{'a' * 245}")
    with pytest.raises(Refused, match="257 bytes"):
        Filter.read(f"attributes:{'a' * 246}")
    with pytest.raises(Refused, match="bytes"):
        Filter.read(f'attributes:"{"é" * 123}"')


def test_no_page_says_what_differing_from_nothing_is() -> None:
    for text in ('attributes.a != "b"', 'NOT attributes.a != "b"', 'attributes.a != "b" OR attributes:c'):
        with pytest.raises(Unspecified):
            Filter.read(text).matches({})


def test_what_does_not_match_is_acknowledged_and_nobody_sees_it() -> None:
    seen: list[bytes] = []

    def endpoint(body: bytes) -> int:
        seen.append(body)
        return 204

    subscription = Subscription(Settings("projects/p/subscriptions/s"), endpoint, filter=Filter.read("attributes:eu"))
    world = World(subscription)
    for number, attributes in enumerate(({"eu": ""}, {"us": ""}, {})):
        subscription.accept(PubsubMessage(str(number), b"{}", attributes, published_us=world.now_us), world.now_us)
    assert [one.id for one in subscription.waiting()] == ["0"]
    world.run()
    assert len(seen) == 1
