"""Pages judged by axe-core in a real browser, where there are one and the npm client."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

# The checker alone may run: the page's own policy stays as it is for everything else.
_RUN = """
axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(found => {
  const said = document.createElement('pre');
  said.id = 'axe';
  const brief = list => list.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 200))]);
  said.textContent = JSON.stringify({
    violations: brief(found.violations), incomplete: brief(found.incomplete),
    wide: document.documentElement.scrollWidth > innerWidth, width: innerWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
  });
  document.body.append(said);
});
"""


def chromium() -> str:
    """The browser's command, or a skip."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.skip("no Chromium here: apt install chromium")


def axe_core(folder: Path) -> str:
    """The checker's source, fetched into a temporary folder, or a skip."""
    npm = shutil.which("npm") or pytest.skip("no npm here: apt install npm")
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    try:
        done = subprocess.run([*command, "axe-core@4"], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not answer in two minutes")
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not source.is_file():
        pytest.skip("npm could not fetch axe-core")
    return source.read_text("utf-8")


def judged(page: str, axe: str, folder: Path, *, width: int, dark: bool) -> dict[str, object]:
    """What axe-core says of a page at a width, in light or dark colours."""
    allowed, count = re.subn(r'(Policy" content="[^"]*)', r"\1; script-src 'nonce-axe'", page)
    assert count == 1
    # Its own source may hold what would end the element.
    inert = axe.replace("</", "<\\/")
    script = f'<script nonce="axe">{inert}\n{_RUN}</script></body>'
    checked = folder / "page.html"
    opened = allowed.replace("<details>", "<details open>")
    checked.write_text(opened.replace("</body>", script), "utf-8")
    command = [
        chromium(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/user",
        f"--window-size={width},900", "--virtual-time-budget=20000", "--dump-dom",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}", checked.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said = re.search(r'<pre id="axe">(.*?)</pre>', done.stdout, re.DOTALL)
    assert said, "the checker did not run"
    found: dict[str, object] = json.loads(html.unescape(said[1]))
    return found
