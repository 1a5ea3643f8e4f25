import configparser
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from confstudy.errors import ConfigError
from confstudy.report.schedule.commands import KINDS, print_schedules, schedule_files
from confstudy.report.schedule.when import Schedule

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STUDY, PYTHON = '/srv/50 % R&D\'s $HOME "Größe"', "/opt/py 3 & %h/bin/$pythön"
WINDOWS = "C:\\Users\\Ann\\50 % R&D's Größe", "C:\\Program Files (x86)\\Python & %\\python.exe"
RUN = ["-m", "confstudy", "report", "run-due"]
TEXTS = ["Mon 06:00 Europe/Amsterdam", "daily 07:37 Asia/Kathmandu"]
MINUTES = [0, 7, 15, 22, 30, 37, 45, 52]


def files(kind, texts=TEXTS, study=STUDY, python=PYTHON):
    return schedule_files(kind, map(Schedule.parse, texts), study, python, NOW)


def only(kind, *given, **named):
    (text,) = files(kind, *given, **named).values()
    return text


def run_by_cron(line):
    """What cron's shell is told, and on what minutes: cron ends a command at a bare percent."""
    *five, command = line.split(" ", 5)
    assert not re.search(r"(?<!\\)%", command)
    return " ".join(five), command.replace("\\%", "%")


def test_cron_s_line_ticks_and_survives_the_shell(cron_matcher):
    text = only("cron")
    assert text.endswith("\n")
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    five, command = run_by_cron(line)
    ticks = cron_matcher(five)
    hour = [NOW + timedelta(minutes=minute) for minute in range(60)]
    assert [moment.minute for moment in hour if ticks(moment)] == MINUTES
    assert shlex.split(command) == ["cd", STUDY, "&&", PYTHON, *RUN]


@pytest.mark.skipif(not shutil.which("crontab"), reason="there is no crontab")
def test_the_crontab_of_debian_takes_the_line(tmp_path):
    file = tmp_path / "crontab"
    file.write_text(only("cron"))
    asked = subprocess.run(["crontab", "-n", file], capture_output=True, text=True, check=False)
    if "invalid option" in asked.stderr or "getgrnam" in asked.stderr:
        pytest.skip("this crontab has no dry run")
    assert asked.returncode == 0, asked.stderr


def units(text):
    parser = configparser.RawConfigParser(delimiters="=", comment_prefixes="#", strict=True)
    parser.optionxform = str
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_systemd_runs_it_for_the_person_and_catches_up():
    (service, first), (timer, second) = ((name, units(t)) for name, t in files("systemd").items())
    assert service.removesuffix(".service") == timer.removesuffix(".timer")
    assert second["Timer"] == {
        "OnCalendar": f"*-*-* *:{','.join(f'{minute:02}' for minute in MINUTES)}:00",
        "Persistent": "true",
    }
    assert second["Install"] == {"WantedBy": "timers.target"}
    run = first["Service"]
    assert (run["Type"], run["Nice"], run["NoNewPrivileges"]) == ("oneshot", "10", "yes")
    assert run["WorkingDirectory"] == STUDY.replace("%", "%%")
    assert not {"User", "Group", "AmbientCapabilities"} & set(run)
    quoted = re.fullmatch(r':"([^"]*)" (.*)', run["ExecStart"])
    assert quoted[1] == PYTHON.replace("%", "%%")
    assert quoted[2].split() == RUN


SYSTEMD = shutil.which("systemd-analyze")


@pytest.mark.skipif(not SYSTEMD, reason="there is no systemd-analyze")
@pytest.mark.parametrize("there", [True, False])
def test_systemd_itself_finds_the_interpreter(tmp_path, there):
    python = tmp_path / PYTHON.lstrip("/")
    python.parent.mkdir(parents=True)
    if there:
        python.symlink_to(sys.executable)
    named = files("systemd", python=str(python))
    for name, text in named.items():
        (tmp_path / name).write_text(text)
    command = [SYSTEMD, "verify", "--man=no", *(tmp_path / name for name in named)]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (asked.returncode == 0) is there, asked.stderr
    assert ("is not executable" in asked.stderr) is not there
    assert not re.search(r"confstudy.*(?:Unknown|Failed to parse|ignoring)", asked.stderr)


