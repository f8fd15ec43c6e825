"""Lambda functions as Terraform makes them: layers, versions, aliases, event sources, who may call them, and logs.

May import: the standard library, zipfile.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.made import Function, Queue, Source
from providers.aws.tests.bridge.policy import VERSION, Policy, Request, Role
from tests.bridge import Kind, block, known, must, words

LAMBDA = "lambda.amazonaws.com"
POLL = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""What the role of a function needs for the event source to read for it.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""
ENVIRONMENT_MAX = 4_096
TIMEOUT_MAX_S, MEMORY_MB = 900, (128, 10_240)
BATCH_MAX, BATCH_WITHOUT_WINDOW_MAX, FIFO_BATCH_MAX = 10_000, 10, 10
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""
_RESERVED = frozenset({
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
})  # fmt: skip
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""
_VISIBILITY_S = 30
"""What a queue has without being told."""


def _log_group(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, days = arguments["name"], arguments.get("retention_in_days")
    aws.call(
        address,
        "logs",
        "CreateLogGroup",
        logGroupName=name,
        kmsKeyId=arguments.get("kms_key_id"),
        logGroupClass=arguments.get("log_group_class"),
    )
    if days:
        aws.call(address, "logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)
    aws.log_groups[name] = days or 0
    return {"id": name, "arn": aws.arn("logs", f"log-group:{name}")}


def _layer(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    package = _package(aws, address, arguments)
    with ZipFile(package) as content:
        strange = [name for name in content.namelist() if not name.startswith("python/")]
    must(not strange, address, f"a layer of Python lies below python/: {strange[:3]}")
    answer = aws.call(
        address,
        "lambda",
        "PublishLayerVersion",
        LayerName=arguments["layer_name"],
        Description=arguments.get("description"),
        Content={"S3Bucket": arguments["s3_bucket"], "S3Key": arguments["s3_key"]},
        CompatibleRuntimes=arguments.get("compatible_runtimes"),
        CompatibleArchitectures=arguments.get("compatible_architectures"),
    )
    arn = answer["LayerVersionArn"]
    aws.layers[arn] = package
    return {"id": arn, "arn": arn, "layer_arn": answer["LayerArn"], "version": str(answer["Version"])}


def _package(aws: Aws, address: str, arguments: Mapping[str, Any]) -> Path:
    """The zip in the bucket, whose digest has to be what the document says."""
    place = (arguments["s3_bucket"], arguments["s3_key"])
    must(place in aws.objects, address, f"no object {place}")
    package = aws.objects[place]
    digest = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    told = arguments.get("source_code_hash", digest)
    must(told == digest, address, f"source_code_hash {told} is not that of {package.name}: {digest}")
    return package


def _function(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, role = arguments["function_name"], arguments["role"]
    must(name not in aws.functions, address, f"function {name} is there already")
    must(aws.access.assume(role, LAMBDA).allowed, address, f"Lambda cannot take {role}")
    must(arguments.get("publish") is True, address, "no version is published of it")
    timeout_s, memory_mb = arguments.get("timeout", 3), arguments.get("memory_size", 128)
    must(1 <= timeout_s <= TIMEOUT_MAX_S, address, f"a time-out of {timeout_s} s")
    must(MEMORY_MB[0] <= memory_mb <= MEMORY_MB[1], address, f"{memory_mb} MB of memory")
    package = _package(aws, address, arguments)
    _check_handler(address, arguments["handler"], package)
    layers: list[str] = arguments.get("layers") or []
    environment = _environment(address, arguments)
    logging = block(address, arguments, "logging_config")
    answer = aws.call(
        address,
        "lambda",
        "CreateFunction",
        FunctionName=name,
        Description=arguments.get("description"),
        Role=role,
        Runtime=arguments["runtime"],
        Handler=arguments["handler"],
        Architectures=arguments.get("architectures"),
        Code={"S3Bucket": arguments["s3_bucket"], "S3Key": arguments["s3_key"]},
        Timeout=timeout_s,
        MemorySize=memory_mb,
        EphemeralStorage=_storage(address, arguments),
        Layers=layers or None,
        Environment={"Variables": environment} if environment else None,
        TracingConfig=_tracing(address, arguments),
        LoggingConfig=_logging(aws, address, logging),
        Publish=True,
    )
    arn = aws.arn("lambda", f"function:{name}")
    function = aws.functions[name] = Function(
        name=name,
        arn=arn,
        version=answer["Version"],
        handler=arguments["handler"],
        runtime=arguments["runtime"],
        timeout_s=timeout_s,
        memory_mb=memory_mb,
        role=role,
        package=package,
        layers=[aws.layers[layer] for layer in layers],
        environment=environment,
        log_group=logging.get("log_group", f"/aws/lambda/{name}"),
        reserved=arguments.get("reserved_concurrent_executions"),
    )
    if function.reserved is not None:
        reserved = function.reserved
        aws.call(address, "lambda", "PutFunctionConcurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)
    return {"id": name, "arn": arn, "version": function.version, **_qualified(aws, arn, function.version)}


def _qualified(aws: Aws, arn: str, version: str) -> dict[str, Any]:
    exact = f"{arn}:{version}"
    return {
        "qualified_arn": exact,
        "invoke_arn": _invoke_arn(aws, arn),
        "qualified_invoke_arn": _invoke_arn(aws, exact),
    }


def _invoke_arn(aws: Aws, arn: str) -> str:
    """What API Gateway calls a function by.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
    """
    return f"arn:{aws.partition}:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}/invocations"


def invoked_by(uri: str) -> str:
    """The ARN of the function that an integration's URI is of; "" for another one."""
    _, found, rest = uri.partition(":lambda:path/2015-03-31/functions/")
    return rest.removesuffix("/invocations") if found and rest.endswith("/invocations") else ""


