"""Problem 6: the coding assignment, not worked yet."""

from proofs.document import Problem

PROBLEM = Problem(
    6,
    "Coding fully connected networks",
    "",
    note="This problem asks for a program and an observation from running it. It is not worked here yet.",
)
