"""What the host makes of the texts of exceptions before anybody sees them.

After Sanitizer of https://github.com/Azure/azure-functions-host: whatever looks like a credential is replaced, up to
the next double quote, single quote or opening angle, also where the text is JSON that somebody wants to read.
"""

from __future__ import annotations

import re

HIDDEN = "[Hidden Credential]"
_TOKENS = (
    "Token=", "DefaultEndpointsProtocol=http", "AccountKey=", "Data Source=", "Server=", "Password=", "pwd=",
    "&amp;sig=", "&sig=", "?sig=", "SharedAccessKey=", "&amp;code=", "&code=", "?code=", "key=",
)  # fmt: skip
_CREDENTIAL = re.compile(rf"(?<!PublicKey)(?:{'|'.join(map(re.escape, _TOKENS))})[^<\"']*", re.IGNORECASE)
_ADDRESS = re.compile(r"\b[a-zA-Z]+://[^:/\s]+:[^@/\s]+@[^:/\s]+:[0-9]+\b")


def sanitized(text: str) -> str:
    """The text without what looks like a credential."""
    return _ADDRESS.sub(HIDDEN, _CREDENTIAL.sub(HIDDEN, text))
