"""The errors that a user can mend.

    DigitcnnError
    +-- InputError              what was given cannot be read
    +-- ModelNotFoundError      no trained model under this name or path
    +-- DatasetError            a data set could not be had
    +-- RunFolderError          a run folder is missing, broken or in the way
    +-- NotSupportedError       a thing that this version does not do

Every message is one sentence, or two, written to be shown on a screen: what happened and what to try.
Pages, the command line and the HTTP API catch `DigitcnnError` and nothing wider, so that a bug
surfaces with its traceback. A caller's mistake is a `ValueError` or a `TypeError` instead.
"""


class DigitcnnError(Exception):
    """Base of everything that a user can mend."""


class InputError(DigitcnnError):
    """What was given (a drawing, a picture, a file) cannot be read."""


class ModelNotFoundError(DigitcnnError):
    """There is no trained model under this name or path."""


class DatasetError(DigitcnnError):
    """A data set could not be found, downloaded or understood."""


class RunFolderError(DigitcnnError):
    """A run folder is missing, broken, or holds another run than the one asked for."""


class NotSupportedError(DigitcnnError):
    """This version does not do what was asked."""
