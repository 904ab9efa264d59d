# SPDX-License-Identifier: GPL-2.0
"""A picture of a bench's table, with gnuplot."""
import shutil
import subprocess

from icount import BUILD

SCRIPT = """
set terminal svg size 1100,{height} font "sans,12" background "white"
set output "{output}"
set title "{title}"
set style data histograms
set style histogram clustered gap 1
set style fill solid border -1
set boxwidth 0.9
set yrange [0:*]
set arrow from graph 0, first 1 to graph 1, first 1 nohead front dashtype 2
set grid ytics
set xtics rotate by 30 right
set bmargin 11
set lmargin 16
set key outside top right
plot for [i=2:{last}] "{data}" using i:xtic(1) title columnheader(i)
"""


def plot(name, title, rows, columns):
    """Write build/bench/NAME.svg: rows is {row: {column: ratio}}."""
    out = BUILD / "bench"
    out.mkdir(parents=True, exist_ok=True)
    data, output = out / f"{name}.dat", out / f"{name}.svg"
    lines = [" ".join(f'"{x}"' for x in ["row", *columns])]
    lines += [" ".join([f'"{row}"', *(f"{of[c]:.3f}" if c in of else "?"
                                      for c in columns)])
              for row, of in rows.items()]
    data.write_text("\n".join(lines) + "\n")
    if not shutil.which("gnuplot"):
        print("no picture: gnuplot is not installed (apt-get install gnuplot-nox)")
        return
    subprocess.run(["gnuplot"], check=True, text=True, input=SCRIPT.format(
        height=600, output=output, title=title, data=data, last=1 + len(columns)))
    print(f"picture: {output.relative_to(BUILD.parent)}")
