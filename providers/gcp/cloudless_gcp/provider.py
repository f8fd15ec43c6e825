"""What Google Cloud is to cloudless. Importing it loads no table, no driver and no SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged
from cloudless.driver.setting import Setting

REGION = Setting("region", "where it runs", "europe-west1", form=r"[a-z]+-[a-z]+[0-9]+")
"""https://docs.cloud.google.com/compute/docs/regions-zones"""

PROJECT = Setting(
    "project",
    "the id of the project",
    "my-project-123",
    form=r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
    note="its id, neither its name nor its number",
)
"""Those of the domains of before, "example.com:shop", have other URLs and other accounts.

https://cloud.google.com/resource-manager/docs/creating-managing-projects#before_you_begin
"""

PROVIDER = Packaged(
    "cloudless_gcp",
    name="gcp",
    title="Google Cloud",
    cloud="GoogleCloud",
    settings=(PROJECT, REGION),
)
