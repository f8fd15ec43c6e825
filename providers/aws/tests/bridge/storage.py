"""Buckets and their objects, tables and secrets, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.aws.tests.bridge.aws import Aws
from tests.bridge import Kind, block, known, must, words

_CLASSIC = "us-east-1"
"""Where a bucket is made without saying where: API_CreateBucket.html."""
_BLOCKS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}


def _bucket(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["bucket"]
    place = {"LocationConstraint": aws.region} if aws.region != _CLASSIC else None
    aws.call(address, "s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=place)
    return {
        "id": name,
        "arn": f"arn:{aws.partition}:s3:::{name}",
        "bucket_domain_name": f"{name}.s3.{aws.url_suffix()}",
    }


def _no_public_access(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    settings = {there: bool(arguments.get(here)) for here, there in _BLOCKS.items()}
    bucket = arguments["bucket"]
    aws.call(address, "s3", "PutPublicAccessBlock", Bucket=bucket, PublicAccessBlockConfiguration=settings)
    return {"id": bucket}


def _object(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    bucket, key, source = arguments["bucket"], arguments["key"], Path(arguments["source"])
    must(source.is_file(), address, f"source {source} is no file")
    body = source.read_bytes()
    answer = aws.call(
        address, "s3", "PutObject", Bucket=bucket, Key=key, Body=body, ContentType=arguments.get("content_type")
    )
    aws.objects[bucket, key] = source
    arn = f"arn:{aws.partition}:s3:::{bucket}/{key}"
    return {"id": f"{bucket}/{key}", "arn": arn, "etag": answer["ETag"].strip('"')}


def _table(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    attributes: list[Mapping[str, str]] = arguments["attribute"]
    keys = {"HASH": arguments["hash_key"], "RANGE": arguments.get("range_key")}
    schema = [{"AttributeName": key, "KeyType": kind} for kind, key in keys.items() if key]
    declared = {one["name"] for one in attributes}
    must(declared == {one["AttributeName"] for one in schema}, address, f"attributes {declared} are not those of keys")
    must(arguments["billing_mode"] == "PAY_PER_REQUEST", address, "it is not on demand")
    answer = aws.call(
        address,
        "dynamodb",
        "CreateTable",
        TableName=name,
        KeySchema=schema,
        AttributeDefinitions=[{"AttributeName": one["name"], "AttributeType": one["type"]} for one in attributes],
        BillingMode=arguments["billing_mode"],
        SSESpecification=_encryption(address, arguments),
        DeletionProtectionEnabled=arguments.get("deletion_protection_enabled"),
    )["TableDescription"]
    aws.tables[name] = answer["TableArn"]
    _keep(aws, address, name, arguments)
    return {"id": name, "arn": answer["TableArn"]}


def _encryption(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "server_side_encryption")
    known(address, given, words("enabled kms_key_arn"))
    if not given:
        return None
    return {"Enabled": given["enabled"], **({"KMSMasterKeyId": key} if (key := given.get("kms_key_arn")) else {})}


def _keep(aws: Aws, address: str, name: str, arguments: Mapping[str, Any]) -> None:
    """What a table forgets by itself, and what can be had back."""
    ttl, recovery = block(address, arguments, "ttl"), block(address, arguments, "point_in_time_recovery")
    known(address, ttl, words("attribute_name enabled"))
    known(address, recovery, words("enabled"))
    if ttl:
        setting = {"AttributeName": ttl["attribute_name"], "Enabled": ttl["enabled"]}
        aws.call(address, "dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=setting)
    if recovery:
        setting = {"PointInTimeRecoveryEnabled": recovery["enabled"]}
        aws.call(
            address,
            "dynamodb",
            "UpdateContinuousBackups",
            TableName=name,
            PointInTimeRecoverySpecification=setting,
        )


def _secret(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, window = arguments["name"], arguments.get("recovery_window_in_days", 30)
    must(window == 0 or 7 <= window <= 30, address, f"a recovery window of {window} days: 0, or 7 to 30")
    answer = aws.call(
        address,
        "secretsmanager",
        "CreateSecret",
        Name=name,
        Description=arguments.get("description"),
        KmsKeyId=arguments.get("kms_key_id"),
    )
    aws.secrets[name] = answer["ARN"]
    return {"id": answer["ARN"], "arn": answer["ARN"]}


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_s3_bucket": Kind(_bucket, words("bucket"), words("force_destroy tags")),
    "aws_s3_bucket_public_access_block": Kind(_no_public_access, words("bucket") | _BLOCKS.keys()),
    "aws_s3_object": Kind(_object, words("bucket key source content_type"), words("source_hash etag tags")),
    "aws_dynamodb_table": Kind(
        _table,
        words(
            "name billing_mode hash_key range_key attribute ttl point_in_time_recovery server_side_encryption"
            " deletion_protection_enabled"
        ),
        words("tags"),
    ),
    "aws_secretsmanager_secret": Kind(
        _secret, words("name description kms_key_id recovery_window_in_days"), words("tags")
    ),
}
