"""The report of an export: one HTML file for people and one JSON file for programs."""

from .account import Account
from .composed import export_page
from .document import export_document
from .written import write_report

__all__ = ["Account", "export_document", "export_page", "write_report"]
