"""How long `pushthrough solve` takes, as a multiple of importing SymPy and NumPy: whole processes, in turn.

    python benchmarks/solve.py [RUNS]
"""

import subprocess
import sys
import tempfile
import time
from statistics import median

IMPORT = [sys.executable, "-c", "import sympy, numpy"]
SOLVE = [sys.executable, "-m", "proofs", "solve", "-o"]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seconds([*SOLVE, folder])  # warm up: compiled files, caches of the disk
        pairs = [(seconds([*SOLVE, folder]), seconds(IMPORT)) for _ in range(runs)]
    ratios = sorted(solve / base for solve, base in pairs)
    solves, bases = zip(*pairs, strict=True)
    print(f"solve {median(solves):.2f} s, import {median(bases):.2f} s, medians of {runs} runs")
    print(f"ratio: median {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
