"""Statements of which random documents are made: each over few names, so that they interfere.

`$` and a letter stands for a name of a kind: `$L` and `$M` lists, `$N` and `$Q` numbers, `$D` a
dict, `$S` a set, `$F` a function, `$K` a class, `$O` and `$P` instances, `$H` a callable with a
state, `$G` a generator, `$V` and `$W` arrays, `$A` anything; `$i` and `$j` are digits. What is
printed is the same in every run: no addresses, no times. Functions don't call each other in
circles, for how deep a recursion gets depends on who started it.
"""

from __future__ import annotations

NAMES = {
    "L": ("a", "b"),
    "M": ("a", "b", "c"),
    "N": ("n", "m"),
    "Q": ("m", "n"),
    "D": ("d",),
    "S": ("e",),
    "F": ("f0", "f1"),
    "K": ("K0", "K1"),
    "O": ("o", "p"),
    "P": ("o", "p"),
    "H": ("h",),
    "G": ("g",),
    "V": ("v",),
    "W": ("v", "w"),
    "A": ("a", "b", "c", "d", "e", "n", "o"),
    "i": ("1", "2", "0", "3"),
    "j": ("4", "5", "4", "9"),
}

# These can't fail, so they stand bare, where a reader would write them.
BINDS = (
    "$L = [$i, $j]",
    "$N = $i",
    "$N = $i$j$i$j",
    "$L = []",
    "$L = [[$i], [$j]]",
    "$L = [$i, $j, 'x']",
    "$D = {'x': $i, 'y': [$j]}",
    "$D = {}",
    "$S = {$i, $j}",
    "$S = {8, 0, $i, 16}",
    "$N = $i.5",
    "$L, $N = [$i], $j",
    "$L = $M = [$i]",
    "$L = [x * $i for x in range($j)]",
    "if $i > 1:\n    $L = [$j]",
    "for $N in range($i):\n    pass",
    "from collections import deque, Counter, defaultdict\n$D = defaultdict(list)",
    "import copy, functools, itertools, math, os, sys, random\nfrom pathlib import Path",
    "r = __import__('random').Random($i)",
)

DEFINITIONS = (
    "def f0():\n    return len(a)",
    "def f0():\n    a.append($i)\n    return list(a)",
    "def f1():\n    return f0()",
    "def f1():\n    return [f0(), $i]",
    "def f0(x=[]):\n    x.append($i)\n    return list(x)",
    "def f0():\n    global n\n    n = $i\n    return n",
    "def f0():\n    return n + $i",
    'def f0():\n    """Words."""\n    return [d.get("x"), $i]',
    "def f0():\n    f0.calls = getattr(f0, 'calls', 0) + $i\n    return f0.calls",
    "def f0():\n    def inner():\n        return n\n    return inner() * $i",
    "f0 = lambda: repr(a) + '$i'",
    "def f1():\n    return sum(f0() for _ in range($i))",
    "def f1():\n    o.x = [$i]\n    return sorted(vars(o))",
    "@__import__('functools').lru_cache\ndef f0(x=$i):\n    return [x]",
    "@__import__('functools').wraps(len)\ndef f1():\n    return f0()",
    "class K0:\n    x = $i\n    def __repr__(self):\n        return f'K0({self.x})'\n"
    "    def grow(self):\n        self.x = self.x + $j if isinstance(self.x, int) else $i\n",
    "class K0:\n    x = [$i]\n    def __repr__(self):\n        return f'K0 of {self.x}'\n"
    "    def grow(self):\n        self.x.append($j)\n",
    "class K0:\n    def __init__(self, x=None):\n        self.x = a\n    def __repr__(self):\n"
    "        return f'K0 with {self.x}'\n    def grow(self):\n        self.x.append($i)\n"
    "    def __reduce_ex__(self, protocol):\n        raise TypeError('not to be kept')\n",
    "class K1(K0):\n    y = $i\n    def grow(self):\n        super().grow()\n",
    "from dataclasses import dataclass, field\n@dataclass\nclass K1:\n    x: int = $i\n"
    "    def grow(self):\n        self.x += 1\n",
    "class K1:\n    __slots__ = ('x',)\n    def __init__(self):\n        self.x = f0()\n"
    "    def __repr__(self):\n        return f'K1 {self.x}'\n    def grow(self):\n"
    "        self.x = [self.x]\n",
    "def make():\n    k = [$i]\n    def inner():\n        k.append(len(a))\n"
    "        return list(k)\n    return inner\nh = make()",
    "def make():\n    k = 0\n    def inner():\n        nonlocal k\n        k += $i\n"
    "        return k\n    return inner\nh = make()",
)

