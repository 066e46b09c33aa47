"""A solved document as PDF: the LaTeX of `tex`, set by pdflatex in a folder of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.document import Document
from proofs.render.figure import pdf_file
from proofs.render.tex import to_tex
from proofs.render.view import View, view
from symbolic.errors import PushthroughError


def to_pdf(document: Document | View) -> bytes:
    """The document as a PDF file. Raises PushthroughError without pdflatex, or with the first complaint of pdflatex."""
    require_pdflatex()
    shown = view(document)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "solutions.tex").write_text(to_tex(shown), encoding="utf-8")
        for figure in shown.figures:
            (folder / f"{figure.name}.pdf").write_bytes(pdf_file(figure))
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "solutions.tex"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            complaint = re.search(r"^! (.*)", done.stdout, re.MULTILINE)
            raise PushthroughError(f"pdflatex stopped: {complaint[1] if complaint else done.stdout[-200:]}")
        return (folder / "solutions.pdf").read_bytes()


def require_pdflatex() -> None:
    """Raises PushthroughError, which names what to install, if there is no pdflatex."""
    if shutil.which("pdflatex") is None:
        raise PushthroughError(
            "the format pdf needs pdflatex: install TeX Live (on Debian and Ubuntu the package"
            " texlive-latex-recommended), or choose tex or html"
        )


__all__ = ["require_pdflatex", "to_pdf"]
