"""The server in its own process: output, exit status, TLS, metrics port, probe."""

import contextlib
import datetime
import ipaddress
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from serving import errors, probe
from serving.client import ClientConfig, RecommenderClient
from serving.server.config import ServerConfig, TlsConfig
from serving.server.model_server import ModelServer

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def command(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "serving.server", "--port", "0", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_line(process, timeout_s=120):
    readable, _, _ = select.select([process.stdout], [], [], timeout_s)
    assert readable, "no line within the timeout"
    return process.stdout.readline()


def test_it_reports_a_failed_version_then_serves_the_next_and_stops_on_sigterm(shop):
    (shop.base / "3").mkdir()
    with command("--base-path", shop.base, "--model-name", "lookbook", "--poll-interval-s", "0.05") as process:
        errors_seen = iter(process.stderr.readline, "")
        failure = next(line for line in errors_seen if line.startswith("error: "))
        assert "lookbook is not available: lookbook version 3: NOT_FOUND: Could not find SavedModel" in failure
        shop.push(4)
        match = re.fullmatch(r"serving lookbook on 127\.0\.0\.1:(\d+)\n", first_line(process))
        assert match
        with RecommenderClient(f"127.0.0.1:{match[1]}", ClientConfig(deadline_s=60)) as client:
            assert client.recommend_default(["c1"])[0].model_version == 4
        process.send_signal(signal.SIGTERM)
        rest, log = process.communicate(timeout=60)
        assert process.returncode == 0, log
        assert rest == ""
        assert "Traceback" not in log


def test_exit_on_failure_ends_a_server_without_a_version(shop):
    with command("--base-path", shop.base, "--exit-on-failure", "--load-timeout-s", "0.3") as process:
        rest, log = process.communicate(timeout=60)
        assert (process.returncode, rest) == (1, "")
        assert f"error: lookbook is not available: no version under {shop.base}" in log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--base-path", "/x", "--max-batch", "0"),
            "error: max_batch must be at least 1. Received: max_batch = 0.",
        ),
        (("--base-path", "/x", "--tls-key", "k"), "--tls-certificate and --tls-key must be given together"),
        (("--base-path", "/x", "--tls-client-ca", "ca"), "Received: --tls-client-ca alone."),
        (("--base-path", "/x", "--port", "70000"), "error: port must be in 0..65535. Received: port = 70000."),
        (("--base-path", "/x", "--metrics-port", "-1"), "error: metrics_port must be in 0..65535."),
        (("--base-path", "/x", "--host", "203.0.113.1"), "error: host must be an address of this machine."),
        (("--base-path", "/x", "--host", "no such host"), "error: host must be a name or an address."),
    ],
)
def test_invalid_settings_are_errors_of_one_line(arguments, words):
    with command(*arguments) as process:
        _, log = process.communicate(timeout=60)
        assert process.returncode == 1
        assert words in log
        assert "Traceback" not in log


def test_a_port_in_use_is_an_error(served):
    with command("--base-path", "/x", "--port", served.port) as process:
        _, log = process.communicate(timeout=60)
        assert process.returncode == 1
        assert f"error: port must be free. Received: 127.0.0.1:{served.port}" in log


def test_it_listens_on_ipv6(shop, serve):
    shop.push(1)
    port = serve(shop, host="::1").port
    with RecommenderClient(f"[::1]:{port}", ClientConfig(deadline_s=60)) as client:
        assert client.recommend_default(["c1"])[0].model_version == 1


