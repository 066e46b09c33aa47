"""From SymPy expressions to plans, with every handler of the folder `numeric.handlers`.

    plan = compile_plan([lhs, rhs], {n: 3, d: 2}, field)        plan.inputs -> [(X, 3, 2), (lambda, 1, 1)]
    left, right = plan.run([value_of_X, value_of_lambda])
"""

from numeric.handlers import algebra, cases, derivatives, parts  # noqa: F401  (they fill the table)
from numeric.handlers.table import HANDLERS, compile_plan, handles

__all__ = ["HANDLERS", "compile_plan", "handles"]
