"""Registration, one question a page: the same questions for the portal and the health book.

`Wizard` mounts it on a surface. Answers wait in a sealed draft of the registration room; nothing personal is in an address.
"""

from khien.surfaces.web.registering.wizard import Wizard

__all__ = ["Wizard"]
