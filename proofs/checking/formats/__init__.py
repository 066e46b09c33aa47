"""What a proofread document is printed as: one row a format."""

from proofs.checking.formats.github import remarks
from proofs.checking.formats.html import page
from proofs.checking.formats.json import objects
from proofs.checking.formats.layout import Format, Look
from proofs.checking.formats.text import listing, totals

FORMATS = {
    "text": Format(each=listing, end=totals),
    "json": Format(end=objects),
    "github": Format(each=remarks),
    "html": Format(end=page),
}

__all__ = ["FORMATS", "Format", "Look"]