def _check_handler(address: str, handler: str, package: Path) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html."""
    module, _, name = handler.rpartition(".")
    file = f"{module.replace('.', '/')}.py"
    with ZipFile(package) as content:
        must(name and file in content.namelist(), address, f"handler {handler}: no {file} in {package.name}")


def _environment(address: str, arguments: Mapping[str, Any]) -> Mapping[str, str]:
    given = block(address, arguments, "environment")
    known(address, given, words("variables"))
    variables: Mapping[str, Any] = given.get("variables", {})
    for name, value in variables.items():
        must(isinstance(value, str), address, f"variable {name} is {value!r}, and no text")
    must(not variables.keys() & _RESERVED, address, f"Lambda's own variables: {sorted(variables.keys() & _RESERVED)}")
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    must(size <= ENVIRONMENT_MAX, address, f"variables of {size} bytes: {ENVIRONMENT_MAX} at most")
    return variables


def _storage(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "ephemeral_storage")
    known(address, given, words("size"))
    return {"Size": given["size"]} if given else None


def _tracing(address: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    given = block(address, arguments, "tracing_config")
    known(address, given, words("mode"))
    return {"Mode": given["mode"]} if given else None


def _logging(aws: Aws, address: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html."""
    known(address, given, words("log_format log_group application_log_level system_log_level"))
    if not given:
        return None
    group = given.get("log_group")
    must(group is None or group in aws.log_groups, address, f"no log group {group!r}")
    levels = {given.get("application_log_level"), given.get("system_log_level")} - {None}
    must(given["log_format"] == "JSON" or not levels, address, "levels are for JSON only")
    there = {
        "LogFormat": given["log_format"],
        "LogGroup": group,
        "ApplicationLogLevel": given.get("application_log_level"),
        "SystemLogLevel": given.get("system_log_level"),
    }
    return {name: value for name, value in there.items() if value is not None}


