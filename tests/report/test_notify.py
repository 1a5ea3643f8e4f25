import json
import shlex
import smtplib
import socketserver
import sys
import threading
import time

import pytest
from pydantic import ValidationError

from confstudy.report import mail as module
from confstudy.report.notify import Notify, notify

WRITER = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + chr(10))"


@pytest.fixture
def told(tmp_path):
    """Tell a command that writes what it hears; gives the problems and what was heard."""
    heard = tmp_path / "heard"
    settings = {"failure": [f"command:{shlex.join([sys.executable, '-c', WRITER, str(heard)])}"]}

    def tell(status, reason="", **options):
        heard.write_text("")
        found = notify(Notify(**settings | options), tmp_path, "one", status, reason, "000001-x")
        assert found == []
        return [json.loads(line) for line in heard.read_text().splitlines()]

    return tell


def statuses(told, *builds, **options):
    return [[notice["status"] for notice in told(*build, **options)] for build in builds]


FAILED, OTHER = ("failed", "cell [3] raised ValueError"), ("failed", "the kernel died")
HELD, BUILT = ("held", "'or' changed"), ("built",)


def test_a_failure_is_told_once_until_it_is_another_or_over(told):
    builds = (BUILT, FAILED, FAILED, OTHER, OTHER, BUILT, BUILT, OTHER)
    expected = [[], ["failed"], [], ["failed"], [], ["recovered"], [], ["failed"]]
    assert statuses(told, *builds) == expected


def test_a_held_build_is_told_once(told):
    expected = [["failed"], ["held"], [], [], ["held"]]
    assert statuses(told, FAILED, HELD, HELD, ("accepted",), HELD) == expected


def test_recovery_and_hold_can_be_left_out(told):
    options = {"recovery": False, "hold": False}
    builds = (FAILED, HELD, BUILT, FAILED)
    assert statuses(told, *builds, **options) == [["failed"], [], [], ["failed"]]


def test_the_notice_is_report_status_reason_and_run(told):
    assert told(*FAILED) == [
        {"report": "one", "status": "failed", "reason": FAILED[1], "run": "000001-x"}
    ]


def test_a_reason_cannot_become_part_of_the_command(told, tmp_path):
    (notice,) = told("failed", "$(touch hacked); `touch hacked`\n'\"")
    assert notice["reason"].startswith("$(touch hacked)")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["heard", "told.json"]


PROBLEMS = {
    "no-such-program --really": "by 'no-such-program' could not be started: no such file",
    f"{sys.executable} -c 'import sys; sys.exit(7)'": "ended with code 7",
    f"{sys.executable} -c 'import time; time.sleep(60)'": "took longer than 0.5 seconds",
}


@pytest.mark.parametrize("command", PROBLEMS)
def test_a_notifier_that_fails_is_told_and_is_asked_again(tmp_path, command):
    settings = Notify(failure=[f"command:{command}"], timeout=0.5)
    start = time.monotonic()
    for _ in range(2):
        (problem,) = notify(settings, tmp_path, "one", *FAILED)
        assert PROBLEMS[command] in problem
    assert time.monotonic() - start < 30
    assert not (tmp_path / "told.json").exists()


def test_who_was_reached_is_not_told_again_because_of_another(tmp_path):
    heard = tmp_path / "heard"
    good = f"command:{shlex.join([sys.executable, '-c', WRITER, str(heard)])}"
    settings = Notify(failure=[good, "command:no-such-program"])
    for _ in range(2):
        assert len(notify(settings, tmp_path, "one", *FAILED)) == 1
    assert len(heard.read_text().splitlines()) == 1
    assert sys.executable not in (tmp_path / "told.json").read_text()


def test_what_was_told_may_be_damaged(told, tmp_path):
    (tmp_path / "told.json").write_text("[half")
    assert len(told(*FAILED)) == 1


