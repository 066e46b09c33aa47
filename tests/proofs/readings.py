"""Certificates at the borders of the format, and whether proofs/README.md lets them be accepted.

READINGS: name -> (accepted, certificate). Both checkers are held to the first.
"""

from typing import Any

SIZES = {
    "A": ["n", "n"], "B": ["n", "n"], "X": ["m", "n"], "Y": ["n", "m"], "x": ["n", "1"], "y": ["n", "1"],
    "z": ["m", "1"], "r": ["1", "n"], "s": ["1", "1"], "t": ["1", "1"], "u": ["1", "1"],
}  # fmt: skip
I = {"i": "n", "j": "n"}
ONE, TWO, ZERO, MINUS = (["num", q] for q in ("1", "2", "0", "-1"))
ID, NONE = ["id", "n"], ["zero", "n", "n"]


def certificate(claim: Any, proof: Any = None, symbols: dict = {}, **parts: Any) -> dict:  # noqa: B006
    empty = {"indices": {}, "given": [], "assumed": [], "steps": []}
    frame = {"format": "pushthrough", "version": 1, "symbols": {**SIZES, **symbols}, "claim": claim, "proof": proof}
    return {**frame, **empty, **parts}


def same(a: Any, b: Any = None, **parts: Any) -> dict:
    return certificate(["eq", a, a if b is None else b], **parts)


def power(fact: list) -> dict:
    return same(["mul", "s", ["pow", "s", "-1"]], ONE, given=[fact])


def tied(*fact: Any) -> dict:
    slope = ["stack", "i", "1", "j", "n", ["partial", ["mul", "x'", "x"], "x", "j", None]]
    return same(slope, ["mul", TWO, "x'"], given=[list(fact)])


def shown(word: str, e: Any, *squares: Any, **parts: Any) -> dict:
    return certificate([word, e], [list(squares), None], **parts)


def falls(e: Any, b: Any, **parts: Any) -> dict:
    return certificate(["limit", "t", e, b], **parts)


def jacobian(proof: Any, *facts: Any, **parts: Any) -> dict:
    linear = ["forall", "x", ["eq", ["mul", "A", "x"], ["mul", "B", "x"]]]
    return certificate(["eq", "A", "B"], proof, given=[linear, *facts], **parts)


x_i = ["entry", "x", "i", None]
square = ["mul", "x'", "x"]
shifted = ["add", "A", ["mul", "t", ID]]
pos = ["positive", "s"]
both: dict[str, Any] = {"given": [pos, ["positive", "t"]]}
invertible: dict[str, Any] = {"given": [["invertible", "A"]], "steps": [["inverse", "A"]]}
undone = ["eq", ["mul", "A", ["inv", "A"]], ID]
R = ["ref", "inv0.r"]
equal: dict[str, Any] = {"given": [["eq", "A", "B"]]}