def _alias(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    function = _named(aws, address, arguments)
    name, version = arguments["name"], arguments["function_version"]
    must(version == function.version, address, f"function {function.name} has no version {version!r}")
    aws.call(
        address,
        "lambda",
        "CreateAlias",
        FunctionName=function.name,
        Name=name,
        FunctionVersion=version,
        Description=arguments.get("description"),
    )
    function.aliases[name] = version
    arn = f"{function.arn}:{name}"
    return {"id": arn, "arn": arn, "invoke_arn": _invoke_arn(aws, arn)}


def _named(aws: Aws, address: str, arguments: Mapping[str, Any]) -> Function:
    """The function of an argument, which may be a name or an ARN."""
    name: str = arguments["function_name"]
    if name.startswith("arn:"):
        return aws.function_at(address, name)
    must(name in aws.functions, address, f"no function {name!r}")
    return aws.functions[name]


def _qualifier(address: str, function: Function, arguments: Mapping[str, Any]) -> str:
    qualifier: str = arguments.get("qualifier") or ""
    must(not qualifier or qualifier in function.aliases, address, f"{function.name} has no alias {qualifier!r}")
    return qualifier


def _permission(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A statement of the policy of a function, or of one of its aliases.

    https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html
    """
    function = _named(aws, address, arguments)
    qualifier = _qualifier(address, function, arguments)
    id = arguments.get("statement_id") or address.replace(".", "-").replace("[", "-").replace("]", "").replace("'", "")
    aws.call(
        address,
        "lambda",
        "AddPermission",
        FunctionName=function.name,
        Qualifier=qualifier or None,
        StatementId=id,
        Action=arguments["action"],
        Principal=arguments["principal"],
        SourceArn=arguments.get("source_arn"),
        SourceAccount=arguments.get("source_account"),
    )
    resource = f"{function.arn}:{qualifier}" if qualifier else function.arn
    aws.access.attach(resource, _statement(resource, id, arguments), id)
    return {"id": id, "statement_id": id}


def _statement(resource: str, id: str, arguments: Mapping[str, Any]) -> Policy:
    principal: str = arguments["principal"]
    kind = "Service" if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"
    keys = {"ArnLike": ("aws:SourceArn", "source_arn"), "StringEquals": ("aws:SourceAccount", "source_account")}
    conditions = {
        operator: {key: arguments[name]} for operator, (key, name) in keys.items() if arguments.get(name) is not None
    }
    one = {
        "Sid": id,
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": arguments["action"],
        "Resource": resource,
        "Condition": conditions,
    }
    return Policy.read({"Version": VERSION, "Statement": [one]})


def _source(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    queue = aws.queue_at(address, arguments["event_source_arn"])
    function = _named(aws, address, arguments)
    size, window = arguments.get("batch_size", 10), arguments.get("maximum_batching_window_in_seconds", 0)
    _check_batches(address, queue, size, window)
    _check_source(aws, address, queue, function)
    concurrency = _concurrency(address, arguments)
    types: list[str] = arguments.get("function_response_types", [])
    answer = aws.call(
        address,
        "lambda",
        "CreateEventSourceMapping",
        EventSourceArn=queue.arn,
        FunctionName=arguments["function_name"],
        BatchSize=size,
        MaximumBatchingWindowInSeconds=window or None,
        FunctionResponseTypes=types or None,
        ScalingConfig={"MaximumConcurrency": concurrency} if concurrency else None,
        Enabled=True,
    )
    target, partial = arguments["function_name"], "ReportBatchItemFailures" in types
    aws.sources.append(Source(answer["UUID"], queue.arn, target, size, window, concurrency, partial))
    return {"id": answer["UUID"], "uuid": answer["UUID"], "function_arn": answer["FunctionArn"]}


def _concurrency(address: str, arguments: Mapping[str, Any]) -> int | None:
    given = block(address, arguments, "scaling_config")
    known(address, given, words("maximum_concurrency"))
    return given.get("maximum_concurrency")


def _check_batches(address: str, queue: Queue, size: int, window_s: int) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html."""
    must(1 <= size <= (FIFO_BATCH_MAX if queue.is_fifo else BATCH_MAX), address, f"batches of {size}")
    must(size <= BATCH_WITHOUT_WINDOW_MAX or window_s >= 1, address, f"batches of {size} need a window")
    must(not queue.is_fifo or not window_s, address, "a window, and a FIFO queue")


def _check_source(aws: Aws, address: str, queue: Queue, function: Function) -> None:
    """Lambda refuses a queue that hides messages for less than a call lasts, and a role that may not read it."""
    hidden_s = int(queue.attributes.get("VisibilityTimeout", _VISIBILITY_S))
    must(
        hidden_s >= function.timeout_s, address, f"{queue.name} hides for {hidden_s} s, calls last {function.timeout_s}"
    )
    for action in POLL:
        decision = aws.access.decide(Request(action, queue.arn, Role(function.role)))
        must(decision.allowed, address, f"{function.role} lacks {action} on {queue.name}: {decision.reason}")


def _provisioned(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    function = _named(aws, address, arguments)
    qualifier, count = _qualifier(address, function, arguments), arguments["provisioned_concurrent_executions"]
    must(qualifier, address, "it is for a version or an alias")
    aws.call(
        address,
        "lambda",
        "PutProvisionedConcurrencyConfig",
        FunctionName=function.name,
        Qualifier=qualifier,
        ProvisionedConcurrentExecutions=count,
    )
    function.provisioned[qualifier] = count
    return {"id": f"{function.name},{qualifier}"}


def _recursion(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    function, loop = _named(aws, address, arguments), arguments["recursive_loop"]
    aws.call(address, "lambda", "PutFunctionRecursionConfig", FunctionName=function.name, RecursiveLoop=loop)
    function.recursive = loop == "Allow"
    return {"id": function.name}


_CODE = words("s3_bucket s3_key source_code_hash")

KINDS: Mapping[str, Kind[Aws]] = {
    "aws_cloudwatch_log_group": Kind(
        _log_group, words("name retention_in_days kms_key_id log_group_class"), words("tags skip_destroy")
    ),
    "aws_lambda_layer_version": Kind(
        _layer,
        _CODE | words("layer_name description compatible_runtimes compatible_architectures"),
        words("skip_destroy license_info"),
    ),
    "aws_lambda_function": Kind(
        _function,
        _CODE
        | words(
            "function_name description role runtime handler architectures timeout memory_size ephemeral_storage layers"
            " environment tracing_config logging_config publish reserved_concurrent_executions"
        ),
        words("tags package_type"),
    ),
    "aws_lambda_alias": Kind(_alias, words("name function_name function_version description")),
    "aws_lambda_permission": Kind(
        _permission, words("statement_id action function_name qualifier principal source_arn source_account")
    ),
    "aws_lambda_event_source_mapping": Kind(
        _source,
        words(
            "event_source_arn function_name batch_size maximum_batching_window_in_seconds function_response_types"
            " scaling_config"
        ),
        words("tags"),
    ),
    "aws_lambda_provisioned_concurrency_config": Kind(
        _provisioned, words("function_name qualifier provisioned_concurrent_executions")
    ),
    "aws_lambda_function_recursion_config": Kind(_recursion, words("function_name recursive_loop")),
}
