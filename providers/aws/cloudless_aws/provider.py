"""What AWS is to cloudless. Importing it loads neither its tables, nor its drivers, nor an SDK. In no bundle."""

from __future__ import annotations

from cloudless.driver.packaged import Packaged
from cloudless.driver.setting import Setting

REGION = Setting("region", "where it runs", "eu-central-1", form=r"[a-z]+(-[a-z]+)+-[0-9]+")
"""https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"""

PROVIDER = Packaged(
    "cloudless_aws",
    name="aws",
    title="Amazon Web Services",
    cloud="AwsCloud",
    settings=(REGION,),
)
