"""The documents of `loop.py`, each with something to edit."""

from __future__ import annotations

import sys

MANY = 1000
EXPENSIVE_SECONDS = 3.0


def small(word: str) -> str:
    """Two chunks, and prose with a word to edit."""
    return f"""---
title: A small document
---

# Beginning

Some prose with $a^2 + b^2 = c^2$, draft {word}.

```{{python numbers}}
numbers = [n * n for n in range(10)]
print(numbers)
```

The sum is <%= sum(numbers) %>.

```{{python table}}
for n in numbers[:3]:
    print(n, n + 1)
```
"""


# What the chunk that takes long gives: to bring an array back means to import NumPy, too.
COSTLY = {
    "a list": "weights = [n / 2 for n in range(5_000)]",
    "an array of 40 MB": "import numpy as np\nweights = np.arange(5_000_000, dtype=float)",
}


def expensive(kind: str, number: int) -> str:
    """A chunk that takes long and gives one of `COSTLY`; a cheap one that reads it, to edit."""
    return f"""# Training

```{{python train}}
import time
time.sleep({EXPENSIVE_SECONDS})
{COSTLY[kind]}
```

```{{python look}}
print(round(float(sum(weights[::1000])) + {number}, 1))
```
"""


def trivial(at: int, number: int) -> str:
    """The code of one of many chunks."""
    return f"x{at} = {at} + {number}\nprint(x{at})"


def many(number: int, middle: int | None = None, count: int = MANY) -> str:
    """Trivial chunks, no two alike; the one in the middle can be edited alone."""
    numbers = [number] * count
    if middle is not None:
        numbers[count // 2] = middle
    codes = (trivial(at, each) for at, each in enumerate(numbers))
    return "\n".join(f"Paragraph.\n\n```python\n{code}\n```\n" for code in codes)


def bare_exec_of_many() -> tuple[str, ...]:
    """A command that runs the same code by nothing but `exec`, in one process."""
    codes = [trivial(at, 0) for at in range(MANY)]
    return (sys.executable, "-c", f"for code in {codes}: exec(compile(code, 'it', 'exec'))")