ACCEPTED = {
    "a size that is a number is that number": same(["dim", "3"], ["num", "3"]),
    "tr of an identity": same(["tr", ["id", "3"]], ["num", "3"]),
    "a size nobody declared": same(["dim", "q"]),
    "a symbol and a size of one name": same("A", symbols={"n": ["1", "1"]}),
    "a scalar on the right": same(["mul", "A", "s"], ["mul", "s", "A"]),
    "an index of range 1": same(["stack", "i", "1", "j", "n", ["entry", "r", "i", "j"]], "r"),
    "or null": same(["stack", "i", "1", "j", "n", ["entry", "r", None, "j"]], "r"),
    "delta on the diagonal": same(["delta", "i", "i"], ONE, indices=I),
    "an index that hides another": same(["sum", "i", "n", ["pow", x_i, "2"]], square, indices=I),
    "an index that hides a symbol": same(["sum", "s", "n", ["pow", ["entry", "x", "s", None], "2"]], square),
    "an index of the name of its range": same(["sum", "n", "n", ONE], ["dim", "n"]),
    "names of ends": same(["stack", "COL", "n", "ROW", "n", ["entry", "A", "COL", "ROW"]], "A"),
    "entries in any number": same(["stack", "i", "m", "j", "n", ONE]),
    "sym of a transpose": same(["sym", "A'"], ["T", "A"]),
    "zeros in front above": same(["num", "-00"], ZERO),
    "a power that is a fraction of integers": same(["pow", "A", "4/2"], ["mul", "A", "A"]),
    "power 64": same(["pow", "s", "64"]),
    "a negative power of a positive symbol": power(pos),
    "and of one that is not 0": power(["nonzero", "s"]),
    "roots of positive symbols": same(["mul", ["pow", "s", "1/2"], ["pow", "s", "1/2"]], "s", given=[pos]),
    "derivative of an inverse": certificate(
        ["eq", ["partial", ["tr", ["inv", "A"]], "A", "i", "j"],
         ["mul", MINUS, ["entry", ["pow", ["inv", "A"], "2"], "j", "i"]]], indices=I, **invertible,
    ),
    "derivative of a power": same(["partial", ["pow", "s", "-2"], "s", None, None],
                                  ["mul", ["num", "-2"], ["pow", "s", "-3"]], given=[pos]),
    "log of a product": same(["log", ["mul", TWO, ["exp", "s"]]], ["add", ["log", TWO], "s"]),
    "log 1": same(["log", ONE], ZERO),
    "log of a fraction, however written": same(["log", ["num", "2/4"]], ["log", ["num", "1/2"]]),
    "log of a power": same(["log", ["pow", TWO, ["sym", "s"]]], ["mul", "s", ["log", TWO]]),
    "log of a product over i": same(["log", ["prod", "i", "n", ["exp", ["pow", x_i, "2"]]]], square),
    "log t is constant in s": same(["partial", ["mul", "s", ["log", "t"]], "s", None, None], ["log", "t"], **both),
    "the first inverse of two": certificate(undone, R, given=[["invertible", "A"]], steps=[["inverse", "A"]] * 2),
    "a fact of a later inverse": same("A", **{**invertible, "given": [["positive_definite", ["inv", "A"]], pos,
                                                                     ["invertible", "A"]]}),
    "a reference in a step": same("A", steps=[["inverse", ["add", "A", ["ref", "g1"]]]],
                                  given=[["invertible", ["add", "A", "B"]], ["eq", "B", NONE]]),
    "#0 in what a step shows": certificate(
        ["positive_semidefinite", ["mul", ["T", ["inv", "A"]], ["inv", "A"]]], given=invertible["given"],
        steps=[["inverse", "A"], ["positive_semidefinite", ["mul", "#0'", "#0"], [[ONE, None, "#0"]], None]],
    ),
    "numbers of facts": certificate(["implies", ["eq", "A", "B"], ["eq", "A", "B"]], ["ref", "h2"], given=[pos],
                                    steps=[["positive", "s", [[ONE, "s", ONE]], None]]),
    "a0 after g0": certificate(["eq", "A", "B"], ["ref", "a0"], given=[pos], assumed=equal["given"]),
    "an invertible number": certificate(["invertible", "s"], given=[["nonzero", "s"]]),
    "a column that is not 0": certificate(["injective", "x"], given=[["nonzero", "x"]]),
    "the coefficient is a size": shown("nonnegative", ["mul", ["dim", "n"], square], [["dim", "n"], None, "x"]),
    "a power of a symbol": shown("nonnegative", ["mul", ["pow", "s", "-1"], square], [["pow", "s", "-1"], None, "x"],
                                 given=[pos]),
    "what cancels is not looked at": shown("nonnegative", square, [["add", "s", ONE, ["mul", MINUS, "s"]], None, "x"]),
    "1 is an identity": shown("positive", "s", [ONE, "s", ONE], given=[pos]),
    "however it is written": shown("positive_definite", ID, [ONE, None, ["pow", "A", "0"]]),
    "the matrix is not 0": shown("positive", ["tr", ["mul", "X'", "X"]], [ONE, None, ["mul", ONE, "X"]],
                                 given=[["nonzero", "X"]]),
    "or one-to-one": shown("positive", ["tr", ["mul", "X'", "X"]], [ONE, None, "X"], given=[["injective", "X"]]),
    "what is invertible is definite": shown("positive_definite", ["mul", "A'", "A"], [ONE, None, "A"],
                                            given=[["invertible", ["mul", "A'", "A"]]]),
    "a number in the middle": shown("nonnegative", ["mul", "s", ["tr", ["mul", "X'", "X"]]], [ONE, "s", "X"],
                                    given=[["nonnegative", "s"]]),
    "a product in the middle": shown("positive", ["mul", "s", "t"], [ONE, ["mul", "s", "t"], ONE], **both),
    "a product that is known whole": shown("nonnegative", ["mul", "s", "t"], [ONE, ["mul", "s", "t"], ONE],
                                           given=[["nonnegative", ["mul", "s", "t"]]]),
    "no squares at all": shown("positive_semidefinite", NONE),
    "a number as left inverse": certificate(["injective", ["mul", TWO, ID]], [["num", "1/2"], None]),
    "at least, of logarithms": certificate(["at_least", "s", "t"], given=[*both["given"],
                                           ["nonnegative", ["add", ["log", "s"], ["mul", MINUS, ["log", "t"]]]]]),
    "bound by its own fact": tied("forall", "x", ["eq", "x", "y"]),
    "an inequality does not tie": tied("nonnegative", square),
    "Jacobian of a fact": jacobian(["ref", "g0"]),
    "a size is no symbol in facts": certificate(["forall", "q", ["eq", "q", "q"]], given=[["invertible", "Q"]],
                                                symbols={"q": ["1", "1"], "Q": ["q", "q"]}),
    "words at the head are no symbols": certificate(["forall", "mul", ["eq", "x", "x"]], symbols={"mul": ["1", "1"]},
                                                    given=[["eq", ["mul", "A", "x"], "y"]]),
    "limit": falls(["mul", ["add", ONE, "t"], x_i], x_i, indices=I),
    "limit, t' is t": falls(["add", "s", "t'"], "s"),
    "limit under facts of t": falls(["add", "s", "t"], "s", given=[["positive", "t"], ["invertible", shifted]]),
    "a proof that names t": falls(["mul", "A", ["add", ONE, "t"]], "B", **equal,
                                  proof=["add", ["ref", "g0"], ["mul", "t", ["ref", "g0"]],
                                         ["mul", MINUS, "t", ["ref", "g0"]]]),
    "forall over a hypothesis": certificate(["forall", "x", ["implies", ["nonzero", "x"], ["eq", "x", "x"]]]),
    "numerals of other scripts": same("A", symbols={"²": ["ⅷ", "x1"], "é-(": ["n²", "n"]}),
    "300 to a monomial, one the coefficient": same(["mul", *[["delta", "i", "j"]] * 299], indices=I),
}  # fmt: skip

