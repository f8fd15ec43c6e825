"""What AWS is to cloudless. Importing it loads neither its tables, nor its drivers, nor an SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged

PROVIDER = Packaged(
    "cloudless_aws",
    name="aws",
    title="Amazon Web Services",
    cloud="AwsCloud",
    asks={"region": "eu-central-1"},
)
