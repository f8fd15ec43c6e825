"""The resource IR to Terraform JSON for Google Cloud: plain data in, plain data out.

May import: `cloudless.compiler` and below, `cloudless_gcp.capabilities` and `limits`. Never a cloud SDK.
"""
