"""Escape hatches: what goes into a provider's resource as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

JsonValue = Any
"""A JSON value. A recursive alias would not survive `get_type_hints`, with which IR is loaded."""

Native = Mapping[str, Mapping[str, Mapping[str, JsonValue]]]
"""provider → Terraform resource type → arguments merged into ours, e.g. {"aws": {"aws_sqs_queue": {…}}}."""

Existing = Mapping[str, str]
"""provider → identifier of a resource made elsewhere, e.g. {"aws": "arn:…"}."""
