r"""Problem sets to run and to copy: `pushthrough solve --from proofs.examples.first`, or `--from` a file of your own.

A problem set is a Python module that defines `PROBLEM`, a `proofs.document.Problem` (or `PROBLEMS`, several of them).
The first line of its docstring is the title of the document. `first.py` explains itself line by line; the pieces are:

    Problem(number, title, intro, parts)      parts: {"a": builder, ...}; a builder takes nothing and returns the Part
    Part(label, question, derivations, ...)   label "1(a)" for part "a" of problem 1; then, all optional,
                                              listings, remarks, figures and tables
    Derivation(lhs, rhs, relation, given, steps, title, answer_type)     a claim, its hypotheses, the steps to it
    Step(lhs, rhs, relation, reason, given)   one relation; steps that continue each other are printed as one chain
    Figure(name, caption, alt, draw)          draw is given a matplotlib Figure and draws on it
    Table(header, rows, caption)              cells are prose

Formulas are SymPy expressions, so nothing is typed in twice and nothing is a picture of a formula. Prose is plain text
in which `$...$` is LaTeX. Derivations need not be written step by step:

* `symbolic.derive(f, x)` differentiates, for an arbitrary entry, and stacks the entries: every step is in it;
* `proofs.explain.explain(lhs, rhs, given)` searches for a proof of an identity and writes it as a chain of steps;
* a `Derivation` with steps of your own says them in your order. Its `relation` is "=", "<=", ">=", "<", ">", "iff",
  "implies", or "holds" for a fact such as `Q.positive_definite(A)`, whose other side is `sympy.true`.

A builder claims; it proves nothing. `solve` hands every derivation to `proofs.verify`, which judges the claim and each
step by itself, under the hypotheses in `given`: `proved` with a certificate that the kernel has accepted, `refuted`
with a counterexample, `supported` by random exact instances only, or `conditional` on what was not stated. The page
prints that verdict beside the line: a slip in a problem set is a refuted line, and the command ends with exit code 1.
"""
