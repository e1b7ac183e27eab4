"""The four error classes of the suite; each is also the built-in that plain callers catch."""


class QDenseAMError(Exception):
    """Base of the errors that only this suite raises."""


class CapacityError(QDenseAMError, ValueError):
    """The request does not fit: too many qubits, patterns or bytes."""


class BackendError(QDenseAMError, RuntimeError):
    """A simulator, sampler or device cannot run or failed to run a job."""


class ResultsFileError(QDenseAMError, ValueError):
    """A results file is damaged or of an unknown version."""