REFUSED = {
    "identities of two sizes": same(["id", "m"], ID),
    "as many rows are not a shape": same(NONE, ["zero", "n", "m"]),
    "a derivative of the wrong sign": same(["partial", ["inv", "s"], "s", None, None], ["pow", ["inv", "s"], "2"],
                                           given=[pos], steps=[["inverse", "s"]]),
    "inverse of an identity of another size": certificate(
        ["eq", ["inv", ID], ID], given=[["invertible", ["id", "m"]]], steps=[["inverse", ["id", "m"]]], proof=R
    ),
    "a symbol as size": same(["dim", "s"]),
    "a symbol as range": same(["sum", "k", "s", ONE]),
    "a symbol as height": same(["stack", "k", "s", "l", "m", ONE]),
    "a symbol as height of 0": same(["zero", "s", "1"]),
    "an index as size": same(["zero", "i", "1"], indices=I),
    "a delta over the name of a symbol": same(["delta", "i", "j"], indices=I, symbols={"n": ["1", "1"]}),
    "a size and a symbol are two things": same(["tr", ["pow", "A", "0"]], "n", symbols={"n": ["1", "1"]}),
    "an index that hides a symbol in use": same(["sum", "x", "n", ["pow", ["entry", "x", "x", None], "2"]], square),
    "an index once": same(["sum", "i", "n", x_i]),
    "an index thrice": same(["sum", "i", "n", ["pow", x_i, "3"]]),
    "half a product": same(["mul", ["stack", "i", "1", "j", "n", ONE], "x"]),
    "one index for both": same(["stack", "i", "n", "i", "n", ["entry", "A", "i", "i"]], "A"),
    "an integer of JSON": same(["pow", "A", 2]),
    "power 65": same(["pow", "s", "65"]),
    "zeros in front below": same(["num", "1/02"]),
    "a power in other words": power(["positive", ["sym", "s"]]),
    "invertible is not enough for a power": power(["invertible", "s"]),
    "a power of a transpose": same(["pow", "s'", "-1"], given=[pos]),
    "root of what may be negative": same(["pow", "s", "1/2"], given=[["nonzero", "s"]]),
    "log 1 is not 1": same(["log", ONE], ONE),
    "and 1 is not at least e": certificate(["at_least", ONE, ["exp", ONE]], [[], None]),
    "log 6 is a number of its own": same(["log", ["num", "6"]], ["log", ["mul", TWO, ["num", "3"]]]),
    "a string as exponent of a positive product": same(["log", ["pow", TWO, "s"]]),
    "sym in a positive product": same(["log", ["sym", "s"]], given=[pos]),
    "log of a symbol of unknown sign": same(["log", "s"], given=[["nonzero", "s"]]),
    "derivative of a logarithm": same(["partial", ["log", "s"], "s", None, None], given=[pos]),
    "exp alone": same(["exp", "s"]),
    "the second inverse of two": certificate(undone, ["ref", "inv1.r"], given=[["invertible", "A"]],
                                             steps=[["inverse", "A"]] * 2),
    "zeros in front of k": same("A", given=invertible["given"], steps=[["inverse", "A"], ["zero", ["mul", "#00", R]]]),
    "other digits": same("A", given=invertible["given"], steps=[["inverse", "A"], ["zero", ["mul", "#٠", R]]]),
    "#0 in a claim": same("#0", **invertible),
    "a reference in a claim": same(["ref", "g0"], **equal),
    "an inverse nobody introduced": same("A", given=[["positive_definite", ["inv", "A"]]]),
    "a square of a reference": certificate(["eq", "s", "t"], ["pow", ["ref", "g0"], "1"], given=[["eq", "s", "t"]]),
    "an index in a fact": certificate(["eq", "A", "A"], given=[["positive", x_i]], indices=I),
    "an index in a claim of one word": shown("nonnegative", ["pow", x_i, "2"], [ONE, None, x_i], indices=I),
    "an index in at_least": certificate(["at_least", ["exp", ["pow", x_i, "2"]], ["exp", ZERO]],
                                        [[[ONE, None, x_i]], None], indices=I),
    "a1 after g0": certificate(["eq", "A", "B"], ["ref", "a1"], given=[pos], assumed=equal["given"]),
    "nonzero is not shown": certificate(["nonzero", "s"], given=[["nonzero", "s"]]),
    "a coefficient in other words": shown("nonnegative", ["mul", "s", square], ["s", None, "x"],
                                          given=[["positive_definite", "s"]]),
    "a coefficient below 0": shown("nonnegative", ["mul", MINUS, square], [MINUS, None, "x"]),
    "a coefficient that is 0": shown("nonnegative", ZERO, [ZERO, None, "x"]),
    "a logarithm as coefficient": shown("nonnegative", ["mul", ["log", TWO], square], [["log", TWO], None, "x"]),
    "a square that may be 0": shown("positive", square, [ONE, None, "x"]),
    "another matrix is not 0": shown("positive", ["tr", ["mul", "X'", "X"]], [ONE, None, "X"],
                                    given=[["nonzero", "X'"]]),
    "a matrix that is not 0": shown("positive_definite", ["mul", "A'", "A"], [ONE, None, "A"],
                                   given=[["nonzero", "A"]]),
    "no part is split": shown("positive", ["mul", "s", "t", "u"], [ONE, ["mul", "s", ["mul", "t", "u"]], ONE],
                              given=[*both["given"], ["positive", "u"]]),
    "a part that is no number": shown("nonnegative", ["mul", "s", "x'", "A", "x"], [ONE, ["mul", "s", "A"], "x"],
                                      given=[pos, ["positive_semidefinite", "A"]]),
    "a number as a part": shown("positive", ["mul", TWO, "t"], [ONE, ["mul", TWO, "t"], ONE], **both),
    "an object as list of squares": certificate(["nonnegative", ZERO], [{}, None]),
    "a string as list of squares": certificate(["nonnegative", ZERO], ["", None]),
    "a string as square": shown("nonnegative", ["mul", "s", square], "sAx",
                                given=[pos, ["positive_semidefinite", "A"]]),
    "more than evidence and a proof": certificate(["injective", ["mul", TWO, ID]], [["num", "1/2"], None, None]),
    "a claim with one more": certificate(["at_least", "s", "s", "A"], [[], None], given=[pos]),
    "a fact with one more": same("A", given=[pos, ["at_least", "s", "s", "A"]]),
    "no claims": certificate(["and"], []),
    "tied by an equation": tied("eq", "x", "y"),
    "tied by symmetry": tied("positive_semidefinite", ["mul", "x", "x'"]),
    "tied by another forall": tied("forall", "y", ["eq", "x", "y"]),
    "tied by an index of its name": tied("eq", ["sum", "x", "n", ["pow", ["entry", "y", "x", None], "2"]], "s"),
    "Jacobian by what is tied": jacobian(["ref", "g0"], ["eq", "x", "y"]),
    "a derivative in a fact that a hypothesis makes unclear": certificate(
        ["implies", ["eq", "s", "t"], ["nonnegative", ["mul", "u", "u"]]],
        steps=[["nonnegative", ["partial", ["mul", "s", "u", "u"], "s", None, None], [[ONE, None, "u"]], None]],
    ),
    "forall over what a step speaks of": certificate(["forall", "x", ["eq", "x", "x"]],
                                                     steps=[["nonnegative", square, [[ONE, None, "x"]], None]]),
    "a limit that contains t": falls(["add", "s", "t"], ["add", "s", ["mul", ZERO, "t"]]),
    "limit, sym": falls(["add", "s", ["sym", "t"]], "s"),
    "limit of an index t": falls(["sum", "t", "n", ["pow", ["entry", "x", "t", None], "2"]], square),
    "limit of a power": falls(["mul", "t", ["pow", "t", "-1"]], ONE, given=[["positive", "t"]]),
    "limit of a derivative by t": falls(["partial", ["mul", "t", "s"], "t", None, None], "s"),
    "limit where t is tied": falls(["add", "s", "t"], "s", given=[["nonnegative", ["mul", TWO, "t"]]]),
    "limit of an inverse not introduced": falls(["mul", ZERO, ["inv", ["add", ONE, "t"]]], ZERO),
    "a hypothesis outside its claim": certificate(
        ["and", ["implies", ["eq", "A", "B"], ["eq", "A", "B"]], ["eq", "A", "B"]], [["ref", "h0"]] * 2
    ),
    "a decimal digit in front": same("A", symbols={"٣": ["n", "n"]}),
    "a space that does not show": same("A", symbols={"x\u200b": ["n", "n"]}),
    "a size of ten digits": same("A", symbols={"Q": ["1000000000", "n"]}),
    "more than 300 to a monomial": same(["mul", *[["delta", "i", "j"]] * 300], indices=I),
    "a number of 1001 digits": same(["mul", *[["num", "9" * 99]] * 11]),
    "version 1.0": certificate(["eq", "A", "A"], version=1.0),
    "version true": certificate(["eq", "A", "A"], version=True),
    "an object for a list": certificate(["eq", "A", "A"], given={}),
    "one key more": certificate(["eq", "A", "A"], more=None),
}  # fmt: skip

READINGS = {name: (True, c) for name, c in ACCEPTED.items()} | {name: (False, c) for name, c in REFUSED.items()}
assert len(READINGS) == len(ACCEPTED) + len(REFUSED)
