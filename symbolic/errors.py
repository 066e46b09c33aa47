"""The errors that users meet: one base class, and a name for each way in which input can be unusable."""


class PushthroughError(Exception):
    """Base of every error this toolkit raises on purpose; its message names the object, the values and a way out."""


class ShapeError(PushthroughError):
    """Sizes do not fit: a product, a sum, an inverse or an index that no assignment of sizes makes meaningful."""


class MissingHypothesis(PushthroughError):
    """A step needs a fact that was not given, such as `Q.invertible(A)`."""


class ProofError(PushthroughError):
    """A certificate, or a step of a derivation, does not establish what it claims."""


class ReadError(PushthroughError):
    """A text could not be read; the message quotes the place and says what was expected there."""


class UnsupportedError(PushthroughError):
    """The engine does not know this node. It is named; it is never treated as a constant."""


class MissingExtra(PushthroughError):
    """A library that comes with an extra is not installed; the message is the line that installs it."""


class WitnessError(PushthroughError):
    """An answer of the engine disagrees with an independent evaluation: a bug; the message shows both."""
