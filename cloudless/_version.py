"""The one version of all four distributions; their build configurations read this file."""

__version__ = "0.1.0"
