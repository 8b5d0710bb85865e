"""Statements that only some random documents are made of, by what those are about.

They are written as `statements.py` says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """What a document begins with, where it begins with anything of its own; what its further
    statements do, and what they show."""

    begins: str = ""
    does: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()


PLAIN = Theme()

ARRAYS = Theme(
    begins="import numpy as np\nv = np.arange(4.0)\nw = v[1:]",
    does=(
        "import numpy as np\n$V = np.arange($j)",
        "import numpy as np\n$V = np.zeros(($j, 2))",
        "$V[0] = $i",
        "$W = $V",
        "w = $V[1:]",
        "$W += $i",
        "$L = [$V]",
        "w = $V.reshape(-1)",
        "$V.sort(axis=0)",
        "np.set_printoptions(precision=$i)",
        "np.seterr(divide='ignore')",
        "np.add.at($V, 0, $i)",
        "$V.flags.writeable = False",
        "$V.setflags(write=True)",
        "$V = np.random.rand($i)",
        "u = memoryview($V)",
        "u[0] = $i",
        "$D['v'] = $V",
    ),
    shows=(
        "print($V)",
        "print($W)",
        "print(v, w)",
        "print(np.shares_memory(v, w))",
        "print(u.tolist(), u.readonly)",
        "print($V / 3)",
        "print(np.random.rand(2))",
        "print(np.loadtxt('data.csv', delimiter=','))",
        "print(np.get_printoptions()['precision'])",
        "print($V.flags.writeable)",
    ),
)

# Views, state of libraries and of the project's modules, what calls back, files read unseen.
SHARED = Theme(
    begins="import logging, types, weakref, decimal\nlog = logging.getLogger('loom')\n"
    "t = bytearray([1, 2])\nu = memoryview(t)",
    does=(
        "k = $D.keys()",
        "k = $D.items()",
        "k = types.MappingProxyType($D)",
        "k = iter($L)",
        "k = reversed($L)",
        "k = zip($L, $M)",
        "k = map(len, [$L, $M])",
        "k = enumerate($L)",
        "q = weakref.proxy($O)",
        "k = weakref.WeakSet([$O])",
        "k = $L.append",
        "k($i)",
        "step = $O.grow",
        "step()",
        "u[0] = $i",
        "u = memoryview(t)[1:]",
        "t[1] = $j",
        "k = types.SimpleNamespace(x=$L)",
        "k.x.append($i)",
        "k = __import__('functools').partial($L.append, $i)",
        "log.setLevel(1$i)",
        "class Into(logging.Handler):\n    def emit(self, record):\n"
        "        a.append(record.getMessage())\nlog.addHandler(Into())",
        "log.error('said $i')",
        "log.handlers.clear()",
        "logging.addLevelName(1$i, 'LEVEL$j')",
        "decimal.getcontext().prec = $j",
        "import textwrap\ntextwrap.dedent = lambda text: '$i'",
        "import warnings\nwarnings.simplefilter('ignore')",
        "import warnings\nwarnings.showwarning = lambda text, *more: a.append(str(text))",
        "import json\njson.JSONEncoder.item_separator = ' $i '",
        "import string\nstring.digits = '$i$j'",
        "import locale\nlocale.loom = $i",
        "import helper\nhelper.Box.made = getattr(helper.Box, 'made', 0) + $i",
        "import helper\nhelper.twice.calls = $i",
        "import helper\nhelper.twice = lambda x: [x, $i]",
        "from helper import Box, seen\nseen.append(Box)",
        "from helper import Box\n$O = Box($i)\n$O.grow()",
        "import helper\nhelper.Box.grow(helper.Box($i))",
        "from helper import register\n@register\ndef f0():\n    return $i",
        "import atexit\natexit.register($L.append, $i)",
        "import threading\nthread = threading.Thread(target=$L.append, args=($i,))\n"
        "thread.start()\nthread.join()",
    ),
    shows=(
        "print(list(k))",
        "print(sorted(map(str, k)))",
        "print(len(k))",
        "print(dict(k))",
        "print(k.x is $L)",
        "print(next(k))",
        "print(q.x)",
        "print(step.__self__ is $O)",
        "print(u.tolist(), list(t))",
        "print(log.level, len(log.handlers))",
        "print(logging.getLevelName(1$i))",
        "print(decimal.Decimal(1) / 3)",
        "import textwrap\nprint(textwrap.dedent('  x'))",
        "import json\nprint(json.dumps([1, 2]))",
        "import string\nprint(string.digits)",
        "import locale\nprint(getattr(locale, 'loom', None))",
        "import helper\nprint(vars(helper.Box).get('made'), vars(helper.twice).get('calls'))",
        "import helper\nprint(helper.twice($i))",
        "import helper\nprint([getattr(f, '__name__', f) for f in helper.seen])",
        "import mmap\nwith open('data.txt', 'rb') as file:\n"
        "    print(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)[:])",
        "import subprocess\nprint(subprocess.getoutput('cat sub/data.txt'))",
        "import os\nprint(os.popen('cat helper.py | head -n 1').read())",
    ),
)

FIGURES = Theme(
    begins="import matplotlib.pyplot as plt\nfig, ax = plt.subplots()",
    does=(
        "fig, ax = plt.subplots()",
        "fig, (ax, left) = plt.subplots(1, 2)",
        "[line] = ax.plot([$i, $j])",
        "line.set_ydata([$j, $i])",
        "ax.set_title('$i')",
        "fig.suptitle('$j')",
        "ax = fig.axes[0]",
        "$L = ax",
        "$D['x'] = fig",
        "plt.rcParams['lines.linewidth'] = $i",
        "plt.rcParams['axes.prop_cycle'] = plt.cycler(color=['C$i'])",
        "plt.plot([$i, $j])",
        "plt.title('$i')",
        "plt.close('all')",
        "plt.close(fig)",
        "ax.clear()",
        "bars = ax.bar([1, 2], [$i, $j])",
        "bars[0].set_height($j)",
    ),
    shows=(
        "fig",
        "fig;",
        "print(ax.get_title(), len(ax.lines), fig.get_suptitle())",
        "print(plt.get_fignums(), ax.figure is fig)",
        "print(line.get_ydata(), line in ax.lines)",
        "print(line.get_linewidth(), line.get_color())",
        "print(plt.rcParams['lines.linewidth'])",
        "plt.show()",
    ),
)
