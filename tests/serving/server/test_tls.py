"""TLS of the server, its clients and its probe; new certificates are loaded while it runs."""

import datetime
import ipaddress
import shutil
from pathlib import Path

import pytest

from serving import errors, probe
from serving.client import ClientConfig, RecommenderClient
from serving.server.config import ServerConfig, TlsConfig
from serving.server.model_server import ModelServer


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


def test_mutual_tls_requires_a_client_certificate(shop, serve, certificates):
    shop.push(1)
    tls = TlsConfig(
        certificate=certificates / "server.pem", key=certificates / "server.key", client_ca=certificates / "ca.pem"
    )
    target = f"127.0.0.1:{serve(shop, tls=tls).port}"
    ours = {"tls_certificate": certificates / "client.pem", "tls_key": certificates / "client.key"}
    with RecommenderClient(target, ClientConfig(deadline_s=60, tls_ca=certificates / "ca.pem", **ours)) as client:
        assert client.recommend_default(["c1"])[0].model_version == 1
    for untrusted in (ClientConfig(max_attempts=1), ClientConfig(max_attempts=1, tls_ca=certificates / "ca.pem")):
        with RecommenderClient(target, untrusted) as client, pytest.raises(errors.ServerUnavailableError):
            client.recommend_default(["c1"])


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
