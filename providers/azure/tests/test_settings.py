"""What a stage says to this provider: its own examples are fine, and what the cloud would refuse is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloudless.config import load
from cloudless.errors import ConfigError
from cloudless_azure import PROVIDER

EXAMPLES = {one.key: one.example for one in PROVIDER.settings}


def read(folder: Path, **said: str) -> None:
    """A file with such a stage; raises ConfigError."""
    keys = "".join(f'{key} = "{value}"\n' for key, value in said.items())
    (folder / "cloudless.toml").write_text(f'app = "a:b"\n[stages.prod]\nprovider = "azure"\n{keys}')
    assert load(folder / "cloudless.toml").stage("prod").settings == said


def test_the_examples_are_fine(tmp_path: Path) -> None:
    read(tmp_path, **EXAMPLES)


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_what_is_needed_is_asked_for(tmp_path: Path, key: str) -> None:
    (setting,) = (one for one in PROVIDER.settings if one.key == key)
    said = {one: value for one, value in EXAMPLES.items() if one != key}
    if not setting.needed:
        read(tmp_path, **said)
        return
    with pytest.raises(
        ConfigError, match=f"stage 'prod' has no `{key}`\n(.*\n)*    instead: add {re.escape(str(setting))}"
    ):
        read(tmp_path, **said)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("region", "West Europe"),
        ("subscription", "not-a-guid"),
        ("resource_group", "shop."),
        ("resource_group", "a/b"),
    ],
)
def test_what_the_cloud_would_refuse_is_told(tmp_path: Path, key: str, value: str) -> None:
    (setting,) = (one for one in PROVIDER.settings if one.key == key)
    told = (
        f"{re.escape(repr(value))} is no {key} of azure\n(.*\n)*    instead: write it as in {re.escape(str(setting))}"
    )
    with pytest.raises(ConfigError, match=told + re.escape(f": {setting.note}" if setting.note else "")):
        read(tmp_path, **{**EXAMPLES, key: value})
