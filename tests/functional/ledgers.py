"""A document with one check, and the rows of the ledger in a PDF."""

ONE = """See @eq:a.

$$ a = b $$ {{#eq:a}}

```{{python one, checks="eq:a", echo=False{options}}}
from treadle.checks import agree
{code}
```
"""


def rows(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def ledger_of(made):
    """The rows of the ledger, their cells apart by one blank."""
    text = rows(made.text())
    return text[text.index("Checked Compared with Cases Tolerance Deviation") + 1 :]
