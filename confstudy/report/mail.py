"""One e-mail through the server that the environment names.

``CONFSTUDY_SMTP_HOST`` (needed), ``CONFSTUDY_SMTP_PORT``, ``CONFSTUDY_SMTP_FROM``,
``CONFSTUDY_SMTP_USER``, ``CONFSTUDY_SMTP_PASSWORD``, and ``CONFSTUDY_SMTP_SECURITY``: ``starttls``
(the default), ``tls`` or ``none``. A password is sent only when the connection is encrypted.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage

__all__ = ["mail"]

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def mail(address: str, subject: str, text: str, timeout: float) -> str:
    """Send an e-mail; returns what went wrong in a sentence, or nothing.

    Parameters
    ----------
    timeout
        Seconds the server may take for each of its answers.

    Examples
    --------
    >>> mail("ann@example.org", "A report", "It failed.", 5.0)
    'Notification by e-mail needs a server: set CONFSTUDY_SMTP_HOST.'
    """
    host, security = _setting("HOST"), _setting("SECURITY") or "starttls"
    port = _setting("PORT") or str(_PORTS.get(security, 0))
    if not host:
        return "Notification by e-mail needs a server: set CONFSTUDY_SMTP_HOST."
    if security not in _PORTS:
        return "CONFSTUDY_SMTP_SECURITY is starttls, tls or none."
    if not port.isdecimal() or not 0 < int(port) < 65536:
        return "CONFSTUDY_SMTP_PORT is a number from 1 to 65535."
    if _setting("PASSWORD") and security == "none":
        return "No password is sent unencrypted: set CONFSTUDY_SMTP_SECURITY to starttls or tls."
    try:
        message = _message(address, subject, text)
        with _server(host, int(port), security, timeout) as server:
            if security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if _setting("USER"):
                server.login(_setting("USER"), _setting("PASSWORD"))
            server.send_message(message)
    except (OSError, ValueError, smtplib.SMTPException) as problem:
        # What a server says may repeat an address.
        return f"Notification by e-mail failed ({type(problem).__name__})."
    return ""


def _message(address: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["To"] = address
    message["From"] = _setting("FROM") or address
    message["Subject"] = " ".join(subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _server(host: str, port: int, security: str, timeout: float) -> smtplib.SMTP:
    if security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    return smtplib.SMTP(host, port, timeout=timeout)


def _setting(name: str) -> str:
    return os.environ.get(f"CONFSTUDY_SMTP_{name}", "").strip()
