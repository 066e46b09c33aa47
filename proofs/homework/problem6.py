"""Problem 6: the coding assignment on fully connected networks."""

from proofs.document import Problem
from proofs.homework.backward import INTRO, backward_passes
from proofs.homework.experiment import experiment

PROBLEM = Problem(
    6,
    "Coding fully connected networks",
    INTRO,
    {"a": backward_passes, "b": experiment},
)
