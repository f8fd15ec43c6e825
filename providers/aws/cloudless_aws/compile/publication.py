"""How code gets into the functions: one upload a build to a bucket of the stage, from which every function takes it.

    bundle-1a2b3c.zip ──► s3 ──► code of each function          the program, cloudless and the entries
    layer-4d5e6f.zip ──► s3 ──► one layer, of each function     wheels, where there are any

What lies under a digest's name never changes, and a build that changes nothing uploads nothing. The new package is
there before the functions are told of it, and the old one goes after that.
https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.names import bucket_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_aws.compile.ground import Ground

CODE, LAYER = "code", "layer"
DEPENDENCIES = "dependencies"
ARCHITECTURE = "arm64"
_COUNT = '${local.layer == "" ? 0 : 1}'
LAYERS = "aws_lambda_layer_version.dependencies[*].arn"
"""The layer of a function, as a list that may be empty."""


def publication(ground: Ground) -> None:
    """The bucket, the package of this build in it, and the layer."""
    bucket = _bucket(ground)
    ground.document.resource("aws_s3_object", CODE, _object(bucket["id"], "bundle"))
    _layer(ground, bucket)


def _bucket(ground: Ground) -> Address:
    """Where packages are, which nobody else may read."""
    name = bucket_of(ground.prefix, ground.account, ground.region)
    bucket = ground.document.resource("aws_s3_bucket", CODE, {"bucket": name}, comment="the package of each build")
    ground.document.resource(
        "aws_s3_bucket_public_access_block",
        CODE,
        {
            "bucket": bucket["id"],
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
    )
    return bucket


def _layer(ground: Ground, bucket: Address) -> None:
    """What the program requires, apart from its code, where that is worth it."""
    document = ground.document
    layer = document.resource("aws_s3_object", LAYER, {"count": _COUNT, **_object(bucket["id"], "layer")})
    document.resource(
        "aws_lambda_layer_version",
        DEPENDENCIES,
        {
            "count": _COUNT,
            "layer_name": f"{ground.prefix}-{DEPENDENCIES}",
            "description": "what the program requires",
            "s3_bucket": bucket["id"],
            "s3_key": f"${{{layer}[0].key}}",
            "source_code_hash": "${local.layer_sha256}",
            "compatible_architectures": [ARCHITECTURE],
            "compatible_runtimes": [f"python{ground.stage.python}"],
            "lifecycle": {"create_before_destroy": True},
        },
    )


def _object(bucket: str, file: str) -> dict[str, object]:
    return {
        "bucket": bucket,
        "key": f"${{local.{file}}}",
        "source": f"${{path.module}}/${{local.{file}}}",
        "lifecycle": {"create_before_destroy": True},
    }


def published(ground: Ground) -> tuple[str, ...]:
    """What is made when new code begins to run: addresses of the aliases of all functions and state machines."""
    from cloudless_aws.compile.lambda_function import ALIASES
    from cloudless_aws.compile.orchestration import ALIASES as MACHINES

    functions = [str(ground.document.address(ALIASES, one.name)) for one in ground.units]
    return (*functions, *(str(ground.document.address(MACHINES, one.name)) for one in ground.programs.all))
