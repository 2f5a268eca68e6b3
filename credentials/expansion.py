"""JSON-LD expansion (JSON-LD 1.1 API §5.1) by pyld, strict and within limits.

pyld processes the same contexts anew for every node and every document. Where a document names
published contexts only, each is processed once for each place that it can stand in, and kept:
that makes a new shape four times as fast. A document that brings definitions of its own is
expanded by pyld as it is, and may not be large.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from credentials.errors import CanonicalWorkLimit, ContextInvalid, UndefinedTerm
from credentials.json_types import JsonObject
from schemas.errors import TouchstoneError

MAX_CONTEXTS = 250
"""Contexts that a document can make necessary, each counted where it means something else.

Three milliseconds each; a badge needs a dozen, a transcript twice as many.
"""
MAX_VALUES = 50_000
"""Members and items of a document that is expanded: 25 to 30 microseconds each."""
MAX_COST_OF_OWN_DEFINITIONS = 10_000
"""In tenths of a millisecond, for documents that bring definitions, see :func:`_check_cost`."""
MAX_KEPT_CONTEXTS = 500
"""Processed contexts that are kept, of some 20 kB each."""

Load = Callable[[str], Mapping[str, Any]]
"""The context document of a URL, always the same object; raises TouchstoneError."""
_Key = tuple[int, object, bool, bool, bool]


def expand(document: JsonObject, load: Load) -> list[Any]:
    """A document in expanded form, nothing dropped. What pyld crashes on is the sender's error.

    Raises:
        TouchstoneError: what ``load`` raises.
        UndefinedTerm: a member that no context defines.
        ContextInvalid: JSON-LD 1.1 cannot be applied.
        CanonicalWorkLimit: contexts that cost too much.
    """
    processor = _Processor(load) if _names_contexts_only(document) else _plain_processor()
    return run(processor, document, load)


def expand_plainly(document: JsonObject, load: Load) -> list[Any]:
    """The same by pyld as it is and without limits: what :func:`expand` is held to."""
    return run(_plain_processor(), document, load)


def run(processor: jsonld.JsonLdProcessor, document: JsonObject, load: Load) -> list[Any]:
    """Expand with a processor, with our own errors in place of pyld's."""
    options = {"base": None, "documentLoader": _loader(load), "rdfDirection": "i18n-datatype"}
    if isinstance(processor, _Processor):
        # One of its own: pyld's is shared, and knows contexts by what others called them.
        options["contextResolver"] = ContextResolver({}, options["documentLoader"])
    try:
        expanded: list[Any] = processor.expand(document, options)
    except (TouchstoneError, UnicodeEncodeError):
        raise
    except Exception as error:
        raise _own_error(error) from error
    return expanded


def _plain_processor() -> jsonld.JsonLdProcessor:
    return jsonld.JsonLdProcessor(on_property_dropped=_refuse_dropped)


