"""A private package index: a real one over HTTP(S) that asks for a password, and serves a wheel made here."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import http.server
import io
import ipaddress
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lineclear.run.environments import EnvironmentFailed, ProjectEnvironment, project_environment

pytestmark = pytest.mark.tools

USER, PASSWORD = "signal", "hunter2-box"
WHEEL = "signalbox-1-py3-none-any.whl"


def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("signalbox.py", "clear = True\n")
        info = "signalbox-1.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: signalbox\nVersion: 1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return content.getvalue()


class Index(http.server.BaseHTTPRequestHandler):
    """Serves one project to whoever knows the password."""

    def do_GET(self) -> None:
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        pages = {
            "/simple/signalbox/": ("text/html", f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()),
            f"/{WHEEL}": ("application/octet-stream", wheel()),
        }
        kind, body = pages.get(self.path, ("", b""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _scrubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of this machine help: no index, certificate or password but the test's own."""
    for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "NETRC",
                 "PIP_INDEX_URL", "SSL_CERT_FILE", "SSL_CERT_DIR", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("LINECLEAR_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Start an index, with a context for HTTPS, and return its address."""
    servers = []

    def start(context: ssl.SSLContext | None = None) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"{'http' if context is None else 'https'}://127.0.0.1:{server.server_port}/simple"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def install(folder: Path, tree: Path | None = None) -> ProjectEnvironment:
    return asyncio.run(
        project_environment(
            tree=tree or folder, install=["signalbox"], python=None, folder=folder / "environment", seconds=100
        )
    )


def test_the_runner_s_variables_name_the_index_and_its_password(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"private={serve()}")
    monkeypatch.setenv("UV_INDEX_PRIVATE_USERNAME", USER)
    monkeypatch.setenv("UV_INDEX_PRIVATE_PASSWORD", PASSWORD)
    assert install(tmp_path).version_of("signalbox") == "1"


@pytest.mark.parametrize("named", [True, False], ids=["NETRC", "home"])
def test_a_netrc_of_the_runner_is_found(
    named: bool, serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ("own" if named else "home/.netrc")
    path.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
    path.chmod(0o600)
    monkeypatch.setenv("UV_DEFAULT_INDEX", serve())
    if named:
        monkeypatch.setenv("NETRC", str(path))
    assert install(tmp_path).version_of("signalbox") == "1"


def test_a_refusal_says_what_to_set_and_never_what_was_set(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"private={serve()}")
    monkeypatch.setenv("UV_INDEX_PRIVATE_USERNAME", "whoever")
    monkeypatch.setenv("UV_INDEX_PRIVATE_PASSWORD", "not-the-one")
    with pytest.raises(EnvironmentFailed) as caught:
        install(tmp_path)
    assert "UV_INDEX_<NAME>_USERNAME" in caught.value.todo
    assert "not-the-one" not in str(caught.value)
    assert "whoever" not in str(caught.value)


def test_the_head_names_no_index(serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a change writes into uv's and pip's configuration files steers nothing."""
    elsewhere, tree = "http://127.0.0.1:9/the-change-says-so", tmp_path / "tree"
    tree.mkdir()
    tables = f'[[tool.uv.index]]\nname = "x"\nurl = "{elsewhere}"\ndefault = true\n'
    (tree / "pyproject.toml").write_text(f'[project]\nname = "orders"\nversion = "1"\n{tables}')
    (tree / "uv.toml").write_text(f'index-url = "{elsewhere}"\n')
    (tree / "pip.conf").write_text(f"[global]\nindex-url = {elsewhere}\n")
    (tree / ".netrc").write_text("machine 127.0.0.1 login x password y\n")
    monkeypatch.setenv("UV_DEFAULT_INDEX", serve().replace("://", f"://{USER}:{PASSWORD}@"))
    assert install(tmp_path, tree).version_of("signalbox") == "1"


def certificate(folder: Path) -> ssl.SSLContext:
    """Make an authority (``ca.pem``) and a certificate by it, and return a context of the server's."""
    now = dt.datetime.now(dt.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test index")])

    def made(subject: x509.Name, of: ec.EllipticCurvePrivateKey, *, authority: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(of.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(made(root_name, root_key, authority=True).public_bytes(pem))
    plain = serialization.NoEncryption()
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.pem").write_bytes(own + made(name, key, authority=False).public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def test_an_authority_of_one_s_own_is_trusted_where_the_runner_says_so(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = serve(certificate(tmp_path)).replace("://", f"://{USER}:{PASSWORD}@")
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)
    with pytest.raises(EnvironmentFailed) as caught:
        install(tmp_path)
    assert PASSWORD not in str(caught.value)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    (tmp_path / "again").mkdir()
    assert install(tmp_path / "again").version_of("signalbox") == "1"
