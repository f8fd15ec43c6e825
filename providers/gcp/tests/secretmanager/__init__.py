"""A strict model of Secret Manager: secrets, their versions, and their values.

https://cloud.google.com/secret-manager/docs/reference/rest. May import: the standard library.
"""

from providers.gcp.tests.secretmanager.secrets import Secrets, crc32c

__all__ = ["Secrets", "crc32c"]
