"""Understand one row: each cell accepted, repaired (with what and why) or refused (with why); nothing is guessed silently."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from khien.interchange.sheets import homes, numbers, titles, vocabulary, wishes
from khien.interchange.sheets.row_state import Staging as _Staging
from khien.interchange.sheets.types import Cell, FormulaError, Places, RawRow, Remark, StagedRow, Table, as_text
from khien.kernel import births, countries, identifiers, legacy_text, names, phones, sex, vietnamese
from khien.kernel.errors import Refused
from khien.kernel.identifiers import IdType

REQUIRED = ("full_name", "birth", "sex")
_LONGEST = 300
_MORE_THAN_A_NAME = re.compile(r"\w\s+[-–—]\s+\w")


def stage_row(raw: RawRow, places: Places, *, today: date | None = None, required: tuple[str, ...] = REQUIRED) -> StagedRow:
    """Understand one row. Fields in `required` that are empty are refused as sheets.missing."""
    row = _Staging(homes.where_they_live(raw), today)
    if raw.hidden:
        row.warn("", "sheets.hidden_row")
    for column in raw.section.columns if raw.ditto else ():
        if column.place in raw.ditto and raw.cell(column.place) is None:
            row.warn(column.field, "sheets.nothing_above", shown=raw.ditto[column.place])
        elif column.place in raw.ditto:
            row.repaired(column.field, raw.ditto[column.place], as_text(raw.cell(column.place)), "sheets.as_above")
    row.attempt("full_name", lambda: _name(row))
    row.attempt("birth", lambda: _birth(row))
    row.attempt("sex", lambda: _sex(row))
    row.attempt("nationality", lambda: _nationality(row))
    if raw.overfull:
        row.refuse("", "sheets.more_cells")
    numbers.number(row)
    row.attempt("insurance", lambda: numbers.insurance(row))
    for field in ("phone", "guardian_phone"):
        _phone(row, field)
    _place(row, places)
    _codes(row)
    wishes.wished_day(row)
    for field in ("occupation", "work_unit", "note"):
        _text(row, field)
    row.attempt("guardian_name", lambda: _guardian(row))
    _sex_from_number(row)
    for field in required:
        given = ("id_value" in row.values or "no_papers" in row.values) if field == "identifier" else field in row.values
        if not given and not row.refused(field):
            row.refuse(field, "sheets.missing")
    return StagedRow(raw.section.sheet, raw.number, row.values, tuple(row.repairs), tuple(row.refusals), tuple(row.warnings))


def stage_table(table: Table, places: Places, *, today: date | None = None,
                required: tuple[str, ...] = REQUIRED) -> Iterator[StagedRow]:
    """Understand every row, one at a time; a number that stands twice in the file is refused at its second place."""
    known: dict[tuple[str, str, str], StagedRow] = {}
    people: dict[tuple[str, ...], StagedRow] = {}
    for raw in table.rows:
        yield _against_file(stage_row(raw, places, today=today, required=required), known, people)


def _against_file(row: StagedRow, known: dict[tuple[str, str, str], StagedRow], people: dict[tuple[str, ...], StagedRow]) -> StagedRow:
    """Compare with the rows before: the same number, or the same name, birth date and sex."""
    values = row.values
    if "id_value" in values:
        key = (values["id_type"], values["id_country"], identifiers.hash_value(values["id_type"], values["id_value"]))
        first = known.setdefault(key, row)
        if first is not row:
            same = names.spelling_key(first.values.get("full_name", "")) == names.spelling_key(values.get("full_name", ""))
            code = "sheets.same_person_twice" if same else "sheets.number_twice"
            return replace(row, refusals=(*row.refusals, Remark("identifier", code, {"row": first.number, "sheet": first.sheet})))
    if "full_name" in values and "birth" in values:
        person = (names.spelling_key(values["full_name"]), values["birth"], values.get("sex", ""))
        first = people.setdefault(person, row)
        if first is not row and not ("id_value" in values and "id_value" in first.values):
            return replace(row, warnings=(*row.warnings, Remark("full_name", "sheets.maybe_twice", {"row": first.number, "sheet": first.sheet})))
    return row


def _name(row: _Staging) -> None:
    """The full name, put together where family and given names stand apart."""
    raw = row.raw
    apart = [place for field in ("family_name", "name_part") for place in raw.section.places(field)]
    family = raw.section.places("family_name")
    places = sorted([*apart, *raw.section.places("full_name")[:1]], key=lambda place: (place not in family, place)) if apart else []
    if spoilt := next((cell for place in places if isinstance(cell := raw.cell(place), FormulaError)), None):
        row.spoilt("full_name", spoilt)
        return
    text = " ".join(as_text(raw.cell(place)) for place in places) if apart else as_text(row.cell("full_name", "full_name"))
    if text.strip() in ("", "x", "X"):
        return
    if _MORE_THAN_A_NAME.search(text) or _are_several(text):
        row.refuse("full_name", "sheets.more_than_a_name")
        return
    bare, title = titles.off(text)
    read = names.read_name(bare)
    row.values["full_name"] = read.value
    row.repaired("full_name", text.strip(), read.value, *(f"names.{why}" for why in read.repairs), *([title] if bare != text else []))
    if title and bare == text:
        row.warn("full_name", title)
    if raw.section.name_joined and as_text(raw.value("name_part")):
        row.repaired("full_name", as_text(raw.value("full_name")), read.value, "sheets.name_joined")
    for warning in read.warnings:
        row.warn("full_name", warning)


def _are_several(text: str) -> bool:
    """Whether the lines of a cell are each a whole name; a name that its cell only wrapped is one."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    return len(lines) > 1 and all(len(line.split()) > 1 and names.begins_with_family(titles.off(line)[0]) for line in lines)


