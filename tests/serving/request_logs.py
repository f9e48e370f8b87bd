"""Writes request logs as the model server does."""

import datetime

from serving import tensors, wire
from serving.tfrecords import framed


def answered(
    customers, articles, *, day, version=1, label="", signature="recommend", channels=None, reasons=None, hour=12
):
    """A PredictionLog record of one request.

    Args:
        customers: [batch] ids.
        articles: [batch, k] article ids.
        day: day of the answer, in UTC.
        version: version that answered.
        label: version label of the request; "" for none.
        signature: name of the signature.
        channels: [batch, k] comma-joined names; None for a version without this output.
        reasons: [batch, k, n] codes; None for a version without this output.
        hour: hour of the answer.
    """
    log = wire.PredictionLog()
    time = datetime.datetime.combine(day, datetime.time(hour), datetime.timezone.utc)
    log.log_metadata.timestamp_secs = int(time.timestamp())
    log.log_metadata.model_spec.name = "lookbook"
    log.log_metadata.model_spec.version.value = version
    log.log_metadata.model_spec.signature_name = signature
    if label:
        log.predict_log.request.model_spec.version_label = label
    log.predict_log.request.inputs["customer_id"].CopyFrom(tensors.to_proto(customers))
    outputs = {"article_ids": articles, "channels": channels, "reason_codes": reasons}
    for name, values in outputs.items():
        if values is not None:
            log.predict_log.response.outputs[name].CopyFrom(tensors.to_proto(values))
    return log


def write_log(path, records):
    """Writes records into a TFRecord file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(framed(record.SerializeToString()) for record in records))
