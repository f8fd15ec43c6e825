"""Buckets, what lies in them, and registries of images, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from tests.bridge import Kind, must, words

_BUCKET = re.compile(r"(?!goog)(?!.*google)[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
"""https://cloud.google.com/storage/docs/buckets#naming, without dots: those are domains."""
_REPOSITORY = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
"""https://cloud.google.com/artifact-registry/docs/repositories/create-repos"""


def _bucket(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "storage")
    name = arguments["name"]
    must(_BUCKET.fullmatch(name), address, f"no name of a bucket: {name!r}")
    must(name not in google.buckets, address, f"bucket {name} is there already")
    must(arguments.get("uniform_bucket_level_access") is True, address, "its objects have policies of their own")
    must(arguments.get("public_access_prevention") == "enforced", address, "it may become public")
    check_labels(address, arguments.get("labels"))
    body = {
        "name": name,
        "location": arguments["location"],
        "iamConfiguration": {
            "uniformBucketLevelAccess": {"enabled": True},
            "publicAccessPrevention": arguments["public_access_prevention"],
        },
    }
    google.call(address, "storage", "buckets.insert", {"project": google.project}, body)
    google.buckets.add(name)
    return {"id": name, "name": name, "url": f"gs://{name}", "project": google.project}


def _object(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    bucket, name, source = arguments["bucket"], arguments["name"], Path(arguments["source"])
    must(bucket in google.buckets, address, f"no bucket {bucket!r}")
    must(source.is_file(), address, f"source {source} is no file")
    google.objects[bucket, name] = source
    return {"id": f"{bucket}-{name}", "name": name, "output_name": name, "bucket": bucket, "generation": 1}


def _repository(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "artifactregistry")
    id = arguments["repository_id"]
    must(_REPOSITORY.fullmatch(id), address, f"no id of a repository: {id!r}")
    must(arguments["format"] == "DOCKER", address, f"format {arguments['format']!r}: images are of Docker's")
    name = f"{google.root}/locations/{arguments['location']}/repositories/{id}"
    google.repositories.add(name)
    return {"id": name, "name": id}


KINDS: Mapping[str, Kind[Google]] = {
    "google_storage_bucket": Kind(
        _bucket,
        words("project name location uniform_bucket_level_access public_access_prevention labels"),
        words("force_destroy lifecycle_rule versioning soft_delete_policy logging"),
    ),
    "google_storage_bucket_object": Kind(_object, words("bucket name source"), words("content_type source_md5hash")),
    "google_artifact_registry_repository": Kind(
        _repository,
        words("project location repository_id format"),
        words("cleanup_policies cleanup_policy_dry_run description labels"),
    ),
}
