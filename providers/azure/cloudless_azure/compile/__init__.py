"""The resource IR to Terraform JSON for Azure: plain data in, plain data out.

May import: `cloudless.compiler` and below, `cloudless_azure.capabilities` and `limits`. Never a cloud SDK.
"""
