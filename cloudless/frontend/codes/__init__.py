"""Every problem that the front end reports: what it means, a program that has it, and one that has not.

    name.py CL101 …      handler.py CL121 …      option.py CL141 …
    resource.py CL161 …  http.py CL191 …     permission.py CL301 …   limit.py CL401 …
    orchestration.py CL201 …   orchestration_type.py CL221 …   orchestration_step.py CL241 …
    orchestration_error.py CL251 …

`docs/reference/errors.md` is written from this table, and the tests compile every program of it.
"""

from __future__ import annotations

from cloudless.frontend.codes.code import Code
from cloudless.frontend.codes.handler import HANDLERS
from cloudless.frontend.codes.http import HTTP
from cloudless.frontend.codes.limit import LIMITS
from cloudless.frontend.codes.name import NAMES
from cloudless.frontend.codes.option import OPTIONS
from cloudless.frontend.codes.orchestration import LANGUAGE
from cloudless.frontend.codes.orchestration_error import ERRORS
from cloudless.frontend.codes.orchestration_step import STEPS
from cloudless.frontend.codes.orchestration_type import TYPES
from cloudless.frontend.codes.permission import PERMISSIONS
from cloudless.frontend.codes.resource import RESOURCES

__all__ = ["CODES", "Code"]

CODES: dict[str, Code] = {
    one.code: one
    for one in sorted(
        (
            *NAMES, *HANDLERS, *OPTIONS, *RESOURCES, *HTTP, *LANGUAGE, *TYPES, *STEPS, *ERRORS, *PERMISSIONS, *LIMITS,
        ),
        key=lambda one: one.code,
    )
}  # fmt: skip
"""By code, in order."""
