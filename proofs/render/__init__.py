"""A solved document as LaTeX, PDF, HTML, Markdown and JSON. One file a format; what they show is decided in `view`.

Prose is plain text in which `$...$` is LaTeX. A new format is a file with one function from a `Document` to the text or
the bytes of a file.
"""

from proofs.render.html import to_html
from proofs.render.json import to_json
from proofs.render.markdown import to_md
from proofs.render.pdf import to_pdf
from proofs.render.tex import to_tex

__all__ = ["to_html", "to_json", "to_md", "to_pdf", "to_tex"]