def _birth(row: _Staging) -> None:
    """The birth date from one cell, from three, or from the year under "Nam" or "Nữ"."""
    section = row.raw.section
    cell = row.cell("birth_date", "birth")
    for name in ("birth_male", "birth_female"):
        cell = cell if cell is not None else row.cell(name, "birth")
    for name in ("sex_male", "sex_female"):  # "Nam" and "Nữ" over years of birth
        told = row.raw.value(name)
        if cell is None and not isinstance(told, FormulaError) and sum(c.isdigit() for c in as_text(told)) >= 4:
            cell = told
    if isinstance(cell, bool):
        cell = None
    if cell is not None:
        assert not isinstance(cell, FormulaError)
        year = as_text(row.raw.value("birth_year"))
        year = year if re.fullmatch(r"\d{4}", year) else ""
        if year and isinstance(cell, str) and re.fullmatch(r"\d{1,2}\s*[-/.]\s*\d{1,2}", cell.strip()):
            cell = f"{cell.strip()}/{year}"  # day and month here, the year in its own column
        read = births.read_birth(cell, today=row.today, month_first=section.month_first and isinstance(cell, str))
    else:
        parts = [row.cell(f"birth_{part}", "birth") for part in ("day", "month", "year")]
        if all(part is None for part in parts):
            return
        cell = "/".join(as_text(part) for part in parts if part is not None)
        read = births.read_parts(*(as_text(part) for part in parts), today=row.today)
        year = ""
    if year and int(year) != read.value.year:  # Excel makes of 02/01 a day of the present year
        raise Refused("sheets.birth_years_differ", year=year)
    row.birth = read.value
    row.values["birth"] = read.value.iso()
    row.repaired("birth", as_text(cell), read.value.display(), *(f"births.{why}" for why in read.repairs))
    if read.value.swapped() and ((section.mixed_dates and isinstance(cell, str)) or (section.swap_suspected and isinstance(cell, date))):
        row.warn("birth", "sheets.maybe_swapped", other=read.value.swapped().display())  # type: ignore[union-attr]


def _sex(row: _Staging) -> None:
    """The sex from its word, or from the column that is marked."""
    cell = row.cell("sex", "sex")
    if cell is not None:
        row.values["sex"] = _sex_word(row, as_text(cell)).value
        return
    marked = [code for code, name in (("male", "male"), ("female", "female"))
              if _is_marked(row.raw.value(f"sex_{name}")) or row.raw.value(f"birth_{name}") is not None]
    if len(marked) == 2:
        row.refuse("sex", "sheets.both_sexes")
    elif marked:
        row.values["sex"] = marked[0]


def _is_marked(cell: Cell) -> bool:
    """Whether a column of one sex is ticked: 0, a dash and "không" say that it is not."""
    return cell is not None and as_text(cell).strip("-_. ") not in ("", "0") and vietnamese.letters(as_text(cell)) not in ("khong", "no", "false")


def _sex_word(row: _Staging, text: str) -> sex.Sex:
    """The sex's word, also as an old font wrote it."""
    try:
        if text.strip() == "x":  # a cross, not the X of a passport
            raise Refused("sex.unreadable")
        return sex.read_sex(text)
    except Refused:
        for how, read in (("tcvn3", legacy_text.from_tcvn3), ("vni", legacy_text.from_vni)):
            if (mended := read(text)) != text and vietnamese.letters(mended) in ("nam", "nu"):
                row.repaired("sex", text, mended, f"names.legacy.{how}")
                return sex.read_sex(mended)
        raise


