"""The drivers for AWS: the only files that import its SDK, each on first use.

May import: `cloudless.driver` and below, the SDK inside functions.
"""
