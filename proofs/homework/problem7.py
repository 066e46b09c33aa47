"""Problem 7: what only the student can tell."""

from proofs.document import Problem

PROBLEM = Problem(
    7,
    "Homework process and study group",
    "",
    note="The sources, the people and the hours are yours to report: they are left to you.",
)