def make_certificates(folder: Path) -> Path:
    """Writes ca.pem, and a certificate and key for the server (localhost) and for a client."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    today = datetime.datetime.now(datetime.timezone.utc)

    def name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def issue(who, issuer, issuer_key, key, ca=False):
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name(who))
            .issuer_name(name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - datetime.timedelta(days=1))
            .not_valid_after(today + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )
        (folder / f"{who}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{who}.key").write_bytes(private)

    ca_key = ec.generate_private_key(ec.SECP256R1())
    issue("ca", "ca", ca_key, ca_key, ca=True)
    for who in ("server", "client"):
        issue(who, "ca", ca_key, ec.generate_private_key(ec.SECP256R1()))
    return folder


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("tls"))


def test_new_certificates_are_loaded_unless_they_are_invalid(shop, serve, certificates, tmp_path):
    shop.push(1)
    (tmp_path / "new").mkdir()
    new = make_certificates(tmp_path / "new")
    live = tmp_path / "live"
    shutil.copytree(certificates, live)
    target = f"127.0.0.1:{serve(shop, tls=TlsConfig(certificate=live / 'server.pem', key=live / 'server.key')).port}"

    def answers(authority):
        with RecommenderClient(target, ClientConfig(deadline_s=30, max_attempts=1, tls_ca=authority)) as client:
            try:
                return bool(client.recommend_default(["c1"]))
            except errors.ServingError:
                return False

    assert answers(certificates / "ca.pem")
    for name in ("server.pem", "server.key"):
        shutil.copy(new / name, live / name)
    assert answers(new / "ca.pem")
    (live / "server.pem").write_bytes(b"broken")
    assert answers(new / "ca.pem")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"certificate": "gone.pem"}, "certificate must be a file that can be read. Received: .*gone.pem: No such"),
        ({"certificate": "server.key"}, "certificate must be a PEM file with a certificate. Received: .*server.key"),
        ({"client_ca": "server.key"}, "client_ca must be a PEM file with a certificate. Received: .*server.key"),
        ({"key": "server.pem"}, "key must be a PEM file with a private key .* Received: .*server.pem"),
        ({"key": "client.key"}, "key must belong to the certificate .*server.pem. Received: .*client.key"),
        ({"key": ""}, "certificate and key must be given"),
    ],
    ids=["missing", "not a certificate", "not an authority", "not a key", "key of another certificate", "no key given"],
)
def test_the_error_names_an_invalid_pem_file(certificates, change, words):
    files = {"certificate": "server.pem", "key": "server.key", **change}

    def start():
        tls = TlsConfig(**{field: name and certificates / name for field, name in files.items()})
        ModelServer(ServerConfig(base_paths={"lookbook": "/x"}, port=0, tls=tls)).start()

    with pytest.raises(ValueError, match=words):
        start()


def test_silent_connections_do_not_block_the_metrics_port(served):
    with contextlib.ExitStack() as silent:
        for _ in range(7):
            silent.enter_context(socket.create_connection(("127.0.0.1", served.server.metrics_port)))
        url = f"http://127.0.0.1:{served.server.metrics_port}/metrics"
        assert b"lookbook_serving_load_seconds" in urllib.request.urlopen(url, timeout=30).read()


def test_a_silent_connection_to_the_metrics_port_is_closed(served, eventually):
    with socket.create_connection(("127.0.0.1", served.server.metrics_port)) as silent:
        silent.settimeout(60)
        assert silent.recv(1) == b""


def test_series_of_a_dropped_version_are_removed(shop, serve, eventually):
    shop.push(1)
    running = serve(shop, metrics_kept_s=0.1)
    labels = {"method": "Predict", "model": "lookbook", "version": "1", "code": "OK"}
    running.stock.predict({"customer_id": ["c1"]})

    def counted(version):
        found = running.server.metrics.registry.get_sample_value
        return found("lookbook_serving_requests_total", {**labels, "version": version})

    assert counted("1") == 1
    shop.push(2)
    eventually(lambda: [v.version for v in running.server.served_versions()] == [2], "2 serves")
    running.stock.predict({"customer_id": ["c1"]})
    eventually(lambda: counted("1") is None, "1 forgotten")
    assert counted("2") == 1


def test_mutual_tls_requires_a_client_certificate(shop, serve, certificates):
    shop.push(1)
    tls = TlsConfig(
        certificate=certificates / "server.pem",
        key=certificates / "server.key",
        client_ca=certificates / "ca.pem",
    )
    target = f"127.0.0.1:{serve(shop, tls=tls).port}"
    ours = {"tls_certificate": certificates / "client.pem", "tls_key": certificates / "client.key"}
    with RecommenderClient(target, ClientConfig(deadline_s=60, tls_ca=certificates / "ca.pem", **ours)) as client:
        assert client.recommend_default(["c1"])[0].model_version == 1
    for untrusted in (
        ClientConfig(max_attempts=1),
        ClientConfig(max_attempts=1, tls_ca=certificates / "ca.pem"),
    ):
        with RecommenderClient(target, untrusted) as client, pytest.raises(errors.ServerUnavailableError):
            client.recommend_default(["c1"])


def test_a_probe_reports_whether_a_server_is_healthy(served, eventually):
    eventually(lambda: probe.healthy(f"127.0.0.1:{served.port}"), "health")
    assert not probe.healthy("127.0.0.1:1")
    assert not probe.healthy("127.0.0.1:1", alive=True)
    done = subprocess.run([sys.executable, "-m", "serving.probe", "127.0.0.1:1"], cwd=ROOT)
    assert done.returncode == 1


def test_a_server_without_a_version_is_alive_and_not_ready(shop, serve):
    target = f"127.0.0.1:{serve(shop, wait=False).port}"
    assert probe.main(["--alive", target]) == 0
    assert probe.main([target]) == 1


def test_a_probe_supports_tls(shop, serve, certificates, eventually):
    shop.push(1)
    files = {
        name: str(certificates / name) for name in ("ca.pem", "server.pem", "server.key", "client.pem", "client.key")
    }
    tls = TlsConfig(certificate=files["server.pem"], key=files["server.key"], client_ca=files["ca.pem"])
    target = f"127.0.0.1:{serve(shop, tls=tls).port}"
    ca = f"--tls-ca={files['ca.pem']}"
    ours = [ca, f"--tls-certificate={files['client.pem']}", f"--tls-key={files['client.key']}"]
    eventually(lambda: probe.main([*ours, target]) == 0, "health")
    assert probe.main([ca, target]) == 1, "without the client's certificate"
    assert probe.main(["--alive", target]) == 1, "in plain text"
    assert probe.main([f"--tls-ca={files['ca.pem']}x", target]) == 1, "a file that is missing"
