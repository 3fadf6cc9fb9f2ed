"""The errors that a user can mend.

    DigitcnnError
    +-- InputError              the input cannot be read
    +-- ModelNotFoundError      no trained model under this name or path
    +-- DatasetError            a data set is missing or broken
    +-- RunFolderError          a run folder is missing, broken or in the way
    +-- NotSupportedError       this version or server cannot do it

Every message is a sentence or two for the screen: what happened, and what to do.
Pages, the command line and the HTTP API catch `DigitcnnError` and nothing wider, so that a bug
surfaces with its traceback. Mistakes of a caller are `ValueError` and `TypeError`.
"""


class DigitcnnError(Exception):
    """Base of the errors that a user can mend."""


class InputError(DigitcnnError):
    """The input (a drawing, a picture, a file) cannot be read."""


class ModelNotFoundError(DigitcnnError):
    """There is no trained model under this name or path."""


class DatasetError(DigitcnnError):
    """A data set could not be found, downloaded or understood."""


class RunFolderError(DigitcnnError):
    """A run folder is missing, broken, or holds another run than the one asked for."""


class NotSupportedError(DigitcnnError):
    """This version, or this server, cannot do it."""
