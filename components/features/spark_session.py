"""A Spark session for one step: a JVM beside this process, which ends with the session.

The session writes nothing outside its folder and on standard error, and leaves no process, no port and no signal
handler behind: TFX runs the steps of a run one after the other in one process, and the trainers want the memory.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
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


def start_session(master: str, folder: pathlib.Path, memory_gib: float | None = None) -> SparkSession:
    """Starts a JVM and a session in it.

    Settings that are not given here are Spark's own to take, from `spark-defaults.conf` in `SPARK_CONF_DIR`.

    Args:
        master: a master's URL, such as `local[*]` or `spark://host:7077`.
        folder: for all that Spark's driver writes; empty, and the caller's to remove after `end_session`.
        memory_gib: heap of the driver, in GiB, at least 0.5; with a local master that is all of Spark. None for
            Spark's own default.

    Raises:
        ConfigError: pyspark or a Java that Spark runs on is missing, or there is no such master.
    """
    try:
        import pyspark
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(f"features.engine=spark needs pyspark 3.5: `make install` brings it ({error})") from error
    require_java(_java())
    conf = pyspark.SparkConf().setAll(list(_settings(master, folder, memory_gib).items()))
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
    """Stops the session and waits until its JVM is gone."""
    gateway: Any = session.sparkContext._gateway
    session.stop()
    _end_jvm(gateway)


def require_java(java: str | None) -> None:
    """Refuses a Java that Spark 3.5 does not run on.

    Args:
        java: path of the program, or None if there is none.

    Raises:
        ConfigError: it is missing, or of another version.
    """
    remedy = "install Java 17, or let JAVA_HOME say where it is"
    if java is None:
        raise ConfigError(f"features.engine=spark needs Java and finds none: {remedy}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) not in _JAVA_VERSIONS:
        version = found[1] if found else "unknown"
        raise ConfigError(
            f"features.engine=spark needs Java 8, 11 or 17. Received: {java} of version {version}: {remedy}"
        )


def _java() -> str | None:
    """The Java that Spark's scripts will take."""
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
        # As in DuckDB, a number that does not fit its type is an error.
        "spark.sql.ansi.enabled": "true",
    }
    if memory_gib is not None:
        settings["spark.driver.memory"] = f"{round(memory_gib * 1024)}m"
    if master.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _end_jvm(gateway: Any) -> None:
    """Ends the JVM that `launch_gateway` started; pyspark itself keeps it for as long as Python runs."""
    import pyspark

    if gateway.proc is None:  # Python was started by spark-submit: the JVM is not ours.
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
    """The line in which Spark says what is wrong, or nothing."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()] if log.exists() else []
    return next((line for line in lines if re.search(r"(Exception|Error): ", line)), "")
