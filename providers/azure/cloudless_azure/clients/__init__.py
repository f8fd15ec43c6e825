"""The drivers for Azure: the only files that import its SDK, each on first use.

May import: `cloudless.driver` and below, the SDK inside functions.
"""
