"""What can go wrong on the way by the office's accounts, one class per next action.

OidcTrouble
├── ProviderDown    the provider gives no usable answer: try later, or take the password
├── ArrivalRefused  what came back is not what was asked for: begin anew
└── NoAccount       the person is known there and not here: an administrator makes the account
"""

from kiosk.base.errors import SpokenError


class OidcTrouble(SpokenError):
    """Nobody was let in."""


class ProviderDown(OidcTrouble):
    """The provider cannot be asked, or answers what no provider may."""


class ArrivalRefused(OidcTrouble):
    """The person, or somebody in their place, came back with something else than the provider's word for us."""


class NoAccount(OidcTrouble):
    """The provider vouches for somebody who has no open account here."""