def _sex_from_number(row: _Staging) -> None:
    """A personal number says the sex when its cell is empty."""
    if "sex" in row.values or row.refused("sex") or row.values.get("id_type") != IdType.CCCD:
        return
    row.values["sex"] = identifiers.number_facts(row.values["id_value"]).sex.value
    row.repaired("sex", "", row.values["sex"], "sheets.sex_from_number")


def _nationality(row: _Staging) -> None:
    text = as_text(row.cell("nationality", "nationality"))
    if text:
        row.values["nationality"] = countries.read_country(text)


def _phone(row: _Staging, field: str) -> None:
    """The first number that can be read among this field's columns; the clerk's or a neighbour's is no matter: it opens nothing."""
    cells = [cell for place in row.raw.section.places(field) if (cell := row.raw.cell(place)) is not None]
    problem: Refused | None = None
    for cell in cells:
        text = as_text(cell)
        if isinstance(cell, FormulaError) or vietnamese.letters(text) in vocabulary.NO_NUMBER or not set(text) - set("-_./ "):
            problem = problem or (Refused("sheets.formula_error", shown=text) if isinstance(cell, FormulaError) else None)
            continue
        try:
            read = phones.read_phone(text if isinstance(cell, date) else cell)
        except Refused as refusal:
            problem = problem or refusal
            continue
        row.values[field] = read.e164
        row.repaired(field, text, read.display, *(f"phones.{why}" for why in read.repairs))
        return
    if problem:
        row.refuse(field, problem.code, **problem.facts)


def _place(row: _Staging, places: Places) -> None:
    """Address and units; what is not certain is a warning, for a person can be called without it."""
    address = _text(row, "address", keep=False)
    neighbourhood = _text(row, "neighbourhood", keep=False)
    full = ", ".join(text for text in (address, neighbourhood) if text)
    if full:
        row.values["address"] = full
    province, district, commune = (_text(row, level, keep=False) for level in ("province", "district", "commune"))
    answer = places.find(province, district, commune, full)
    if answer.status in ("found", "several"):
        row.values |= {key: code for key in ("epoch", "province", "district", "commune") if (code := getattr(answer, key))}
        if answer.from_address:
            row.repaired("commune", full, answer.commune or answer.district or answer.province, "sheets.place_from_address")
    if answer.status == "several":
        row.warn("commune", "sheets.place_several", candidates=list(answer.candidates))
    elif answer.status == "unknown":
        row.warn(answer.level or "commune", "sheets.place_unknown")


def _codes(row: _Staging) -> None:
    """Priority groups, ethnic group, session: words that stand for codes."""
    text = as_text(row.cell("priority_group", "priority_group"))
    if text:
        groups = vocabulary.read_groups(text)
        if groups:
            row.values["priority_groups"] = ",".join(groups)
        else:
            row.refuse("priority_group", "sheets.group_unknown")
    text = as_text(row.cell("ethnic", "ethnic"))
    if text:
        code = vocabulary.read_ethnic(text)
        if code:
            row.values["ethnic"] = code
        else:
            row.warn("ethnic", "sheets.ethnic_unknown")
    text = as_text(row.cell("wished_session", "wished_session"))
    if text and (session := vocabulary.read_session(text)):
        row.values["wished_session"] = session
    elif text:
        row.warn("wished_session", "sheets.session_unknown")
    email = as_text(row.cell("email", "email"))
    if email and re.fullmatch(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,24}", email):
        row.values["email"] = email.casefold()
    elif email:
        row.warn("email", "sheets.email_unreadable")


def _guardian(row: _Staging) -> None:
    text = as_text(row.cell("guardian_name", "guardian_name"))
    if text:
        bare, title = titles.off(text)
        row.values["guardian_name"] = names.read_name(bare).value
        row.repaired("guardian_name", text, row.values["guardian_name"], *([title] if bare != text else []))


def _text(row: _Staging, name: str, *, keep: bool = True) -> str:
    """A free text: cleaned, mended, cut at 300 characters with a repair that says so."""
    cell = row.cell(name, name)
    before = as_text(cell)
    if not before:
        return ""
    text = before if before.isprintable() else "".join(c for c in before if c.isprintable() or c in "\n\t")
    mended = legacy_text.repair(text)
    if mended:
        text = mended[0]
        row.repaired(name, before, vietnamese.clean(text), f"names.legacy.{mended[1]}")
    text = vietnamese.clean(text)
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
        row.repaired(name, before[:_LONGEST], text, "sheets.text_cut")
    if keep and text:
        row.values[name] = text
    return text
