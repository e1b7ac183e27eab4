"""Keeping tokens out of what is written and shown."""

import os
import re

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL", re.IGNORECASE)
_SHORTEST = 8
_MASK = "[secret]"


def without_secrets(text: str) -> str:
    """Return a service's words without the values of environment variables that hold secrets.

    Those are the variables whose name says token, secret, password, API key or credential, longer
    values first, since one may begin with another. Also whatever follows ``Bearer`` or ``apikey``
    goes: the header of a request quoted in an error.
    """
    for name, value in sorted(os.environ.items(), key=lambda item: -len(item[1])):
        if len(value) >= _SHORTEST and _SECRET_NAME.search(name):
            text = text.replace(value, _MASK)
    return re.sub(r"(?i)\b(bearer|apikey)([\s:=\"']+)[\w.~+/=-]{8,}", rf"\1\2{_MASK}", text)
