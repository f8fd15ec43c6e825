"""Infra: the user's own Terraform, copied beside ours from `infra/<provider>/`, with the modules that it has there."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cloudless.errors import InvalidArgument

FOLDER = "infra"
_ENDINGS = (".tf", ".tf.json", ".auto.tfvars", ".auto.tfvars.json", ".tofu", ".tofu.json", ".tftpl")


def infra_files(root: Path, provider: str, ours: Collection[str]) -> dict[str, bytes]:
    """Their content by path: what Terraform reads of the folder, and of folders in it what is not hidden.

    ours: paths of what the build writes itself. Raises InvalidArgument where one of the user's has such a path.
    """
    folder = root / FOLDER / provider
    found = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    wanted = {path: file for path, file in found.items() if _is_wanted(path)}
    taken = sorted(wanted.keys() & set(ours))
    if taken:
        here = folder.relative_to(root).as_posix()
        raise InvalidArgument(f"{', '.join(taken)} of {here} would take the place of what the build writes: rename it")
    return {path: file.read_bytes() for path, file in wanted.items()}


def _is_wanted(path: str) -> bool:
    is_hidden = any(part.startswith(".") for part in path.split("/"))
    return not is_hidden and ("/" in path or path.endswith(_ENDINGS))