CHANGES = (
    "$L.append($i)",
    "$L = $M",
    "$L[0] = $j",
    "$L.append($M)",
    "$L[0].append($i)",
    "$L += [$i]",
    "$L = $L + [$i]",
    "$L.sort(key=str)",
    "$L.reverse()",
    "del $L[0]",
    "$L.extend(x for x in range($i))",
    "$D['x'] = $i",
    "$D['z'] = $L",
    "$D['y'].append($i)",
    "$D.update(w=$N)",
    "del $D['x']",
    "$D = dict($D, v=$i)",
    "$S.add($i)",
    "$S |= {$j}",
    "$S.discard($i)",
    "$N += $i",
    "$N = $Q",
    "$N = len($L)",
    "del $A",
    "$O = $K()",
    "$O.grow()",
    "$O.x = $i",
    "$O.x = $L",
    "$P = $O",
    "$O.z = $P.x",
    "$K.x = $j",
    "$K.late = lambda self: $i",
    "del $O.x",
    "$F()",
    "$L = $F()",
    "$O.x = $F()",
    "$F.note = $i",
    "$H()",
    "$H = $F",
    "$H = __import__('functools').partial($F)",
    "$G = (x for x in $L)",
    "$G = iter($L)",
    "next($G)",
    "$G = __import__('itertools').count($i)",
    "for x in $L:\n    $M = [x]",
    "for x in list($L):\n    $M.append(x)",
    "$L[:] = [x for x in $M if x != $i]",
    "[y := $i, $L.append(y)]",
    "def once():\n    global $N\n    $N = $i\nonce()",
    "$L = __import__('copy').deepcopy($M)",
    "$L = list($M)",
    "$D, $L = {'x': $L}, $M",
    "$L, $M = $M, $L",
    "r.random()",
    "q = __import__('weakref').ref($O)",
    "z = [$F, lambda: $N]",
    "z[$i]()",
    "$D['x'], $N = $N, $i",
    "with open('out.txt', 'w') as file:\n    file.write(repr($L))",
    "__import__('pathlib').Path('out.txt').write_text(str($N))",
)

# State of the process, and code that can't be analysed.
FARAWAY = (
    "import os\nos.environ['SHUTTLE'] = str($N)",
    "import math\nmath.weft = $i",
    "import os\nos.chdir('sub')",
    "import sys\nsys.path.append('sub')",
    "exec('$L.append($i)')",
    "exec('$N = $i')",
    "globals()['$L'] = [$i]",
    "globals().pop('$A')",
    "import sys\nsys.modules['__main__'].$L = [$j]",
    "import __main__\n__main__.$N = $i",
    "import helper\nhelper.K = $j",
    "import helper\nhelper.seen.append($i)",
    "from helper import *",
    "import builtins\nbuiltins.warp = [$i]",
    "import sys\nsys.setrecursionlimit(2$j00)",
    "vars()['$N'] = $i",
    "import helper\n$O = helper.Box($i)",
    "import helper\n$L = helper.seen",
)

