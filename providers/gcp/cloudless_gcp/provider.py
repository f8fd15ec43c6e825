"""What Google Cloud is to cloudless. Importing it loads no table, no driver and no SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged

PROVIDER = Packaged(
    "cloudless_gcp",
    name="gcp",
    title="Google Cloud",
    cloud="GoogleCloud",
    asks={"project": "my-project-id", "region": "europe-west1"},
)
