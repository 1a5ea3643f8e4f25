"""A task for the Task Scheduler of Windows."""

from __future__ import annotations

from xml.etree import ElementTree

from confstudy.report.schedule.job import ARGUMENTS, Job, grid

__all__ = ["schtasks_files"]

_SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "ExecutionTimeLimit": "PT12H",
    "Priority": "7",
}


def schtasks_files(job: Job) -> dict[str, str]:
    r"""A task of the person who installs it, without further rights.

    The text is plain ASCII without a declared encoding: schtasks refuses a file whose
    declaration and bytes do not agree.

    Raises
    ------
    ConfigError
        A path that is not absolute on Windows or that the Task Scheduler cannot be told.

    Examples
    --------
    >>> from confstudy.report.schedule.when import Schedule
    >>> job = Job("C:\\R&D", "C:\\python.exe", (Schedule.parse("hourly"),))
    >>> text = schtasks_files(job)[job.name + ".xml"]
    >>> "<WorkingDirectory>C:\\R&amp;D</WorkingDirectory>" in text
    True
    """
    job.require_windows()
    task = ElementTree.Element("Task", {"version": "1.2", "xmlns": _SPACE})
    about = "Builds the confstudy reports that are due."
    _filled(ElementTree.SubElement(task, "RegistrationInfo"), {"Description": about})
    triggers = ElementTree.SubElement(task, "Triggers")
    for minute in (minute for minute in grid(job.schedules) if minute < 15):
        trigger = ElementTree.SubElement(triggers, "CalendarTrigger")
        _filled(trigger, {"StartBoundary": f"2020-01-01T00:{minute:02}:00"})
        repeated = ElementTree.SubElement(trigger, "Repetition")
        _filled(repeated, {"Interval": "PT15M", "Duration": "P1D"})
        _filled(ElementTree.SubElement(trigger, "ScheduleByDay"), {"DaysInterval": "1"})
    principal = ElementTree.SubElement(ElementTree.SubElement(task, "Principals"), "Principal")
    principal.set("id", "Author")
    _filled(principal, {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    _filled(ElementTree.SubElement(task, "Settings"), _SETTINGS)
    actions = ElementTree.SubElement(task, "Actions", {"Context": "Author"})
    command = {
        "Command": job.python,
        "Arguments": " ".join(ARGUMENTS),
        "WorkingDirectory": job.study,
    }
    _filled(ElementTree.SubElement(actions, "Exec"), command)
    ElementTree.indent(task)
    text = ElementTree.tostring(task, encoding="us-ascii").decode("ascii")
    text = text.removeprefix("<?xml version='1.0' encoding='us-ascii'?>\n")
    return {f"{job.name}.xml": f'<?xml version="1.0"?>\n{_comment(job.name)}\n{text}\n'}


def _filled(parent: ElementTree.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(parent, name).text = text


def _comment(name: str) -> str:
    return f"""\
<!-- Install: save this as {name}.xml, then
       schtasks /Create /TN {name} /XML {name}.xml
     See it: schtasks /Query /TN {name}
     Remove it: schtasks /Delete /TN {name}
     It runs while you are logged in; a missed start is made up for. -->"""
