"""Document: Terraform JSON, built piece by piece by the compiler of any provider.

    document = Document("acme", providers={"acme": {"source": "acme/acme", "version": "5.4.0"}}, backend=stage.backend)
    vault = document.resource("acme_vault", "vault", {"name": "shop"})
    document.resource("acme_secret", "stripe-key", {"vault_id": vault["id"]}, comment="read at shop/app.py:12")
    document.output("http_url", vault["url"])
    files = document.files()            # {"main.tf.json": …}; DefinitionError with every native= that does not fit

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cloudless.compiler.names import escaped
from cloudless.compiler.native import Owner
from cloudless.compiler.pretty import pretty
from cloudless.errors import DefinitionError, InternalError
from cloudless.ir import Diagnostic, Span

MAIN = "main.tf.json"
_ORDER = ("//", "terraform", "provider", "variable", "locals", "data", "resource", "output")
_HEADER = "Written by `cloudless build`, which writes it anew: put what is yours into infra/{}/*.tf, copied beside it."


class Address:
    """A resource or data source of the document. type: "acme_vault". name: as in Terraform.

    address["id"] is the reference `${acme_vault.vault.id}`; str(address), without attribute, is what depends_on takes.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def __getitem__(self, attribute: str) -> str:
        return f"${{{self._path}.{attribute}}}"

    def __str__(self) -> str:
        return self._path

    def expression(self, attribute: str) -> str:
        """The reference as a part of a larger expression: acme_vault.vault.id."""
        return f"{self._path}.{attribute}"


class Document:
    """provider: name of ours, e.g. "azure": picks what `native=` gives it, and the folder of the user's own files.

    terraform: the versions that can read it. providers: Terraform's, by local name, with source and exact version.
    backend: of the stage, e.g. {"s3": {…}}; {} leaves the state in the folder.

    What is the same makes the same text, whatever the order in which it was added; arguments stay in theirs.
    """

    def __init__(
        self,
        provider: str,
        *,
        providers: Mapping[str, Mapping[str, str]],
        terraform: str = ">= 1.9.0",
        backend: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.provider = provider
        self._terraform: dict[str, Any] = {"required_version": terraform, "required_providers": dict(providers)}
        if backend:
            self._terraform["backend"] = dict(backend)
        self._configured: dict[str, list[Mapping[str, Any]]] = {}
        self._blocks: dict[str, dict[str, dict[str, Any]]] = {"data": {}, "resource": {}}
        self._named: dict[str, dict[str, Any]] = {"variable": {}, "locals": {}, "output": {}}
        self._owners: list[Owner] = []

    def configure(self, provider: str, arguments: Mapping[str, Any]) -> None:
        """Add a `provider` block; one with `alias` beside another is no conflict."""
        self._configured.setdefault(provider, []).append(arguments)

    def variable(self, name: str, type: str, **arguments: Any) -> str:
        """Add a variable, and return the reference to it. arguments: default, description, sensitive, nullable."""
        self._name("variable", name, {"type": type, **arguments})
        return f"${{var.{name}}}"

    def local(self, name: str, value: Any) -> str:
        """Add a local value, and return the reference to it."""
        self._name("locals", name, value)
        return f"${{local.{name}}}"

    def output(self, name: str, value: Any, **arguments: Any) -> None:
        """Add an output. arguments: description, sensitive."""
        self._name("output", name, {"value": value, **arguments})

    def data(self, type: str, name: str, arguments: Mapping[str, Any], *, comment: str = "") -> Address:
        """Add a data source. name: a logical one, which becomes an identifier."""
        return Address(f"data.{self._block('data', type, name, _commented(arguments, comment))}")

    def resource(
        self,
        type: str,
        name: str,
        arguments: Mapping[str, Any],
        *,
        owner: Owner | None = None,
        free: Iterable[str] = (),
        comment: str = "",
    ) -> Address:
        """Add a resource. name: a logical one, unique for the type, which becomes an identifier and never changes.

        owner: the handle whose `native=` goes into it. free: dotted paths of arguments that it may replace, e.g.
        ("sku", "site_config.http2_enabled"); another value for any other argument of ours is a problem.
        comment: why it is there, for people; e.g. where the code is that it was granted for.
        """
        own = _commented(arguments, comment)
        merged = own if owner is None else owner.merged(type, own, free)
        return Address(self._block("resource", type, name, merged))

    def address(self, type: str, name: str) -> Address:
        """A resource that is added elsewhere, perhaps later."""
        return Address(f"{type}.{_identifier(name)}")

    def owner(self, title: str, native: Mapping[str, Mapping[str, Mapping[str, Any]]], span: Span) -> Owner | None:
        """A handle with `native=` for this provider, None where there is none. title: of messages, "queue 'orders'"."""
        mine = native.get(self.provider)
        if not mine:
            return None
        owner = Owner(title, mine, span)
        self._owners.append(owner)
        return owner

    @property
    def problems(self) -> list[Diagnostic]:
        """What does not fit of all `native=`."""
        return [problem for owner in self._owners for problem in owner.problems]

    def content(self) -> dict[str, Any]:
        """The document as plain data, blocks in the order in which people read them, types and names in order."""
        content: dict[str, Any] = {"//": _HEADER.format(self.provider), "terraform": self._terraform}
        content["provider"] = {
            name: blocks[0] if len(blocks) == 1 else blocks for name, blocks in sorted(self._configured.items())
        }
        content |= {block: dict(sorted(named.items())) for block, named in self._named.items()}
        for block, types in self._blocks.items():
            content[block] = {type: dict(sorted(named.items())) for type, named in sorted(types.items())}
        return {block: content[block] for block in _ORDER if content[block]}

    def check(self) -> None:
        """Raise DefinitionError with every problem, where there is one."""
        if self.problems:
            raise DefinitionError(self.problems)

    def files(self, name: str = MAIN) -> dict[str, bytes]:
        """The document as the file `name`; raises as `check`."""
        self.check()
        return {name: pretty(self.content())}

    def _block(self, block: str, type: str, name: str, arguments: dict[str, Any]) -> str:
        named = self._blocks[block].setdefault(type, {})
        identifier = _identifier(name)
        if identifier in named:
            raise InternalError(f"two {block} blocks {type}.{identifier}: names are unique for a type")
        named[identifier] = arguments
        return f"{type}.{identifier}"

    def _name(self, block: str, name: str, value: Any) -> None:
        if name in self._named[block]:
            raise InternalError(f"two entries of {block} are {name!r}")
        self._named[block][name] = value


@cache
def _identifier(name: str) -> str:
    """A name as Terraform's; most are asked for several times."""
    return escaped(name)


def literal(text: str) -> str:
    """Text that Terraform takes as it is: `${` and `%{` begin no template."""
    return text.replace("${", "$${").replace("%{", "%%{")


def places(spans: Iterable[Span], most: int = 3) -> str:
    """Where code stands, for comments: "shop/app.py:12, shop/mail.py:3 and 4 more"."""
    known = list(dict.fromkeys(f"{span.file}:{span.line}" for span in spans))
    text = ", ".join(known[:most])
    return f"{text} and {len(known) - most} more" if len(known) > most else text


def _commented(arguments: Mapping[str, Any], comment: str) -> dict[str, Any]:
    return {"//": comment, **arguments} if comment else dict(arguments)
