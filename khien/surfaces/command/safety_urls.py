"""The addresses of safety: line list, cases, rates, signals, map, follow-up."""

from khien.surfaces.command import safety_case, safety_list, safety_papers, safety_rates, where
from khien.surfaces.web.guard import staff

A = "an-toan/ho-so/<uuid:aefi_id>"
PATTERNS = [
    staff("an-toan", safety_list.index, "safety", may="safety.see"),
    staff("an-toan/danh-sach.xlsx", safety_list.workbook, "safety_xlsx", may="safety.export"),
    staff("an-toan/moi", safety_list.new, "aefi_new", may="safety.edit"),
    staff("an-toan/ty-le", safety_rates.rates, "safety_rates", may="safety.rates"),
    staff("an-toan/tin-hieu", safety_rates.signals, "safety_signals", may="safety.rates"),
    staff("an-toan/ban-do", safety_rates.chart, "safety_map", may="safety.rates"),
    staff("an-toan/hoi-tham", safety_rates.calls, "safety_calls", may="safety.follow"),
    staff("an-toan/hoi-tham/<uuid:follow_up>", safety_rates.called, "safety_called", may="safety.follow", place=where.follow_up),
    staff(A, safety_case.show, "aefi", may="safety.see", place=where.aefi),
    staff(f"{A}/sua", safety_case.edit, "aefi_edit", may="safety.edit", place=where.aefi),
    staff(f"{A}/bao", safety_case.report, "aefi_report", may="safety.report", place=where.aefi),
    staff(f"{A}/dieu-tra", safety_case.investigate, "aefi_investigate", may="safety.investigate", place=where.aefi),
    staff(f"{A}/hoi-dong", safety_case.decide, "aefi_decide", may="safety.decide", place=where.aefi),
    staff(f"{A}/viec", safety_case.settle, "aefi_settle", may="safety.edit", place=where.aefi),
    staff(f"{A}/phieu.pdf", safety_papers.form, "aefi_pdf", may="safety.export", place=where.aefi),
    staff(f"{A}/icsr.xml", safety_papers.message, "aefi_xml", may="safety.export", place=where.aefi),
]
