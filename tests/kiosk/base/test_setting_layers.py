"""Settings come in layers: a main file, its drop-ins, files of secrets, the environment; each fault names its own."""

from pathlib import Path

import pytest

from kiosk.base.settings.layers import Origin, Source
from kiosk.base.settings.reading import SettingsInvalid
from kiosk.office.settings import load_kiosk_settings, read_kiosk_settings


@pytest.fixture
def office(tmp_path: Path):
    """Writes a file of the settings in a data folder; the folder is given to the commands."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / "kiosk" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


def faults(folder: Path) -> set[str]:
    with pytest.raises(SettingsInvalid) as refused:
        load_kiosk_settings(None, folder)
    return {str(fault) for fault in refused.value.faults}


def test_drop_ins_win_over_the_main_file_in_order_of_their_names(office, tmp_path):
    office("kiosk.toml", "survey = 'a'\n[screen]\ntheme = 'dark'\nsound = false\n[office.name]\nvi = 'Xã'")
    office("kiosk.toml.d/90-late.toml", "[screen]\ntheme = 'high-contrast'\n[office.name]\nen = 'Commune'")
    office("kiosk.toml.d/10-early.toml", "survey = 'b'\n[screen]\ntheme = 'light'")

    read = load_kiosk_settings(None, tmp_path)

    assert (read.survey, read.screen.theme, read.screen.sound) == ("b", "high-contrast", False)
    assert read.office.name == {"vi": "Xã", "en": "Commune"}


def test_drop_ins_need_no_main_file(office, tmp_path):
    office("kiosk.toml.d/a.toml", "survey = 'b'")

    assert load_kiosk_settings(None, tmp_path).survey == "b"


def test_what_an_editor_leaves_behind_is_no_drop_in(office, tmp_path):
    for name in (".a.toml.swp", "a.toml~", "a.toml.bak", ".hidden.toml"):
        office(f"kiosk.toml.d/{name}", "rubbish")

    assert load_kiosk_settings(None, tmp_path).survey == "sipas-5"


def test_each_fault_names_the_file_it_comes_from_all_at_once(office, tmp_path, monkeypatch):
    monkeypatch.setenv("HAILONG_KIOSK_VISIT__THANKS_S", "long")
    main = office("kiosk.toml", "colour = 1\n[screen]\ntheme = 'dark'\nwidth_px = 'wide'")
    first = office("kiosk.toml.d/1.toml", "[screen]\ntheme = 'blue'\n[[hall.counters]]\nnumber = '1'")
    second = office("kiosk.toml.d/2.toml", "[screen")
    office("kiosk.toml.d/3.toml", "[journal]\nretention_days = 7")

    told = faults(tmp_path)

    assert {fault.split(": ")[0] + " " + fault.split(": ")[1] for fault in told} == {
        f"{main} colour",
        f"{main} screen.width_px",
        f"{first} screen.theme",
        f"{first} hall.counters[1].code",
        f"{second} file",
        f"{tmp_path}/kiosk/kiosk.toml.d/3.toml journal.retention_days",
        "environment HAILONG_KIOSK_VISIT__THANKS_S",
    }


def test_folder_of_drop_ins_that_cannot_be_read_is_a_fault(tmp_path):
    folder = tmp_path / "kiosk" / "kiosk.toml.d"
    folder.parent.mkdir()
    folder.symlink_to(folder)

    assert faults(tmp_path) == {f"{folder}: file: cannot be read: Too many levels of symbolic links"}


def test_origin_of_each_value_is_known(office, tmp_path, monkeypatch):
    monkeypatch.setenv("HAILONG_KIOSK_SURVEY", "tt32-3")
    main = office("kiosk.toml", "survey = 'a'\n[office.name]\nvi = 'Xã'")
    drop_in = office("kiosk.toml.d/1.toml", "[screen]\ntheme = 'dark'")

    origin = read_kiosk_settings(None, tmp_path).layers.origin

    assert origin("survey") == Origin(Source.ENVIRONMENT, "HAILONG_KIOSK_SURVEY")
    assert origin("screen.theme") == Origin(Source.DROP_IN, str(drop_in))
    assert origin("office.name.vi") == Origin(Source.FILE, str(main))
    assert origin("data_dir") == Origin(Source.COMMAND)
    assert origin("screen.sound") == Origin(Source.DEFAULT)


def secret_in(office, text: str = "http://u:geheim@proxy:3128\n", mode: int = 0o600) -> Path:
    file = office("proxy.secret", text)
    file.chmod(mode)
    return file


def test_secret_is_taken_from_its_own_file(office, tmp_path):
    file = secret_in(office)
    office("kiosk.toml", f"[collector]\nproxy_file = '{file}'")

    read = read_kiosk_settings(None, tmp_path)

    assert read.settings.collector.proxy == "http://u:geheim@proxy:3128"
    assert read.layers.origin("collector.proxy") == Origin(Source.SECRET_FILE, str(file))


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("", 0o600, "is empty"),
        ("geheim", 0o604, "everybody on this machine may read"),
        (None, 0o600, "cannot be read: No such file or directory"),
    ],
)
def test_file_of_a_secret_that_cannot_be_used_is_told_without_the_secret(office, tmp_path, text, mode, said):
    file = secret_in(office, text or "", mode)
    if text is None:
        file.unlink()
    office("kiosk.toml", f"[collector]\nproxy_file = '{file}'")

    (fault,) = faults(tmp_path)

    assert "collector.proxy_file: " in fault
    assert said in fault
    assert "geheim" not in fault


def test_secret_stands_in_one_place_only(office, tmp_path):
    office("kiosk.toml", f"[collector]\nproxy = 'http://p:1'\nproxy_file = '{secret_in(office)}'")

    (fault,) = faults(tmp_path)

    assert fault.endswith("give either collector.proxy or collector.proxy_file, not both")


def test_fault_of_a_secret_does_not_show_it(office, tmp_path):
    office("kiosk.toml", "[staff]\npin_hash = 123456")

    (fault,) = faults(tmp_path)

    assert fault.endswith("staff.pin_hash: must be a text, not '…'")
