"""The EU's value sets of 2023: which code stands for which vaccine, maker, disease and country."""

from dataclasses import dataclass
from functools import cache

from khien.certificates.schema import load

COVID_19 = "840539006"
_ANY_COVID_VACCINE = "28531000087107"


@dataclass(frozen=True, slots=True)
class Product:
    """A vaccine as certificates name it: product (`mp`), maker (`ma`) and prophylaxis (`vp`)."""

    name: str
    mp: str
    ma: str
    vp: str


# Products used in Viet Nam (by our code) and their name in the EU's instructions for encoding.
# Vero Cell of Beijing (BIBP) is BBIBP-CorV; children's Comirnaty and every Vaxzevria share the adults' code.
VIETNAM = {
    "AZ": "Vaxzevria",
    "SPUTNIK": "Sputnik V",
    "VERO": "BBIBP-CorV",
    "PFIZER": "Comirnaty",
    "PFIZER-P": "Comirnaty",
    "MODERNA": "Spikevax",
    "JANSSEN": "Jcovden",
    "HAYAT": "Hayat-Vax",
    "ABDALA": "Abdala",
    "COVAXIN": "Covaxin",
}


@cache
def products() -> dict[str, Product]:
    """Every product that the EU's instructions name, by that name; the narrowest prophylaxis code of each."""
    found: dict[str, Product] = {}
    for name, codes in load("vaccine-encoding-instructions")["valueSetValues"].items():
        narrow = [code for code in codes["sct-codes"] if code != _ANY_COVID_VACCINE]
        vp = (narrow or [_ANY_COVID_VACCINE])[0]
        found[name] = Product(name, codes["vaccine-code"], codes["vaccine-manufacturer"], vp)
    return found


def product(vaccine: str) -> Product | None:
    """The product of one of our vaccine codes, or of a name in the EU's instructions; None when it has none."""
    return products().get(VIETNAM.get(vaccine, vaccine))


@cache
def codes(valueset: str) -> dict[str, str]:
    """The codes of a value set (its file's name) with the text to display."""
    return {code: value["display"] for code, value in load(valueset)["valueSetValues"].items()}


def display(valueset: str, code: str) -> str:
    """The text of a code, or the code itself when the set does not know it."""
    return codes(valueset).get(code, code)