@pytest.mark.parametrize(
    "target",
    [
        "",
        "ann@example.org",
        "mailto:ann",
        "mailto:a@b\nBcc: c@d",
        "command:",
        "command:'x",
        "ftp:x",
    ],
)
def test_a_target_that_is_none_is_refused(target):
    with pytest.raises(ValidationError):
        Notify(failure=[target])


class Server:
    """A mail server that keeps what it is sent."""

    refuse = False

    def __init__(self, host, port, **_options):
        self.steps = [(host, port)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def starttls(self, **_context):
        self.steps.append("starttls")

    def login(self, user, password):
        self.steps.append((user, password))
        if self.refuse:
            raise smtplib.SMTPAuthenticationError(535, b"ann hunter2")

    def send_message(self, message):
        self.sent.append((self.steps, message))


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(Server, "sent", [], raising=False)
    monkeypatch.setattr(module.smtplib, "SMTP", Server)
    monkeypatch.setattr(module.smtplib, "SMTP_SSL", Server)
    for name, value in {"HOST": "mail", "USER": "ann", "PASSWORD": "hunter2"}.items():
        monkeypatch.setenv(f"CONFSTUDY_SMTP_{name}", value)
    return Server


MAILED = Notify(failure=["mailto:bob@example.org"])


def test_an_e_mail_is_sent_encrypted_and_says_what_happened(server, tmp_path):
    assert notify(MAILED, tmp_path, "one", *FAILED) == []
    ((steps, message),) = server.sent
    assert steps == [("mail", 587), "starttls", ("ann", "hunter2")]
    assert (message["To"], message["Subject"]) == ("bob@example.org", "Report one: failed")
    assert "Why: cell [3] raised ValueError" in message.get_content()


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("HOST", "", "set CONFSTUDY_SMTP_HOST"),
        ("SECURITY", "ssl", "is starttls, tls or none"),
        ("SECURITY", "none", "No password is sent unencrypted"),
        ("PORT", "0", "is a number from 1 to 65535"),
    ],
)
def test_wrong_settings_of_mail_are_told(server, monkeypatch, tmp_path, setting, value, expected):
    monkeypatch.setenv(f"CONFSTUDY_SMTP_{setting}", value)
    (problem,) = notify(MAILED, tmp_path, "one", *FAILED)
    assert expected in problem
    assert server.sent == []


def test_what_a_mail_server_says_is_not_repeated(server, monkeypatch, tmp_path):
    monkeypatch.setattr(server, "refuse", True)
    (problem,) = notify(MAILED, tmp_path, "one", *FAILED)
    assert problem == "Notification by e-mail failed (SMTPAuthenticationError)."


ANSWERS = {b"data": "354 go on", b"quit": "221 bye"}


class Answering(socketserver.StreamRequestHandler):
    """As much of a mail server as one message needs; what it hears is kept by the server."""

    def handle(self):
        self.say("220 ready")
        inside = False
        for line in self.rfile:
            self.server.heard.append(line.decode().rstrip())
            inside = inside and line != b".\r\n"
            if not inside:
                inside = line.startswith(b"data")
                self.say(ANSWERS.get(line[:4].lower(), "250 good"))

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


def test_a_mail_server_hears_the_message(monkeypatch, tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), Answering) as server:
        server.heard = []
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        port = str(server.server_address[1])
        for name, value in {"HOST": "127.0.0.1", "PORT": port, "SECURITY": "none"}.items():
            monkeypatch.setenv(f"CONFSTUDY_SMTP_{name}", value)
        assert notify(MAILED, tmp_path, "one", *HELD) == []
        thread.join()
    assert "rcpt TO:<bob@example.org>" in server.heard
    assert {"Subject: Report one: held", "Why: 'or' changed"} <= set(server.heard)


def test_a_mail_server_that_is_not_there_is_told(monkeypatch, tmp_path):
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "SECURITY": "none"}.items():
        monkeypatch.setenv(f"CONFSTUDY_SMTP_{name}", value)
    assert notify(MAILED, tmp_path, "one", *FAILED) == [
        "Notification by e-mail failed (ConnectionRefusedError)."
    ]
