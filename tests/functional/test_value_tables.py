"""Tables of values in the PDF: levels, digits, Stylers."""

import re

import pytest

SOURCE = """# Tables

```{python, echo=False}
import numpy as np, pandas as pd

rows = pd.MultiIndex.from_product([["north", "south"], ["a", "b"], [1, 2]],
                                  names=["where", "kind", "no"])
d = pd.DataFrame({"share_%": np.linspace(0, 1, 8), "count": range(8)}, index=rows)
d
```

```{python both, caption="Both axes in two levels.", echo=False}
columns = pd.MultiIndex.from_product([["train", "test"], ["loss", "acc_%"]], names=["set", "what"])
index = pd.MultiIndex.from_product([["A", "B"], ["x", "y"]])
pd.DataFrame(np.arange(16).reshape(4, 4) / 7, index=index, columns=columns)
```

```{python, echo=False}
d.reset_index().pivot_table(index="where", columns=["kind", "no"], values="count", aggfunc="sum",
                            margins=True)
```

```{python, echo=False}
pd.DataFrame({"price": [19.99, 1234.5, 100000.25], "pct": [99.951, 99.949, 0.004],
              "year": [2020.0, 2021.0, 2022.0], "mix": [1e-9, 0.03123, 250.0]})
```

```{python, echo=False}
pd.DataFrame({"sepal": [5.843333, 0.828066, 4.3, 150.0]})
```

See @tbl:styled and @tbl:both.

```{python styled, echo=False}
(d.reset_index(drop=True).head(2).style.format(precision=2)
 .highlight_max(subset=["count"], color="yellow").hide(["share_%"], axis=1).set_caption("50 % own"))
```

```{python long, echo=False}
pd.DataFrame({"n": range(80), "sq": [i * i for i in range(80)]})
```

```{python taken, echo=False, caption="The chunk's."}
d.head(1).style.set_caption("Its own").set_properties(border="1px")
```
"""


@pytest.fixture(scope="module")
def built(project):
    made = project(SOURCE)
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return made, done.stdout + done.stderr


@pytest.mark.parametrize(
    "line",
    [
        r"where +kind +no +share_% +count",
        r"north +a +1 +0\.000000 +0",
        r" +2 +0\.142857 +1",
        r" +b +1 +0\.285714 +2",
        r"set +train +test",
        r"what +loss +acc_% +loss +acc_%",
        r"A +x +0\.000000 +0\.142857 +0\.285714 +0\.428571",
        r"kind +a +b +All",
        r"All +4 +6 +8 +10 +28",
        r"19\.99 +99\.951 +2020\.0 +1e-09",
        r"1234\.50 +99\.949 +2021\.0 +0\.03123",
        r"0\.828066",
        r"Table 2: 50 % own",
        r"See table 2 and table 1\.",
        r"\[80 rows x 2 columns\]",
        r"Table 3: The chunk’s\.",
    ],
)
def test_in_the_pdf(built, line):
    text = built[0].text()
    assert re.search(f"^ *{line} *$", text, re.MULTILINE), text


def test_in_the_latex(built):
    tex = built[0].tex
    assert r"\multicolumn{2}{c}{train} & \multicolumn{2}{c@{}}{test} \\" in tex
    assert r"\cmidrule(lr){3-4} \cmidrule(lr){5-6}" in tex
    assert r"\cellcolor[HTML]{FFFF00}\nogapleft\nogapright 1 \\" in tex
    assert r"\usepackage{colortbl}" in tex
    assert "share" not in tex[tex.index(r"\label{tbl:styled}") :].partition(r"\end{table}")[0]


def test_what_is_left_out_is_told_at_its_line(built):
    line = 1 + SOURCE[: SOURCE.index("```{python long")].count("\n")
    assert f"report.pmd:{line}: warning: long: 10 of the table's 80 rows are shown" in built[1]
    line = 1 + SOURCE[: SOURCE.index("```{python taken")].count("\n")
    assert (
        f"report.pmd:{line}: warning: taken: the table's look on a page lacks `border`" in built[1]
    )
    own = f"report.pmd:{line}: warning: taken: the table's own caption, `Its own`, is not printed"
    assert own in built[1]


def test_colours_cost_no_package_where_there_are_none(project):
    made = project("```python\nimport pandas as pd\npd.DataFrame({'a': [1]})\n```\n")
    assert made.build("--to", "tex").returncode == 0
    assert "colortbl" not in made.tex
