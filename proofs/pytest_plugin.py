"""The pytest plugin, active wherever the project is installed: the assertions of `proofs.assertions` as fixtures.

pytest loads this file in every run of the environment, so it imports nothing of weight: the tests that ask for a
fixture pay for SymPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs.verdict import Verdict


@pytest.fixture(scope="session")
def assert_identity() -> Callable[..., Verdict]:
    """assert_identity(lhs, rhs, given=()): the two sides are equal for all matrices that satisfy `given`."""
    from proofs import assertions

    return assertions.assert_identity


@pytest.fixture(scope="session")
def assert_gradient() -> Callable[..., Verdict]:
    """assert_gradient(f, g, wrt, given=()): `g` is the gradient of the scalar `f` by `wrt`, in the shape of `wrt`."""
    from proofs import assertions

    return assertions.assert_gradient