@pytest.mark.skipif(not SYSTEMD, reason="there is no systemd-analyze")
def test_systemd_s_calendar_has_the_minutes():
    *_, timer = files("systemd").values()
    calendar = units(timer)["Timer"]["OnCalendar"]
    command = [SYSTEMD, "calendar", "--iterations=8", calendar]
    asked = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"TZ": "UTC", "LC_ALL": "C"}
    )
    found = re.findall(
        r"(?:Next elapse|Iter\. #\d+|Iteration #\d+): \S+ \S+ \d\d:(\d\d):00", asked.stdout
    )
    assert sorted(map(int, found)) == MINUTES


def test_launchd_s_property_list_reads_back():
    content = plistlib.loads(only("launchd").encode())
    assert content["ProgramArguments"] == [PYTHON, *RUN]
    assert content["WorkingDirectory"] == STUDY
    assert content["StartCalendarInterval"] == [{"Minute": minute} for minute in MINUTES]
    assert re.fullmatch(r"confstudy-[a-z0-9-]+", content["Label"])
    assert content["RunAtLoad"] is True


SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
TASK = {
    "Task": ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"],
    "CalendarTrigger": ["StartBoundary", "Repetition", "ScheduleByDay"],
    "Repetition": ["Interval", "Duration"],
    "Exec": ["Command", "Arguments", "WorkingDirectory"],
}


def test_the_task_of_windows_has_the_parts_of_its_schema_in_order():
    text = only("schtasks", study=WINDOWS[0], python=WINDOWS[1])
    assert text.isascii()
    assert text.startswith('<?xml version="1.0"?>\n<!--')
    parser = ElementTree.XMLPullParser(["start"])
    parser.feed(text)
    parser.close()
    (_, task), *_ = parser.read_events()
    assert {element.tag.partition("}")[0] + "}" for element in task.iter()} == {SPACE}
    for name, parts in TASK.items():
        for element in task.iter(SPACE + name):
            assert [part.tag.removeprefix(SPACE) for part in element] == parts
    starts = [datetime.fromisoformat(e.text).minute for e in task.iter(SPACE + "StartBoundary")]
    assert sorted(start + more for start in starts for more in (0, 15, 30, 45)) == MINUTES
    texts = {element.tag.removeprefix(SPACE): element.text for element in task.iter()}
    assert (texts["WorkingDirectory"], texts["Command"]) == WINDOWS
    assert texts["Arguments"].split() == RUN
    assert texts["RunLevel"] == "LeastPrivilege"
    assert (texts["StartWhenAvailable"], texts["MultipleInstancesPolicy"]) == ("true", "IgnoreNew")


WORKFLOW = {"name", "on", "permissions", "concurrency", "jobs"}
STEP = {"name", "uses", "with", "run", "if"}


def test_the_workflow_may_only_read_and_hands_out_the_pages():
    flow = yaml.safe_load(only("github"))
    assert set(flow) == WORKFLOW
    assert flow["permissions"] == {"contents": "read"}
    assert flow["concurrency"] == {"group": "confstudy-reports", "cancel-in-progress": False}
    assert set(flow["on"]) == {"workflow_dispatch", "schedule"}
    (job,) = flow["jobs"].values()
    assert set(job) == {"runs-on", "timeout-minutes", "steps"}
    uses = [step["uses"].partition("@") for step in job["steps"] if "uses" in step]
    assert all(version.startswith("v") for _, _, version in uses)
    assert [name for name, _, _ in uses] == [
        "actions/checkout",
        "actions/setup-python",
        "actions/cache/restore",
        "actions/cache/save",
        "actions/upload-artifact",
    ]
    for step in job["steps"]:
        assert set(step) <= STEP
        assert ("uses" in step) != ("run" in step)
        assert not re.search(r"\$\{\{(?! github\.run_(id|attempt) \}\})", str(step))
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert runs[-1].split() == ["python", *RUN]
    assert not any("make " in run for run in runs)


def utc_crons(texts):
    return [line["cron"] for line in yaml.safe_load(only("github", texts))["on"]["schedule"]]


