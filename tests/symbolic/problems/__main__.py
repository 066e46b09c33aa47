"""How the engine fares on every row: right, refused or wrong, by section and family.

    python -m tests.symbolic.problems [--write FILE] [--only FAMILY]

The file has a line for each row: what was wrong first, then what was refused and why, then answers that SymPy alone
cannot evaluate, then the rest with their answers.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from tests.symbolic.problems import cookbook
from tests.symbolic.problems.corpus import FAMILIES, sections
from tests.symbolic.problems.judge import SlowError, Verdict, digestible, judge, within
from tests.symbolic.problems.rows import Row
from tests.symbolic.standard import NotStandardError

SECONDS = 10
COLUMNS = ("right", "refused", "wrong", "not standard")


def verdict(row: Row) -> Verdict:
    """As `judge`; "not standard" is right, but SymPy alone does not get the value out of the answer."""
    try:
        found = within(SECONDS, judge, row)
    except (SlowError, NotStandardError) as error:
        return Verdict("wrong", str(error))
    if found.status != "right":
        return found
    try:
        amiss = within(SECONDS, digestible, row, found.answer)
    except SlowError:
        amiss = f"SymPy takes more than {SECONDS} s for its value"
    return Verdict("not standard", amiss, found.answer) if amiss else found


def report(verdicts: dict[str, Verdict], names: dict[str, list[Row]]) -> list[str]:
    lines = [f"{'':24}" + "".join(f"{column:>14}" for column in COLUMNS) + f"{'rows':>8}"]
    for name, rows in names.items():
        count = Counter(verdicts[row.id].status for row in rows)
        lines.append(f"{name:24}" + "".join(f"{count[column]:14}" for column in COLUMNS) + f"{len(rows):8}")
    return lines


def one_line(verdict: Verdict) -> str:
    answer = "" if verdict.answer is None else " ".join(str(verdict.answer).split())
    return " | ".join(part for part in (" ".join(verdict.detail.split())[:300], answer[:600]) if part)


def main(arguments: list[str]) -> None:
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    families = {name: rows for name, rows in FAMILIES.items() if only in ("", name)}
    start = time.perf_counter()
    by_row = {row.id: row for rows in families.values() for row in rows}
    verdicts = {name: verdict(row) for name, row in by_row.items()}
    lines = report(verdicts, {**(sections() if "cookbook" in families else {}), **families})
    lines.append(f"not expressible, Cookbook: {', '.join(map(str, cookbook.NOT_EXPRESSIBLE))}")
    lines.append(f"{len(by_row)} rows in {time.perf_counter() - start:.0f} s")
    print("\n".join(lines))
    if "--write" in arguments:
        details = []
        for status in ("wrong", "refused", "not standard", "right"):
            details.append(f"\n== {status}\n")
            for name, found in verdicts.items():
                if found.status == status:
                    row = by_row[name]
                    problem = f"{row.operation}({' '.join(str(row.expr).split())}, {row.by})"
                    details.append(f"{name} | {problem[:300]} | {one_line(found)}")
        Path(arguments[arguments.index("--write") + 1]).write_text("\n".join(lines + details) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
