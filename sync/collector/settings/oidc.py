"""Settings of signing in with the office's own accounts."""

from pathlib import Path
from typing import Annotated, Literal

from kiosk.base.settings.reading import Section
from kiosk.base.settings.rules import private_address, secret


class Oidc(Section, frozen=True):
    """The provider, and what of its word is taken."""

    issuer: Annotated[str, private_address] = ""
    client_id: str = ""
    client_secret: Annotated[str, secret] = ""
    client_secret_file: Path | None = None
    name_claim: str = "preferred_username"
    audience: str = ""
    create_role: Literal["", "viewer", "supervisor"] = ""
    create_unit: str = ""
    ca_file: Path | None = None

    @property
    def is_on(self) -> bool:
        """Whether people may come this way."""
        return bool(self.issuer and self.client_id)

    @property
    def wanted_audience(self) -> str:
        """For whom a token must be made."""
        return self.audience or self.client_id
