"""A small reader of LaTeX, made without Treadle's own: what in it is neither text nor expected."""

from __future__ import annotations

import re
from collections.abc import Iterator

VERBATIM = {"listing", "chunkcode", "chunkoutput", "chunkerror"}
ENVIRONMENTS = {
    *VERBATIM, "tabular", "longtable", "document", "center", "table", "figure", "itemize",
    "enumerate", "quote", "description", "savenotes", "adjustbox", "abstract", "theorem",
    "lemma", "proof", "minipage", "subfigure", "proposition", "corollary", "definition", "example",
    "remark", "subtable", "sidewaystable",
}  # fmt: skip
# Commands that may come of text without raw LaTeX; the first argument of some is not text.
NAMES = {
    "label", "cref", "Cref", "ref", "citep", "citet", "citeyear", "citeyearpar", "citealp",
    "includegraphics", "url", "href", "hyperref", "begin", "end", "addcontentsline",
    "hypertarget", "checkedmark", "begingroup", "endgroup", "footnotesize", "setlength", "LTpre",
    "LTpost",
}  # fmt: skip
COMMANDS = NAMES | {
    "section", "subsection", "subsubsection", "paragraph", "subparagraph", "emph", "textbf", "sout",
    "codetext", "footnote", "item", "leavevmode", "square", "boxtimes", "textsuperscript", "par",
    "textsubscript", "textbackslash", "textasciicircum", "textasciitilde", "textquotesingle",
    "textasciigrave", "textquotedbl", "dots", "missingchar", "controlchar", "wrapmark", "toprule",
    "midrule", "bottomrule", "endfirsthead", "endhead", "endfoot", "caption", "centering",
    "alttext", "linewidth", "textheight", "sectionrule", "arabic", "allowbreak", "citetext",
    "raggedright", "raggedleft", "arraybackslash", "thispagestyle", "vspace", "small", "color",
    "LARGE", "bfseries", "large", "tableofcontents", "namedlabel", "newpage", "noindent", "hfill",
    "textsc", "underline", "textit", "texttt", "colorbox", "phantomsection", "alph", "Alph",
    "roman", "Roman", "emojitext", "kern", "suppressfloats", "tellshrunk", "newline", "smallskip",
    "unhyphenated", "continuedtable", "medskip", "scriptsize", "fontsize", "selectfont",
    "multicolumn", "cmidrule", "uncounted", "addtocounter", "addlinespace", "phantom", "hspace",
    "ContinuedFloat",
}  # fmt: skip
TOKEN = re.compile(r"\\([A-Za-z]+)\*?|\\(?:.|\n)|([{}%#$&_^])|([^\\{}%#$&_^]+)", re.DOTALL)


def body_of(tex: str) -> str:
    """What stands between the beginning and the end of the document."""
    assert tex.count(r"\begin{document}") == tex.count(r"\end{document}") == 1
    return tex.partition(r"\begin{document}")[2].partition(r"\end{document}")[0]


def strays(tex: str) -> Iterator[str]:
    """What is wrong with LaTeX that was made of text without any."""
    environments: list[str] = []
    rest: list[str] = []
    for line in tex.split("\n"):
        if environments and environments[-1] in VERBATIM:
            if line == rf"\end{{{environments[-1]}}}":
                environments.pop()
            else:
                yield from _strays_verbatim(line)
            continue
        in_table = {"tabular", "longtable"} & {*environments}
        line = re.sub(r"(\\footnote\{|\})%$", r"\1", line)  # so a footnote's lines begin and end
        rest.append(re.sub(r" &(?= )", "", line) if in_table else line)
        for begin, name in re.findall(r"(?<!\\)\\(begin|end)\{([^{}]*)\}", line):
            if name not in ENVIRONMENTS:
                yield f"environment {name}"
            elif begin == "begin":
                environments.append(name)
            elif not environments or environments.pop() != name:
                yield f"end of {name}"
    yield from environments
    yield from _strays_text("\n".join(rest))


def _strays_verbatim(line: str) -> Iterator[str]:
    rest = re.sub(r"\\(?:missingchar|controlchar)\{(?:\\[a-z]+\{\}|\\_|[^{}\\])+\}", "", line)
    rest = re.sub(r"\\(?:textbackslash\{\}|wrapmark\{\}|[{}])", "", rest)
    rest = re.sub(r"\\emojitext\{([^{}\\]*)\}", r"\1", rest)
    rest = re.sub(r"\\hl[a-z]+\{([^{}\\]*)\}", r"\1", rest)
    if set(rest) & set("\\{}"):
        yield f"in a listing: {line}"


def _strays_text(tex: str) -> Iterator[str]:
    """Stray characters and commands, and braces that don't match."""
    yield from re.findall(r"\\\\\s*[\[*]|\\begin\{(?:theorem|lemma|proof)\}\s*\[(?!\{)", tex)
    tex = tex.replace(r"[max size={\linewidth}{0.9\textheight}]", "")
    depth, names = 0, 0  # `names`: the depth of an argument that is not text
    command = ""
    for found in TOKEN.finditer(tex):
        word, special, text = found.groups()
        if word and word not in COMMANDS:
            yield f"command {found[0]}"
        if special == "{":
            depth += 1
            names = names or (depth if command in NAMES else 0)
        elif special == "}":
            names = 0 if depth == names else names
            depth -= 1
            if depth < 0:
                yield "brace"
        elif special and not (names and special in "_&^$") and not _expected(found, tex):
            yield f"{special} in {tex[max(found.start() - 20, 0) : found.end() + 20]!r}"
        command = word or (command if text and re.fullmatch(r"\[[^\[\]]*\]", text) else "")
    if depth:
        yield "open brace"


def _expected(found: re.Match[str], tex: str) -> bool:
    """Dollars of our own: around the mark of a task, or a leading minus."""
    around = tex[max(found.start() - 11, 0) : found.end() + 11]
    return found[2] == "$" and bool(re.search(r"\$(?:\\square|\\boxtimes|-)\$", around))
