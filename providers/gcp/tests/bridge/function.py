"""Cloud Run functions as Terraform makes them.

May import: the standard library, zipfile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from providers.gcp.tests.bridge.google import Google
from providers.gcp.tests.bridge.labels import check as check_labels
from providers.gcp.tests.bridge.made import Function
from tests.bridge import Kind, block, known, must, words

NAME = re.compile(r"[a-z]([-a-z0-9]{0,47}[a-z0-9])?")
"""Fewer than 50 characters, of the service that it is.

https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create
"""
TIMEOUT_S = (1, 3_600)
INSTANCES_MAX, CONCURRENCY_MAX = 1_000, 1_000
ENVIRONMENT_MAX = 32 * 1_024
"""https://cloud.google.com/functions/quotas
https://cloud.google.com/functions/docs/configuring/env-var#size_limits
"""
RUNTIMES = {"python311", "python312", "python313", "python314"}
"""https://cloud.google.com/functions/docs/runtime-support#python"""
_MEMORY = re.compile(r"(\d+)(M|Mi|G|Gi)")
_LEAST_MEMORY = {"M": 128, "Mi": 128, "G": 1, "Gi": 1}
_RESERVED = frozenset({
    "FUNCTION_TARGET", "FUNCTION_SIGNATURE_TYPE", "K_SERVICE", "K_REVISION", "PORT", "K_CONFIGURATION",
    "GOOGLE_CLOUD_PROJECT",
})  # fmt: skip
"""https://cloud.google.com/functions/docs/configuring/env-var#environment_variables_set_automatically"""
_SOURCE = "GOOGLE_FUNCTION_SOURCE"
"""https://cloud.google.com/docs/buildpacks/service-specific-configs#google_function_source"""
BUILDER = (
    ("logging.logEntries.create", "{root}"),
    ("artifactregistry.repositories.uploadArtifacts", "{repository}"),
    ("storage.objects.get", "projects/_/buckets/gcf-v2-sources-{number}-{region}/objects/function-source.zip"),
)
"""What an account that builds needs. https://cloud.google.com/functions/docs/securing/build-custom-sa."""


def _function(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "cloudfunctions", "run", "cloudbuild", "artifactregistry")
    name, location = arguments["name"], arguments["location"]
    must(NAME.fullmatch(name), address, f"no name of a function: {name!r}")
    must(name not in google.functions, address, f"function {name} is there already")
    must(location == google.region, address, f"location {location!r}")
    build, service = block(address, arguments, "build_config"), block(address, arguments, "service_config")
    package = _package(google, address, build)
    _check_source(address, build, package)
    _check_builder(google, address, build)
    _check_service(address, service)
    account = google.account(address, service["service_account_email"])
    must("event_trigger" not in arguments, address, "who tries again would be Eventarc")
    parent = f"{google.root}/locations/{location}"
    body = {
        "description": arguments.get("description"),
        "environment": "GEN_2",
        "labels": check_labels(address, arguments.get("labels")) or None,
        "buildConfig": _build_body(google, build),
        "serviceConfig": {_camel(key): value for key, value in service.items()},
    }
    google.call(
        address, "cloudfunctions", "projects.locations.functions.create", {"parent": parent, "functionId": name}, body
    )
    url = f"https://{location}-{google.project}.cloudfunctions.net/{name}"
    made = google.functions[name] = Function(
        name=name,
        url=url,
        service=f"{parent}/services/{name}",
        entry_point=build["entry_point"],
        runtime=build["runtime"],
        package=package,
        build=build.get("environment_variables") or {},
        environment=service.get("environment_variables") or {},
        secrets={},
        timeout_s=service.get("timeout_seconds", 60),
        memory=service.get("available_memory", "256M"),
        account=account.email,
        min_instances=service.get("min_instance_count") or 0,
        max_instances=service.get("max_instance_count", 100),
        concurrency=service.get("max_instance_request_concurrency", 1),
        ingress=service.get("ingress_settings", "ALLOW_ALL"),
    )
    told = {**service, "service": made.service, "uri": f"https://{name}-abcdefghij-ew.a.run.app"}
    return {"id": f"{parent}/functions/{name}", "name": name, "url": url, "service_config": [told]}


def _package(google: Google, address: str, build: Mapping[str, Any]) -> Path:
    known(address, build, words("runtime entry_point environment_variables service_account docker_repository source"))
    source = block(address, block(address, build, "source"), "storage_source")
    known(address, source, words("bucket object generation"))
    place = (source["bucket"], source["object"])
    must(place in google.objects, address, f"no object {place}")
    return google.objects[place]


