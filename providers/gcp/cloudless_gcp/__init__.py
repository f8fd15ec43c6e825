"""The provider of cloudless for Google Cloud. Importing it loads neither its tables, nor its drivers, nor an SDK."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged

PROVIDER = Packaged(
    "cloudless_gcp",
    name="gcp",
    title="Google Cloud",
    cloud="GoogleCloud",
    asks={"project": "my-project-id", "region": "europe-west1"},
)
