"""A solved document as JSON: what the other formats show, as data."""

from __future__ import annotations

import json
from dataclasses import asdict

from proofs.document import Document
from proofs.render.view import View, view


def to_json(document: Document | View) -> str:
    """The view of `document` as JSON; formulas are LaTeX, texts are prose with `$...$`, figures are told, not drawn."""
    data = asdict(view(document), dict_factory=lambda pairs: {k: value for k, value in pairs if not callable(value)})
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


__all__ = ["to_json"]
