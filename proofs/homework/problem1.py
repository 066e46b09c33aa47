"""Problem 1: what only the student can write."""

from proofs.document import Problem

PROBLEM = Problem(
    1,
    "Reflection on your learning goals",
    "",
    note="The four parts ask for goals and impressions of your own; they are left to you.",
)
