"""Reads the SDK's descriptions of services before anything is forked: they take most of the time of making a client."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

SERVICES = ("sqs", "sns", "dynamodb", "lambda", "scheduler", "secretsmanager", "stepfunctions", "sts")


def warm() -> None:
    """Keep what the SDK's loaders read, and let it read all that functions may ask for."""
    loader: Any = import_module("botocore.loaders").JSONFileLoader
    loader.load_file = _kept(loader.load_file)
    session = import_module("boto3.session").Session("warm", "warm", region_name="us-east-1")
    for service in SERVICES:
        session.client(service, endpoint_url="http://127.0.0.1:1").close()


def _kept(load: Any) -> Any:
    @cache
    def found(path: str) -> Any:
        return load(import_module("botocore.loaders").JSONFileLoader(), path)

    def kept(loader: object, path: str) -> Any:
        return found(path)

    return kept


warm()
