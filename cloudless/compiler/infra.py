"""Infra: the user's own Terraform, copied beside ours: `infra/<provider>/*.tf`, `*.tf.json` and `*.tfvars`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cloudless.errors import InvalidArgument

FOLDER = "infra"
_ENDINGS = (".tf", ".tf.json", ".auto.tfvars", ".auto.tfvars.json", ".tofu", ".tofu.json", ".tftpl")


def infra_files(root: Path, provider: str, ours: Collection[str]) -> dict[str, bytes]:
    """Their content by name. ours: names of what the build writes itself.

    Raises InvalidArgument where one of the user's has such a name.
    """
    folder = root / FOLDER / provider
    found = sorted(file for file in folder.glob("*") if file.is_file() and file.name.endswith(_ENDINGS))
    taken = [file.name for file in found if file.name in ours]
    if taken:
        here = folder.relative_to(root).as_posix()
        raise InvalidArgument(f"{', '.join(taken)} of {here} would take the place of what the build writes: rename it")
    return {file.name: file.read_bytes() for file in found}
