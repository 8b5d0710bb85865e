"""Citations, as natbib's commands, and cross-references, as cleveref's."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from treadle.press.latex.escape import label_name
from treadle.press.markdown.attributes import push

KEY = r"(?:\{[^{}\s]+\}|[^\W_](?:\w|[:.#$%&+?<>~/-](?=\w))*|_\w+)"
LABELS = {
    "alg", "app", "cor", "def", "eq", "ex", "fig", "lem", "line", "lst", "prop", "rem", "sec",
    "tab", "tbl", "thm",
}  # fmt: skip
# What the document itself labels: by LaTeX, or by attributes, in which a class may come first.
GIVEN = re.compile(
    r"\\label\{([^{}#]+)\}|\{#([\w:.-]+)"
    r"""|\{[.\w-](?:[^{}\n#"']|"[^"\n]*"|'[^'\n]*')*[ \t]#([\w:.-]+)"""
)
# The beginnings of Quarto's labels, which have a hyphen where ours have a colon.
QUARTO = {
    "fig", "tbl", "sec", "eq", "lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "rem",
}  # fmt: skip
BARE = re.compile(rf"(?P<minus>-?)@(?P<key>{KEY})(?: ?\[(?P<note>[^\[\]@]+)\](?![(\[{{]))?")
GROUP = re.compile(r"\[((?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\](?![(\[{])", re.DOTALL)
CITED = re.compile(rf"(?P<prefix>(?:.*?\s)??)(?P<minus>-?)@(?P<key>{KEY})(?P<suffix>.*)", re.DOTALL)
LOCATOR = re.compile(r"\s*,?\s*\{([^{}\\]*)\}(.*)", re.DOTALL)
_NEXT = re.compile(rf"(?<=\s)-?@{KEY}")


class Citation(Struct, frozen=True):
    """One key, with the words before and after it, Markdown where they are read and LaTeX where
    they are set. `year_only` is `-@key`; `given`: the document has a label of this name. `after`
    stands between key and suffix, and `before` between the item and the one before it."""

    key: str
    prefix: str = ""
    suffix: str = ""
    year_only: bool = False
    given: bool = False
    after: str = ", "
    before: str = "; "

    @property
    def label(self) -> str | None:
        """The label it refers to, if it is a cross-reference and not a citation."""
        if self.given:
            return self.key
        kind, colon, rest = self.key.partition(":")
        if colon and kind.lower() in LABELS:
            return f"{kind.lower()}:{rest}"
        kind, hyphen, rest = self.key.partition("-")
        return f"{kind.lower()}-{rest}" if hyphen and kind.lower() in QUARTO else None


def citation_group(state: StateInline, silent: bool) -> bool:
    """`[see @key, p. 3; -@other]`; without the semicolon, each key is a citation as well."""
    if state.src[state.pos] != "[" or (found := GROUP.match(state.src, state.pos)) is None:
        return False
    items: list[Citation] = []
    parts = [("; ", part) for part in found[1].split(";")]
    while parts:
        before, part = parts.pop(0)
        if (item := CITED.fullmatch(part)) is None:
            return False
        suffix = item["suffix"]
        if other := _NEXT.search(suffix):  # `[@a, @b]`, `[@a, p. 3, and @b]`: one more citation
            comma = suffix.rfind(",", 0, other.start())
            parts.insert(0, (", " if comma >= 0 else " ", suffix[comma + 1 :]))
            suffix = suffix[: max(comma, 0)]
        key, (after, suffix) = _named(item["key"], state), _suffix(suffix)
        given = key in state.env.get("labels", ())
        minus, prefix = bool(item["minus"]), item["prefix"].strip()
        items.append(Citation(key, prefix, suffix, minus, given, after, before))
    return _push(state, silent, found.end(), items, group=True)


def _suffix(text: str) -> tuple[str, str]:
    """What stands between a key and what follows it, and that; braces hold a locator."""
    found = LOCATOR.fullmatch(text)
    text = f", {found[1].strip()}{found[2]}" if found and found[1].strip() else text
    text = found[2] if found and not found[1].strip() else text
    bare = text.lstrip(" ,\n")
    between = text[: len(text) - len(bare)]
    return (", " if "," in between else " " if between else ""), bare.rstrip()


def _push(
    state: StateInline, silent: bool, end: int, items: Sequence[Citation], *, group: bool
) -> bool:
    """A citation as a token; the words in it are Markdown."""
    if silent:
        return push(state, silent, end, "citation")
    words = [tuple(_read(text, state) for text in (item.prefix, item.suffix)) for item in items]
    return push(state, silent, end, "citation", group=group, items=tuple(items), words=words)


def _read(text: str, state: StateInline) -> list[Token]:
    return state.md.parseInline(text, state.env) if text else []


def _named(key: str, state: StateInline) -> str:
    """A key as the document's label has it, where that has another name."""
    name = label_name(key.strip("{}"))
    aliases: Mapping[str, str] = state.env.get("aliases", {})
    label = aliases.get(name[:1].lower() + name[1:], "")
    return name[0] + label[1:] if label else name


def labels_given(text: str) -> frozenset[str]:
    """The labels that a text has, whatever their names begin with."""
    return frozenset(label_name(found[1] or found[2] or found[3]) for found in GIVEN.finditer(text))


def citation_bare(state: StateInline, silent: bool) -> bool:
    """`@key`, `@key [p. 3]` or `-@key`, not within a word such as a mail address."""
    before = state.src[state.pos - 1 : state.pos] if state.pos else ""
    if state.src[state.pos] not in "@-" or before.isalnum() or before in {".", "@", "-", "_"}:
        return False
    if (found := BARE.match(state.src, state.pos)) is None:
        return False
    key = _named(found["key"], state)
    if number := state.env.get("examples", {}).get(key):
        end = state.pos + 1 + len(found["key"])
        return push(state, silent, end, "text", str(number))
    given = key in state.env.get("labels", ())
    citation = Citation(key, "", (found["note"] or "").strip(), bool(found["minus"]), given)
    end = found.end()
    if citation.label and found["note"]:  # brackets after a reference are the text's own
        citation, end = replace(citation, suffix=""), found.end("key")
    return _push(state, silent, end, [citation], group=False)


BOOKDOWN = re.compile(r"\\@ref\(([\w:.-]+)\)")


def bookdown_reference(state: StateInline, silent: bool) -> bool:
    r"""R Markdown's `\@ref(fig:a)`: a number alone."""
    found = BOOKDOWN.match(state.src, state.pos)
    if found is None:
        return False
    kind, colon, name = found[1].partition(":")
    label = f"{'tbl' if kind == 'tab' else kind}{colon}{name}"
    return push(state, silent, found.end(), "latex_inline", rf"\ref{{{label_name(label)}}}")


def cite(items: Sequence[Citation], words_and: str = "and", *, in_brackets: bool) -> str:
    r"""`\cref{fig:a,fig:b}`, `\citep[p.~3]{key}`, `\citet{key}` or `\citeyear{key}`.

    Each item of a group is what it is, a reference where the document has such a label; a group
    that holds both stands in the brackets of citations. `words_and`: what references write
    themselves between two.
    """
    if all(item.label for item in items):
        return _references(items, {"", "and", words_and})
    if not in_brackets:
        return _command("citeyear" if items[0].year_only else "citet", items[0])
    if len(items) == 1:
        return _command("citeyearpar" if items[0].year_only else "citep", items[0])
    if not any(item.prefix or item.suffix or item.year_only or item.label for item in items):
        return rf"\citep{{{','.join(item.key for item in items)}}}"
    return rf"\citetext{{{'; '.join(map(_part, items))}}}"


def _references(items: Sequence[Citation], joining: Collection[str]) -> str:
    """References alone, in one command if there are no words between them."""
    first, *others = items
    plain = not any(item.suffix or item.prefix not in joining for item in others)
    if not plain or first.suffix or len({item.year_only for item in items}) > 1:
        texts = [(item.before, _part(item)) for item in items]
        return texts[0][1] + "".join(before + text for before, text in texts[1:])
    before = f"{first.prefix} " if first.prefix else ""
    if first.year_only:  # the number alone
        return before + ", ".join(rf"\ref{{{item.label}}}" for item in items)
    command = r"\Cref" if first.key[:1].isupper() else r"\cref"
    return f"{before}{command}{{{','.join(item.label or '' for item in items)}}}"


def _part(item: Citation) -> str:
    """One of several, which have the brackets around them."""
    if not item.label:
        return _command("citeyear" if item.year_only else "citealp", item)
    alone = _references([replace(item, suffix="")], ())
    return alone + (item.after + _tied(item.suffix) if item.suffix else "")


def _command(name: str, item: Citation) -> str:
    if name == "citeyear" and item.suffix:
        return rf"\citeyear{{{item.key}}}, {_note(item.suffix)}"
    before = f"[{_note(item.prefix)}]" if item.prefix else ""
    after = f"[{_note(item.suffix)}]" if item.suffix or item.prefix else ""
    return rf"\{name}{before}{after}{{{item.key}}}"


def _note(latex: str) -> str:
    note = _tied(latex)
    return f"{{{{{note}}}}}" if "]" in note else note  # natbib takes one pair of braces off


def _tied(latex: str) -> str:
    return latex.replace("p. ", "p.~").replace("pp. ", "pp.~")
