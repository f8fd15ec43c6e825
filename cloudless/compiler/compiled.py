"""Compiled: what a provider's compiler gives to the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudless.compiler.package import Package
from cloudless.node import field, node


@node()
class Compiled:
    """files: of the build's folder by path, e.g. {"main.tf.json": b"{…}"}. package: what is bundled, None for nothing.

    Where there is a package, the build adds the zip, and `bundle.tf.json` with two locals: `bundle`, the name of the
    zip beside it, and `bundle_sha256`, its digest in base64. The files refer to them:
    `${path.module}/${local.bundle}`; so they do not change where only code does. Where the package has a layer, there
    are two more: `layer` and `layer_sha256`, both "" where there is no wheel.
    warnings: lines about what is compiled, and may not be had.
    published: addresses of what Terraform makes when the new code begins to run, e.g. "acme_version.http". What was
    deployed is on record once all of them are made.
    """

    files: Mapping[str, bytes] = field(default_factory=dict[str, Any])
    package: Package | None = None
    warnings: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
