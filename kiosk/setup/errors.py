"""What can keep a kiosk from being set up, one class per next action.

SpokenError
├── SetupFileMissing    no setup file is there: name one, or give the options
├── SettingsNotKept     the settings cannot be written: mend the folder's rights
├── WrongUser           the data is another user's: run it as that user
└── WrongCounter        the code was another counter's: move the kiosk, or take the right code
"""

from kiosk.base.errors import SpokenError


class SetupFileMissing(SpokenError):
    """No setup file lies where one was looked for."""

    exit_code = 2


class SettingsNotKept(SpokenError):
    """The settings could not be written: mend the rights of the folder."""


class WrongUser(SpokenError):
    """The kiosk's data belongs to another user, who could not read what this one writes."""


class WrongCounter(SpokenError):
    """The code belonged to another counter than the one that was named."""
