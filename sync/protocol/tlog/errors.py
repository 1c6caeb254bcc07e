"""What can be wrong with what a log says.

LogWrong              nothing of it is believed
├── NoteWrong         not the text that was expected, or not signed by the key that was expected
└── ProofWrong        signed perhaps, but it does not follow from what is known
"""


class LogWrong(ValueError):
    """What a log, a witness or a copy of them said is not believed; ``str()`` says why."""


class NoteWrong(LogWrong):
    """The text is malformed, or a signature that it must carry is missing or false."""


class ProofWrong(LogWrong):
    """The proof does not lead from what is known to what is claimed."""
