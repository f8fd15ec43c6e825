"""The resource IR to Terraform JSON for AWS: plain data in, plain data out.

May import: `cloudless.compiler` and below, `cloudless_aws.capabilities` and `limits`. Never a cloud SDK.
"""
