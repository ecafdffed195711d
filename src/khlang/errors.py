"""Every way the product can refuse, each with its exit code.

An error says what is wrong (file, row number, column: never a value or an identifier) and what to do next.
"""


class KhlangError(Exception):
    """Base of all refusals that are shown without a traceback.

    Args:
        message: What is wrong, naming file, row number and column where there are any.
        remedy: What the reader does next.
        code: A stable code such as ``SEAL-ENCODING``, for receipts and programs.
    """

    exit_code = 1
    default_code = "KHLANG"

    def __init__(self, message: str, remedy: str = "", *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.default_code

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(KhlangError):
    """A command was called with options that do not fit."""

    exit_code, default_code = 2, "USAGE"


class SetupError(KhlangError):
    """Something the stack needs is missing on this machine: Java, Go, disk space, a package."""

    exit_code, default_code = 10, "SETUP"


class PortInUseError(KhlangError):
    """A port of the stack is held by another program."""

    exit_code, default_code = 11, "PORT-IN-USE"


class ServiceError(KhlangError):
    """A service of the stack is down or does not answer."""

    exit_code, default_code = 12, "SERVICE"


class InputError(KhlangError):
    """An extract cannot be read, or a column, sheet, encoding or row is not as the contract says."""

    exit_code, default_code = 20, "INPUT"


class SealingKeyError(KhlangError):
    """The sealing key, its epoch or its check value is not the one of the profile."""

    exit_code, default_code = 21, "KEY"


class SignatureError(KhlangError):
    """A signature does not hold, or its signer is not known."""

    exit_code, default_code = 22, "SIGNATURE"


class ContractError(KhlangError):
    """A contract is missing, malformed, of another version, or is not met."""

    exit_code, default_code = 23, "CONTRACT"


class PeriodError(KhlangError):
    """A period is not of the form ``YYYY-MM``, or lies outside what may be sent."""

    exit_code, default_code = 24, "PERIOD"


class IntegrityError(KhlangError):
    """Bytes are not those that were sealed: truncated, altered, or encrypted to another recipient."""

    exit_code, default_code = 25, "INTEGRITY"


class SequenceError(KhlangError):
    """An earlier content is sent again after a later one was accepted, without ``supersedes``."""

    exit_code, default_code = 26, "SEQUENCE"


class RawIdentifierError(KhlangError):
    """A column of sealed data holds what looks like a raw identifier."""

    exit_code, default_code = 27, "RAW-IDENTIFIER"


class CanaryError(KhlangError):
    """The canary rows of an extract are not sealed as the authority expects."""

    exit_code, default_code = 28, "CANARY"


class GateRefusedError(KhlangError):
    """The gate refused an extract; nothing of it was promoted."""

    exit_code, default_code = 30, "GATE"


class LeaseLostError(KhlangError):
    """Another writer holds the table; this one was fenced before its commit."""

    exit_code, default_code = 40, "LEASE"


class AccessError(KhlangError):
    """The caller may not do this: wrong password, wrong token, or not its right."""

    exit_code, default_code = 50, "ACCESS"
