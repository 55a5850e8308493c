"""Papers as PDF, without system libraries: facts in, bytes out. Nothing here asks the clock or the database."""

from khien.surfaces.web.paper.aefi import AefiFacts, aefi_form_pdf
from khien.surfaces.web.paper.certificate import certificate_pdf
from khien.surfaces.web.paper.confirmation import confirmation_pdf
from khien.surfaces.web.paper.facts import (
    CallRow,
    CertificateFacts,
    ConfirmationFacts,
    PaperDose,
    PaperForm,
    PaperSerialText,
    SlipRow,
)
from khien.surfaces.web.paper.lists import call_sheet_pdf, slips_pdf
from khien.surfaces.web.paper.session_forms import paper_form_pdf

__all__ = [
    "AefiFacts",
    "CallRow",
    "CertificateFacts",
    "ConfirmationFacts",
    "PaperDose",
    "PaperForm",
    "PaperSerialText",
    "SlipRow",
    "aefi_form_pdf",
    "call_sheet_pdf",
    "certificate_pdf",
    "confirmation_pdf",
    "paper_form_pdf",
    "slips_pdf",
]  # fmt: skip
