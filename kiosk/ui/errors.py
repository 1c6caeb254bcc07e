"""What can keep the screen from opening."""


class ScreenUnavailable(Exception):
    """No window can be shown: put in place what the sentence names, then start again.

    ``message`` is the id of the sentence, ``values`` fill its places.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message.format(**values))
        self.message = message
        self.values = values