SHOWS = (
    "print($L)",
    "print($N)",
    "print($L, $M, $L is $M)",
    "print($D)",
    "print(sorted($S))",
    "print($S)",
    "print($O)",
    "print($O, $P, $O is $P)",
    "print($F())",
    "print($H())",
    "print(next($G))",
    "print(list(__import__('itertools').islice($G, 2)))",
    "print($K.x)",
    "print(f0.cache_info(), f0() is f0())",
    "print(isinstance($O, $K))",
    "print(type($A).__name__)",
    "$N",
    "$L",
    "print($D.get('x'), $D.get('z') is $L)",
    "print($O.x is $L)",
    "print(getattr($F, 'note', None), getattr($F, 'calls', None))",
    "print($F.__doc__)",
    "print($O.late())",
    "print(r.random())",
    "print(q() is $O)",
    "print(y)",
    "print(eval('$N'))",
    "print(sorted(k for k in globals() if len(k) == 1))",
    "print('$L' in globals(), '$N' in dir())",
    "import random\nprint(random.random())",
    "import sys\nprint(sys.getrecursionlimit())",
    "import math\nprint(getattr(math, 'weft', None))",
    "print(getattr(__import__('builtins'), 'warp', None))",
    "print(warp)",
    "import os\nprint(os.environ.get('SHUTTLE'), os.environ.get('LOOM'))",
    "import os\nprint('LOOM' in os.environ)",
    "import os\nprint(os.path.basename(os.getcwd()))",
    "print(open('data.txt').read())",
    "from pathlib import Path\nprint(Path('out.txt').read_text())",
    "import os\nprint(sorted(os.listdir('sub')))",
    "import os\nprint(os.path.exists('flag.txt'))",
    "import os\nprint(os.path.getsize('data.txt'))",
    "from pathlib import Path\nprint(sorted(p.name for p in Path('sub').glob('*')))",
    "import helper\nprint(helper.twice($i))",
    "import helper\nprint(helper.K, helper.seen)",
    "from helper import thrice\nprint(thrice($i))",
    "print(twice($i))",
    "import other\nprint(other.WORD)",
    "print(t0($i))",
    "print(t1($i))",
    "print(T)",
    "print(params.warp)",
    "import subprocess\nprint(subprocess.run(['cat', 'data.txt'], capture_output=True).stdout)",
    "raise ValueError($N)",
    "import warnings\nwarnings.warn('$i')",
    "import inspect\nprint(inspect.getsource($F))",
    "print($F.__code__.co_firstlineno > 0, $F.__name__)",
    "import pickle, copy\nprint(copy.copy($O), pickle.loads(pickle.dumps($L)))",
    "print(__name__, sorted(vars($K))[-1])",
)

MODULES = (
    "T = $i\n\ndef t0(x):\n    return x + T\n\ndef t1(x):\n    return t0(x) * 2\n",
    "T = $i\n\ndef t0(x):\n    return x - T\n\ndef t1(x):\n    return [t0(x), $j]\n",
    'T = [$i]\n\ndef t0(x):\n    """Words."""\n    T.append(x)\n    return list(T)\n'
    "\ndef t1(x):\n    return x\n",
    "from helper import K\n\nT = $i\n\ndef t0(x):\n    return x + K\n\ndef t1(x):\n"
    "    return t0(x)\n",
)

HELPERS = (
    "K = $i\nseen = []\n\ndef register(f):\n    seen.append(f)\n    return f\n"
    "\ndef twice(x):\n    return 2 * x\n\ndef thrice(x):\n"
    "    return x + twice(x) + K\n\nclass Box:\n    def __init__(self, x):\n        self.x = x\n"
    "    def __repr__(self):\n        return f'Box {self.x}'\n    def grow(self):\n"
    "        self.x += $j\n",
    "# A comment.\nK = $i\nseen = [$j]\n\ndef twice(x):\n    seen.append(x)\n    return x + x\n"
    "\ndef thrice(x):\n    return [twice(x), K]\n\nclass Box:\n    def __init__(self, x):\n"
    "        self.x = [x]\n    def __repr__(self):\n        return f'Box({self.x})'\n"
    "    def grow(self):\n        self.x.append($j)\n",
    "from other import WORD\nK = len(WORD)\nseen = [$i]\n\ndef twice(x):\n    return WORD * x\n"
    "\ndef thrice(x):\n    return twice(x) + WORD\n\nclass Box:\n    x = $j\n"
    "    def __init__(self, x):\n        self.y = x\n    def __repr__(self):\n"
    "        return f'Box {self.x} {self.y}'\n    def grow(self):\n        Box.x += 1\n",
)

INLINES = (
    "The value is <%= $N %>.",
    "The value is <%= $L %>, and <%= $D %> too.",
    "Here <% $L.append($i) %> it grows to <%= len($L) %>.",
    "Set <% $N = $j %> inline: <%= $N %>.",
    "Called: <%= $F() %>.",
    "Read: <%= open('data.txt').read() %>.",
    "Random: <%= __import__('random').random() %>.",
)