def _check_source(address: str, build: Mapping[str, Any], package: Path) -> None:
    """What the buildpack of Python looks at: https://cloud.google.com/docs/buildpacks/python."""
    must(build["runtime"] in RUNTIMES, address, f"runtime {build['runtime']!r}")
    must(re.fullmatch(r"[A-Za-z_]\w*", build["entry_point"]), address, f"entry point {build['entry_point']!r}")
    variables: Mapping[str, str] = build.get("environment_variables") or {}
    main = variables.get(_SOURCE, "main.py")
    with ZipFile(package) as content:
        names = content.namelist()
        must(main in names, address, f"no {main} in {package.name}")
        must("requirements.txt" in names, address, f"no requirements.txt in {package.name}")
        wanted = content.read("requirements.txt").decode()
    must("functions-framework" in wanted, address, "the function server is in no requirements.txt")


def _check_builder(google: Google, address: str, build: Mapping[str, Any]) -> None:
    """Without one of its own, Cloud Build has an account that depends on the organisation."""
    must("service_account" in build, address, "as whom it is built, nobody says")
    account = google.account(address, build["service_account"])
    must(build.get("docker_repository") in google.repositories, address, f"no {build.get('docker_repository')!r}")
    place = {"root": google.root, "repository": build["docker_repository"], "number": google.number}
    for permission, where in BUILDER:
        resource = where.format(**place, region=google.region)
        must(google.iam.allows(account.member, permission, resource), address, f"{account.email} may not {permission}")


def _check_service(address: str, service: Mapping[str, Any]) -> None:
    known(
        address,
        service,
        words(
            "available_memory available_cpu timeout_seconds min_instance_count max_instance_count"
            " max_instance_request_concurrency ingress_settings all_traffic_on_latest_revision service_account_email"
            " environment_variables"
        ),
    )
    timeout_s = service.get("timeout_seconds", 60)
    must(TIMEOUT_S[0] <= timeout_s <= TIMEOUT_S[1], address, f"a time-out of {timeout_s} s")
    memory = _MEMORY.fullmatch(service.get("available_memory", "256M"))
    must(memory and int(memory[1]) >= _LEAST_MEMORY[memory[2]], address, f"memory {service.get('available_memory')!r}")
    least, most = service.get("min_instance_count") or 0, service.get("max_instance_count", 100)
    must(0 <= least <= most <= INSTANCES_MAX, address, f"{least} to {most} instances")
    concurrency = service.get("max_instance_request_concurrency", 1)
    must(1 <= concurrency <= CONCURRENCY_MAX, address, f"{concurrency} requests at a time")
    variables: Mapping[str, str] = service.get("environment_variables") or {}
    if concurrency > 1:  # https://cloud.google.com/functions/docs/configuring/concurrency
        must(float(service.get("available_cpu", 0)) >= 1, address, "more than one request at a time needs a CPU")
        must(variables.get("THREADS") == str(concurrency), address, f"{concurrency} requests at a time need threads")
    must(service.get("all_traffic_on_latest_revision", True) is True, address, "traffic goes to old code")
    _check_environment(address, variables)


def _check_environment(address: str, variables: Mapping[str, Any]) -> None:
    taken = variables.keys() & _RESERVED
    must(not taken, address, f"Cloud Run's own variables: {sorted(taken)}")
    size = 0
    for name, value in variables.items():
        must(isinstance(value, str), address, f"variable {name} is {value!r}, and no text")
        must(re.fullmatch(r"(?!X_GOOGLE_)[A-Za-z_]\w*", name), address, f"no name of a variable: {name!r}")
        size += len(f"{name}{value}".encode())
    must(size <= ENVIRONMENT_MAX, address, f"variables of {size} bytes: {ENVIRONMENT_MAX} at most")


def _build_body(google: Google, build: Mapping[str, Any]) -> dict[str, Any]:
    source: Any = block("", block("", build, "source"), "storage_source")
    email = str(build["service_account"]).rpartition("/")[2]
    return {
        "runtime": build["runtime"],
        "entryPoint": build["entry_point"],
        "environmentVariables": build.get("environment_variables"),
        "dockerRepository": build["docker_repository"],
        "serviceAccount": f"{google.root}/serviceAccounts/{email}",
        "source": {"storageSource": {"bucket": source["bucket"], "object": source["object"]}},
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


KINDS: Mapping[str, Kind[Google]] = {
    "google_cloudfunctions2_function": Kind(
        _function, words("project location name description build_config service_config event_trigger labels")
    ),
}
