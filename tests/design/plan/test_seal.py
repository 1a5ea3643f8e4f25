"""Signed plans: any change is found and named, chains hold, keys and clocks are minded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from confstudy.design.plan.plan import hypothesis, plan
from confstudy.design.plan.read import read_plan
from confstudy.design.plan.verify import verify_plan
from confstudy.errors import DeclarationError, UnreadableFile, UnwritableFile

pytest.importorskip("cryptography")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(**changes):
    model = {"formula": "alliance ~ privacy + stigma", "cluster": "therapist", "cov": "CR2"}
    first = hypothesis(
        "H1", estimand="slope of privacy", sign="positive", smallest=0.1, term="privacy",
        claim="C01", primary=True, model=model,
    )  # fmt: skip
    second = hypothesis("H2", estimand="odds", model={"formula": "concealment ~ privacy"})
    given = {
        "title": "Trust", "hypotheses": [first, second], "n": 600, "codebook": "therapy",
        "exclusions": [{"arm": "none", "privacy": "< 2"}], "notes": "none",
    }  # fmt: skip
    return plan(**given | changes)


@pytest.fixture
def signed(tmp_path):
    return made().sign(tmp_path / "plan.yaml", key=tmp_path / "key.pem", now=NOON)


def leaves(part, place=()):
    items = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*place, key))
        else:
            yield (*place, key), value


def named(place, content):
    words = list(place)
    if words[0] == "hypotheses":
        words = [content["hypotheses"][words[1]]["id"], *words[2:]]
    if words[0] == "exclusions":
        words = ["exclusions", str(words[1] + 1), words[2]]
    return ".".join(map(str, words))


OTHER = {
    "version": 1, "family": "logit", "sign": "negative", "multiplicity": "BH", "term": "stigma",
    "cov": "CR1", "cluster": "practice", "formula": "alliance ~ privacy + fear", "privacy": "< 3",
}  # fmt: skip


def test_any_field_changed_after_signing_is_found_and_named(signed, tmp_path):
    whole = yaml.safe_load(signed.file.read_text())
    places = [place for place, _ in leaves({k: v for k, v in whole.items() if k != "seal"})]
    seen = 0
    for place in places:
        content = yaml.safe_load(signed.file.read_text())
        at = content
        for key in place[:-1]:
            at = at[key]
        old, key = at[place[-1]], place[-1]
        new = OTHER.get(key if isinstance(key, str) else place[-2])
        if new is None:
            new = not old if isinstance(old, bool) else old * 1.5 if old == 0.1 else None
        if new is None:
            new = old + 1 if isinstance(old, int) else old / 2 if isinstance(old, float) else "X"
        if new == old:
            continue
        at[place[-1]] = new
        changed = tmp_path / "changed.yaml"
        changed.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
        told = " ".join(verify_plan(changed).problems)
        name = named(place, whole if place[-1] != "id" else content)
        assert f"'{name}' was changed" in told, place
        seen += 1
    assert seen >= len(places) - 1


@pytest.mark.parametrize(
    ("find", "put", "problem"),
    [
        ("title: Trust", "title: Trust # really", "wording above the seal"),
        ("version: 1\n", "", "wording above the seal"),
        ("signed: '2026-03-01", "signed: '2026-02-01", "the seal itself"),
        (r"(?m)^  hash: .", "  hash: X", "the seal itself"),
        (r"signature: ....", "signature: AAAA", "the seal itself"),
        (r"signature: .*", "signature: short", "the seal itself"),
        (r"(?ms)^seal:.*", "", "is a draft"),
    ],
)
def test_what_else_changes_is_told(signed, find, put, problem):
    text = signed.file.read_text()
    changed = re.sub(find, put, text, count=1)
    assert changed != text
    signed.file.write_text(changed)
    found = verify_plan(signed.file)
    assert not found.whole
    assert problem in repr(found)


def test_a_whole_plan_is_whole_also_with_other_line_ends(signed):
    assert verify_plan(signed.file).whole
    assert read_plan(signed.file).content == signed.content == made().content
    signed.file.write_bytes(signed.file.read_bytes().replace(b"\n", b"\r\n"))
    assert verify_plan(signed.file).problems == ()


def test_a_changed_plan_signed_anew_is_told_by_its_key(signed, tmp_path):
    forged = made(n=500).sign(tmp_path / "forged.yaml", key=tmp_path / "other.pem", now=NOON)
    author = signed.seal.key
    assert verify_plan(forged.file).whole
    for key in (author, tmp_path / "key.pub"):
        assert verify_plan(signed.file, key=key).whole
        assert "another key" in repr(verify_plan(forged.file, key=key))
    with pytest.raises(DeclarationError, match="neither"):
        verify_plan(signed.file, key="nonsense")


def test_the_private_key_is_for_its_owner_only(signed, tmp_path):
    key = tmp_path / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    assert not [*tmp_path.glob(".key*")]
    key.chmod(0o644)
    with pytest.raises(UnreadableFile, match="chmod 600"):
        made().sign(tmp_path / "again.yaml", key=key)
    key.write_text("no key")
    key.chmod(0o600)
    with pytest.raises(UnreadableFile, match="no Ed25519"):
        made().sign(tmp_path / "again.yaml", key=key)
    assert not (tmp_path / "again.yaml").exists()


def test_a_key_in_the_configuration_folder_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr("confstudy.design.plan.keys.key_file", lambda: tmp_path / "c" / "k.pem")
    one, two = (made().sign(tmp_path / name).seal for name in ("1.yaml", "2.yaml"))
    assert one.key == two.key
    assert len([*(tmp_path / "c").iterdir()]) == 2
    assert "your key" in repr(verify_plan(tmp_path / "1.yaml"))


def amended(signed, tmp_path, **options):
    draft = signed.amend("fewer clients came", n=400)
    options = {"key": tmp_path / "key.pem", "now": NOON + timedelta(days=9)} | options
    return draft.sign(tmp_path / "plan-2.yaml", **options)


def test_an_amendment_names_its_predecessor(signed, tmp_path):
    second = amended(signed, tmp_path)
    assert (second.version, second.content.n, second.content.amends.file) == (2, 400, "plan.yaml")
    third = second.amend("more").sign(
        tmp_path / "plan-3.yaml", key=tmp_path / "key.pem", now=NOON + timedelta(days=10)
    )
    assert verify_plan(third.file).whole
    signed.file.write_text(signed.file.read_text().replace("n: 600", "n: 601"))
    told = repr(verify_plan(third.file))
    assert "'plan-2.yaml': 'plan.yaml': 'n' was changed" in told
    signed.file.unlink()
    assert "cannot be read" in repr(verify_plan(third.file))


def test_a_predecessor_signed_again_is_another_one(signed, tmp_path):
    second = amended(signed, tmp_path)
    signed.file.unlink()
    made().sign(signed.file, key=tmp_path / "key.pem", now=NOON - timedelta(days=9))
    assert "its hash is another one" in repr(verify_plan(second.file))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"key": "other.pem"}, "another key"),
        ({"now": NOON - timedelta(seconds=1)}, "a clock was wrong"),
    ],
)
def test_no_amendment_by_another_key_or_before_its_predecessor(signed, tmp_path, options, problem):
    if "key" in options:
        options = {"key": tmp_path / options["key"]}
    with pytest.raises(DeclarationError, match=problem):
        amended(signed, tmp_path, **options)
    assert not (tmp_path / "plan-2.yaml").exists()


def test_a_plan_from_the_future_is_told(signed):
    assert verify_plan(signed.file, now=NOON - timedelta(hours=20)).whole
    assert "future" in repr(verify_plan(signed.file, now=NOON - timedelta(days=2)))


def test_a_signed_plan_is_neither_replaced_nor_signed_twice(signed, tmp_path):
    with pytest.raises(UnwritableFile, match="not replaced"):
        made().sign(signed.file, key=tmp_path / "key.pem")
    with pytest.raises(DeclarationError, match="signed already"):
        signed.sign(tmp_path / "b.yaml")
    with pytest.raises(DeclarationError, match="Fields"):
        signed.amend("why", m=3)
    with pytest.raises(DeclarationError, match="draft"):
        made().amend("why")


def test_a_damaged_seal_says_where(signed):
    signed.file.write_text(re.sub("  key: .*\n", "", signed.file.read_text()))
    with pytest.raises(DeclarationError, match=r"line \d+: the seal is damaged \(key\)"):
        read_plan(signed.file)
