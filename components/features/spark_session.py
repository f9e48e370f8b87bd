"""A Spark session for one step: a JVM in a child process that ends with the session.

The session writes only to its folder and to standard error, and leaves no process, port or signal handler behind. TFX
runs all steps of a run in one process, and the trainers need the memory.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from transforms.errors import ConfigError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_JAVA_VERSIONS = (8, 11, 17)
_END_TIMEOUT_S = 30
_QUIET = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n%ex
"""


def start_session(
    master: str,
    folder: pathlib.Path,
    memory_gib: float | None = None,
    options: Mapping[str, str] | None = None,
) -> SparkSession:
    """Starts a JVM and a Spark session in it.

    Spark reads all other options from `spark-defaults.conf` in `SPARK_CONF_DIR`.

    Args:
        master: URL of Spark's master, such as `local[*]` or `spark://host:7077`.
        folder: empty folder for all files of Spark's driver; the caller removes it after `end_session`.
        memory_gib: heap of the driver, in GiB, at least 0.5; with a local master the driver is all of Spark. None for
            Spark's default.
        options: further options of Spark by name, which override those of this module and of the file.

    Raises:
        ConfigError: pyspark or a supported Java is missing, or Spark cannot reach the master.
    """
    try:
        import pyspark
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(f"features.engine=spark needs pyspark 3.5; run `make install` ({error})") from error
    require_java(_java())
    conf = pyspark.SparkConf().setAll(list({**_settings(master, folder, memory_gib), **(options or {})}.items()))
    log = folder / "spark.log"
    handler = signal.getsignal(signal.SIGINT)
    gateway = None
    try:
        with log.open("wb") as output:
            gateway = launch_gateway(conf, {"cwd": folder, "stdout": output, "stderr": output})
        session = SparkSession(pyspark.SparkContext(conf=conf, gateway=gateway))
    except Exception as error:
        if gateway is not None:
            _end_jvm(gateway)
        reason = _reason(log) or f"{type(error).__name__}: {error}".splitlines()[0]
        raise ConfigError(f"Spark did not start. Received: features.spark_master = {master!r}. {reason}") from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, handler)
    return session


def end_session(session: SparkSession) -> None:
    """Stops the session and waits until its JVM has exited."""
    gateway: Any = session.sparkContext._gateway
    session.stop()
    _end_jvm(gateway)


def require_java(java: str | None) -> None:
    """Checks that Spark 3.5 supports a Java.

    Args:
        java: path of the `java` program, or None if there is none.

    Raises:
        ConfigError: Java is missing, or its version is not supported.
    """
    remedy = "install Java 17, or set JAVA_HOME to its folder"
    if java is None:
        raise ConfigError(f"features.engine=spark needs Java 8, 11 or 17. Received: no Java; {remedy}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) not in _JAVA_VERSIONS:
        version = found[1] if found else "unknown"
        raise ConfigError(
            f"features.engine=spark needs Java 8, 11 or 17. Received: {java} of version {version}; {remedy}"
        )


def _java() -> str | None:
    """Returns the Java that Spark's scripts use, or None."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(f"{home}/bin/java" if home else "java")


def _settings(master: str, folder: pathlib.Path, memory_gib: float | None) -> dict[str, str]:
    logging = folder / "log4j2.properties"
    logging.write_text(_QUIET)
    settings = {
        "spark.master": master,
        "spark.app.name": "lookbook-features",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.driver.defaultJavaOptions": (
            f'-Dlog4j2.configurationFile={logging.as_uri()} "-Djava.io.tmpdir={folder}" -XX:-UsePerfData'
        ),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.sql.session.timeZone": "UTC",
        # A number that does not fit its type is an error, as in DuckDB.
        "spark.sql.ansi.enabled": "true",
    }
    if memory_gib is not None:
        settings["spark.driver.memory"] = f"{round(memory_gib * 1024)}m"
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _end_jvm(gateway: Any) -> None:
    """Ends the JVM that `launch_gateway` started; pyspark would keep it until Python exits."""
    import pyspark

    if gateway.proc is None:  # spark-submit started Python: the JVM belongs to it
        return
    pyspark.SparkContext._gateway = pyspark.SparkContext._jvm = None
    gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(_END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


def _reason(log: pathlib.Path) -> str:
    """Returns the first line of the log with an error, or an empty string."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()] if log.exists() else []
    return next((line for line in lines if re.search(r"(Exception|Error): ", line)), "")