UTC_LINES = {
    "Mon 06:00 Europe/Amsterdam": ["0 4,5 * * 1"],
    "Mon 00:30 Europe/Amsterdam": ["30 22,23 * * 0"],
    "Sun 20:00 America/New_York": ["0 0,1 * * 1"],
    "weekdays 07:30 Asia/Kolkata": ["0 2 * * 1-5"],
    "monthly last 06:00": ["0 6 28-31 * *"],
    "monthly 1 00:30 Asia/Tokyo": ["30 15 * * *"],
    "* * * * *": ["*/5 * * * *"],
    "hourly Asia/Kathmandu": ["15 * * * *"],
}


@pytest.mark.parametrize("text", UTC_LINES)
def test_a_workflow_ticks_in_utc_in_summer_and_winter(text):
    assert set(utc_crons([text])) == set(UTC_LINES[text])


ZONES = ["UTC", "Europe/Amsterdam", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]
WHEN = [
    *("Sun 00:10", "weekdays 23:59", "monthly 1 00:00", "monthly last 23:30", "every 6 hours"),
    *("0 0 1 * 1", "*/20 2 * * *", "5 1 1,15 3,10 *", "59 23 31 12 *"),
]


@given(st.sampled_from(WHEN), st.sampled_from(ZONES), st.integers(0, 2**25))
@settings(max_examples=60)
def test_no_tick_is_without_a_tick_of_the_workflow_within_the_hour(when, zone, seconds):
    schedule = Schedule.parse(f"{when} {zone}")
    tick = schedule.next(NOW + timedelta(seconds=seconds))
    asked = min(
        Schedule.parse(f"{line} UTC").next(tick - timedelta(seconds=1))
        for line in utc_crons([schedule.text])
    )
    assert asked - tick <= timedelta(hours=1)
    wall = tick.astimezone(ZoneInfo(zone))
    if (
        wall.minute in schedule.minutes
        and wall.hour in schedule.hours
        and len(schedule.minutes) < 3
    ):
        assert asked == tick


REFUSED = {
    "relative": ("cron", "study", PYTHON, "'study', is not absolute on that machine"),
    "of this machine": ("schtasks", "/srv/study", WINDOWS[1], "such as 'C:\\\\Users"),
    "of Windows": ("systemd", *WINDOWS, "path of the study, .* is not absolute"),
    "a line break": ("cron", "/srv/a\n* * * * * rm", PYTHON, "has a control character"),
    "bytes": ("launchd", "/srv/\udcff", PYTHON, "has a control character"),
    "a space at the end": ("systemd", "/srv/a ", PYTHON, "or a space at its end"),
    "a backslash": ("systemd", "/srv/a\\", PYTHON, "study has a backslash"),
    "a variable": ("schtasks", "C:\\%TEMP%\\a", WINDOWS[1], "takes for a variable"),
    "a quote": ("systemd", STUDY, "/opt/ann's", "has a quotation mark: systemd takes none"),
    "a sign": ("schtasks", WINDOWS[0], 'C:\\a"b', "interpreter has a sign that no Windows path"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_path_that_cannot_be_told_is_refused(name):
    kind, study, python, why = REFUSED[name]
    with pytest.raises(ConfigError, match=why):
        files(kind, study=study, python=python)


def test_an_unknown_scheduler_and_no_schedule_are_told():
    with pytest.raises(ConfigError, match=r"Did you mean 'cron'.*systemd"):
        files("corn")
    with pytest.raises(ConfigError, match=r"No report in reports\.toml has a schedule: add one"):
        files("cron", texts=[])


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_says_how_to_install_and_remove_it(kind):
    study, python = WINDOWS if kind == "schtasks" else (STUDY, PYTHON)
    printed = files(kind, study=study, python=python)
    text = "".join(printed.values())
    assert "Install: " in text
    assert "Remove it: " in text
    said = []
    print_schedules(printed, None, said.append)
    assert said == list(printed.values())


def test_two_studies_of_one_machine_do_not_share_a_name():
    names = {name for study in ("/a/study", "/b/study") for name in files("cron", study=study)}
    assert len(names) == 2


def test_a_long_name_puts_no_two_hyphens_into_a_comment():
    text = only("launchd", study=f"/srv/{'a' * 39} b")
    assert plistlib.loads(text.encode())["Label"].startswith(f"confstudy-{'a' * 39}-")


def test_files_are_written_where_they_are_wanted(tmp_path):
    said = []
    printed = files("systemd")
    print_schedules(printed, tmp_path, said.append)
    assert said == list(printed)
    assert {name: (tmp_path / name).read_text() for name in said} == printed