class _Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """Remembers processed contexts, for documents that name published contexts only.

    There, an active context is made of published ones alone: it never changes, and so the result
    of processing one on top of another is always the same.
    """

    _kept: dict[_Key, tuple[Any, Any, Any]] = {}  # noqa: RUF012 - shared on purpose
    """What was made of an active and a local context, and both, so that their ids stay theirs."""

    def __init__(self, load: Load) -> None:
        super().__init__(on_property_dropped=_refuse_dropped)
        self._load = load
        self._needed: set[_Key] = set()
        self._contexts_left = MAX_CONTEXTS
        # Held, so that their ids stay theirs as long as this document is expanded.
        self._held: list[Any] = []
        self._iris: dict[int, dict[tuple[str, object, bool], Any]] = {}

    def _process_context(  # noqa: PLR0917 - pyld's signature
        self,
        active_ctx: Any,
        local_ctx: Any,
        options: Any,
        override_protected: bool = False,
        propagate: bool = True,
        validate_scoped: bool = True,
        cycles: Any = None,
    ) -> Any:
        flags = (override_protected, propagate, validate_scoped)
        if cycles is not None:
            return super()._process_context(active_ctx, local_ctx, options, *flags, cycles)
        name = self._name(local_ctx)
        if name is None:
            self._spend(local_ctx)
            return super()._process_context(active_ctx, local_ctx, options, *flags)
        key = (id(active_ctx), name, *flags)
        if key not in self._needed:
            self._needed.add(key)
            self._spend(local_ctx)
        known = self._kept.pop(key, None)
        if known is None:
            made = super()._process_context(active_ctx, local_ctx, options, *flags)
            known = made, active_ctx, local_ctx
        self._kept[key] = known
        while len(self._kept) > MAX_KEPT_CONTEXTS:
            self._kept.pop(next(iter(self._kept)), None)
        self._held.append(known)
        self._iris.setdefault(id(known[0]), {})
        return known[0]

    def _name(self, local_ctx: Any) -> object:
        """URLs by the documents they stand for, definitions within those by themselves.

        None if a URL is not known as it is spelt: what it means is for pyld to say.
        """
        try:
            if isinstance(local_ctx, str):
                return id(self._load(local_ctx))
            if isinstance(local_ctx, list) and all(isinstance(item, str) for item in local_ctx):
                return tuple(id(self._load(url)) for url in local_ctx)
        except TouchstoneError:
            return None
        return id(local_ctx)

    def _spend(self, local_ctx: Any) -> None:
        self._contexts_left -= len(local_ctx) if isinstance(local_ctx, list) else 1
        if self._contexts_left < 0:
            raise CanonicalWorkLimit(
                f"The document makes more than {MAX_CONTEXTS} contexts necessary.",
                "Name each context once, in the same order everywhere.",
            )

    def _expand_iri(  # noqa: PLR0917 - pyld's signature
        self,
        active_ctx: Any,
        value: Any,
        base: Any = None,
        vocab: bool = False,
        local_ctx: Any = None,
        defined: Any = None,
    ) -> Any:
        known = self._iris.get(id(active_ctx))
        if known is None or local_ctx is not None or not isinstance(value, str):
            return super()._expand_iri(active_ctx, value, base, vocab, local_ctx, defined)
        key = (value, base, vocab)
        if key not in known:
            known[key] = super()._expand_iri(active_ctx, value, base, vocab)
        return known[key]


def _names_contexts_only(document: JsonObject) -> bool:
    """Whether all contexts in a document are URLs. Its size is checked on the way.

    Raises:
        CanonicalWorkLimit: it is too large, or brings definitions of its own and is not small.
    """
    values = urls = definitions = 0
    own = False
    stack: list[Any] = [document]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            values += len(item)
            stack += item
        elif isinstance(item, dict):
            values += len(item)
            stack += item.values()
            if "@context" in item:
                context = item["@context"]
                listed = context if isinstance(context, list) else [context]
                urls += len(listed)
                if not all(isinstance(one, str) for one in listed):
                    own = True
                    definitions += _size(listed)
    if values > MAX_VALUES:
        raise CanonicalWorkLimit(
            f"The document has more than {MAX_VALUES:,} members and items.",
            "Send fewer credentials at a time.",
        )
    if own and 30 * urls + values * (3 + definitions) > MAX_COST_OF_OWN_DEFINITIONS:
        raise CanonicalWorkLimit(
            "The document is too large for one that brings definitions of its own.",
            "Name published contexts only.",
        )
    return not own


def _size(definitions: Any) -> int:
    """The number of members and items at any depth."""
    count, stack = 0, [definitions]
    while stack:
        item = stack.pop()
        if isinstance(item, dict | list):
            count += len(item)
            stack += item.values() if isinstance(item, dict) else item
    return count


def _loader(load: Load) -> Callable[[str, object], dict[str, Any]]:
    """A pyld document loader."""

    def loader(url: str, _options: object) -> dict[str, Any]:
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": load(url),
        }

    return loader


def _own_error(error: Exception) -> TouchstoneError:
    """Our own error where one lies below pyld's, else a plain ContextInvalid."""
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            break
        if isinstance(cause, TouchstoneError):
            return cause
        cause = cause.__cause__ or cause.__context__
    detail = getattr(error, "code", None) or type(error).__name__
    return ContextInvalid(
        f"JSON-LD cannot be applied to the document ({detail}).",
        "Check its @context, and that no protected term is defined again.",
    )


def _refuse_dropped(name: str | None) -> NoReturn:
    raise UndefinedTerm(
        f"No context defines the member {str(name)[:100]!r}, so no signature covers it.",
        "Remove it, or name a context that defines it.",
    )
