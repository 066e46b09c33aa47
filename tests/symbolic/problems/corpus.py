"""All tables by name; the identities of rows are unique in all of them together."""

from __future__ import annotations

from dataclasses import replace

from tests.symbolic.problems import chains, cookbook, elementwise, hessians, losses, scalars, structured
from tests.symbolic.problems.rows import Row

FAMILIES: dict[str, list[Row]] = {
    "cookbook": cookbook.ROWS,
    **{
        module.__name__.rsplit(".", 1)[-1]: [
            replace(row, id=f"{module.__name__.rsplit('.', 1)[-1]}: {row.id}") for row in module.ROWS
        ]
        for module in (scalars, chains, elementwise, structured, hessians, losses)
    },
}
ALL: dict[str, Row] = {row.id: row for rows in FAMILIES.values() for row in rows}
assert len(ALL) == sum(map(len, FAMILIES.values())), "two rows have one name"


def sections() -> dict[str, list[Row]]:
    """The rows of the Cookbook by its sections."""
    return {
        name: [row for row in cookbook.ROWS if row.equation in numbers] for name, numbers in cookbook.SECTIONS.items()
    }
