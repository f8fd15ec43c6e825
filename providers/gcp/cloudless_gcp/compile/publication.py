"""How code gets into the functions: one upload a build to a bucket of the stage, of which images are made.

    bundle-1a2b3c.zip ──► bucket ──► Cloud Build ──► images     the program, cloudless, the entries, wheels

What lies under a digest's name never changes, and a build that changes nothing uploads nothing. Cloud Build runs as an
account that may read packages, write images and log, and nothing else; of images the last three stay.
https://cloud.google.com/functions/docs/building
https://cloud.google.com/functions/docs/securing/build-custom-sa
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile import need, scope
from cloudless_gcp.compile.account import account, account_of, label_of
from cloudless_gcp.compile.permission import On, member, on_project
from cloudless_gcp.compile.service import BUILD, IMAGES, RUN, STORAGE
from cloudless_gcp.compile.wait import hold

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_gcp.compile.ground import Ground

CODE, REPOSITORY = "code", "images"
_SOURCES = "gcf-v2-sources-"
"""What the bucket is called to which packages are copied; the project's number and the region follow."""
_KEPT = 3
_REPOSITORY_MEMBER = "google_artifact_registry_repository_iam_member"


def publication(ground: Ground) -> None:
    """The bucket, the package of this build in it, and where images go."""
    bucket = _bucket(ground)
    ground.document.resource(
        "google_storage_bucket_object",
        CODE,
        {
            "bucket": bucket["name"],
            "name": "${local.bundle}",
            "source": "${path.module}/${local.bundle}",
            "lifecycle": {"create_before_destroy": True},
            "depends_on": _services(ground),
        },
    )
    _images(ground)
    _builder(ground)


def _bucket(ground: Ground) -> Address:
    return ground.document.resource(
        "google_storage_bucket",
        CODE,
        {
            **ground.of(STORAGE),
            "location": ground.region,
            "name": names.bucket_id(ground.place),
            "uniform_bucket_level_access": True,
            "public_access_prevention": "enforced",
            "force_destroy": True,
        },
        comment="the package of each build",
    )


def _images(ground: Ground) -> None:
    ground.document.resource(
        "google_artifact_registry_repository",
        REPOSITORY,
        {
            **ground.of(IMAGES),
            "location": ground.region,
            "repository_id": names.repository_id(ground.place),
            "format": "DOCKER",
            "cleanup_policies": [
                {"id": "last", "action": "KEEP", "most_recent_versions": {"keep_count": _KEPT}},
                {"id": "older", "action": "DELETE", "condition": {"older_than": "604800s"}},
            ],
        },
        comment="images of functions",
    )


def _builder(ground: Ground) -> None:
    """As whom Cloud Build makes images."""
    made = account(ground, names.BUILD, comment="as whom Cloud Build makes images")
    for word, on, role, why in (
        ("logs", on_project(ground), need.LOGS, "what a build says"),
        ("reads", _on_sources(ground), "roles/storage.objectViewer", "the package"),
        ("writes", _on_repository(ground), "roles/artifactregistry.writer", "images"),
    ):
        label = label_of(names.BUILD, word)
        hold(ground, member(ground, label, on, role=role, who=made["member"], why=(f"ours: {why}",)))


def _on_sources(ground: Ground) -> On:
    """The project, as far as buckets of packages go."""
    sources = f'resource.name.startsWith("projects/_/buckets/{_SOURCES}")'
    project = on_project(ground)
    condition = {"title": "packages of functions", "expression": sources}
    return On(project.type, {**project.where, "condition": condition})


def _on_repository(ground: Ground) -> On:
    repository = ground.document.address("google_artifact_registry_repository", REPOSITORY)["name"]
    where = {"project": ground.project, "location": ground.region, "repository": repository}
    return On(_REPOSITORY_MEMBER, where)


def built(ground: Ground) -> dict[str, Any]:
    """The arguments of a function that say of what it is built, and how."""
    document = ground.document
    code = document.address("google_storage_bucket_object", CODE)
    return {
        "runtime": f"python{ground.stage.python.replace('.', '')}",
        "docker_repository": document.address("google_artifact_registry_repository", REPOSITORY)["id"],
        "service_account": account_of(ground, names.BUILD)["id"],
        "source": {"storage_source": {"bucket": code["bucket"], "object": code["name"]}},
    }


def _services(ground: Ground) -> list[str]:
    """What has to be enabled before anything is built, and so before there is anything to build."""
    for service in (BUILD, RUN):
        ground.of(service)
    return [f"google_project_service.{one}" for one in (BUILD, RUN)]


def published(ground: Ground) -> tuple[str, ...]:
    """What is made when new code begins to run: addresses of all functions and workflows."""
    functions = [str(ground.document.address(scope.FUNCTION, one.name)) for one in ground.units]
    return (*functions, *(str(ground.document.address(scope.WORKFLOW, one.name)) for one in ground.programs.all))
