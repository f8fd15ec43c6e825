"""Makes a model before anything is forked: pydantic reads its larger half when the first one is made.

Imported by zygotes, for the workers that they fork. May import: pydantic.
"""

from __future__ import annotations

from pydantic import BaseModel


class Warm(BaseModel):
    """A model with what most have: a field with a default, one without, and a list."""

    id: str
    count: int = 0
    parts: list[str] = []


Warm.model_validate_json('{"id": "1"}').model_dump_json()
Warm.model_json_schema()
