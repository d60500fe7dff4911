"""`llmagentos serve --http`: its options, and what can't be, in words; no process is begun."""

from __future__ import annotations

import socket

import pytest

from llmagentos.cli import serve
from llmagentos.cli.main import main
from llmagentos.daemon.front import FrontSettings
from llmagentos.errors import ConfigError, MissingDependencyError
from llmagentos.sockets import listening


def _settings(**given: object) -> FrontSettings | None:
    options = {
        "http": True,
        "address": "",
        "names": (),
        "origins": (),
        "cert": None,
        "key": None,
        "rate": 50.0,
    }
    return serve.front_settings(**{**options, **given})  # type: ignore[arg-type]


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its packages are there."""
    monkeypatch.setattr(serve, "find_spec", lambda name: object())


def test_it_listens_here_alone_unless_told_otherwise(extra: None) -> None:
    found = _settings()
    assert found is not None and found.url == "http://127.0.0.1:8420"
    found = _settings(address="[::1]:0", names=["robot.local"])
    assert found is not None and (found.host, found.port, found.names) == (
        "::1",
        0,
        ("robot.local",),
    )
    assert _settings(http=False) is None


@pytest.mark.parametrize(
    "address", ["8420", "localhost", "a:b", ":8420", "127.0.0.1:99999", "h:-1", "h:٣"]
)
def test_an_address_that_is_none(extra: None, address: str) -> None:
    with pytest.raises(ConfigError, match=r"expected HOST:PORT, as 127\.0\.0\.1:8420, got"):
        _settings(address=address)


def test_options_that_want_others(extra: None) -> None:
    with pytest.raises(ConfigError, match="expected --http with"):
        _settings(http=False, address="127.0.0.1:1")
    with pytest.raises(ConfigError, match="expected --tls-cert and --tls-key together"):
        _settings(cert="x")


def test_without_its_packages_it_says_which_extra_brings_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda name: None if name == "websockets" else object())
    with pytest.raises(
        MissingDependencyError, match=r"no websockets\. Install them: .*llmagentos\[http\]"
    ):
        _settings()


def test_the_unit_begins_it_the_same(extra: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--unit", "--http", "--at", "0.0.0.0:1234", "--name", "robot.local"])
    line = next(x for x in capsys.readouterr().out.splitlines() if x.startswith("ExecStart="))
    assert line.endswith("serve --http --at 0.0.0.0:1234 --rate 50 --name robot.local")


def test_an_address_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match=r"expected a free address, got 127\.0\.0\.1 port"):
            listening("127.0.0.1", taken.getsockname()[1])
