"""The distribution strategy of the towers: one device, the GPUs of one machine, or several workers of a cluster.

Workers are named by the environment variable `TF_CONFIG`, TensorFlow's own convention, which Kubeflow's TFJob sets.
All replicas train on equal shares of each batch, and their in-batch negatives are those of the whole batch, so that the
loss is that of one device at the same batch size.
"""

import tensorflow as tf

from transforms.errors import ConfigError


def training_strategy() -> tf.distribute.Strategy:
    """Returns the strategy of this process: over workers if `TF_CONFIG` names several, else over local GPUs.

    With workers it must be called before TensorFlow runs anything in this process.
    """
    cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec().as_dict()
    if sum(len(addresses) for task, addresses in cluster.items() if task in ("chief", "worker")) > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return strategy_over([device.name for device in tf.config.list_logical_devices("GPU")])


def strategy_over(devices: list[str]) -> tf.distribute.Strategy:
    """Returns a strategy that mirrors the weights over several devices, or the default strategy for one or none.

    Args:
        devices: names of logical devices, such as `/device:GPU:0`.
    """
    return tf.distribute.MirroredStrategy(devices) if len(devices) > 1 else tf.distribute.get_strategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Returns whether this process writes the results: the chief, or the first worker of a cluster without a chief.

    Args:
        strategy: strategy of the training. A process without workers is a chief.
    """
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    first = "chief" not in resolver.cluster_spec().jobs and resolver.task_type == "worker" and resolver.task_id == 0
    return resolver.task_type == "chief" or first


def require_replicas_fit(strategy: tf.distribute.Strategy, batch_size: int, xla: bool) -> None:
    """Checks that the settings allow several replicas.

    Args:
        strategy: strategy of the training.
        batch_size: examples in a step, over all replicas.
        xla: whether XLA compiles the step.

    Raises:
        ConfigError: a batch has no equal shares, or XLA would have to compile the exchange between replicas.
    """
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise ConfigError(
            f"retrieval.batch_size must be a multiple of the number of replicas, {replicas}. Received: {batch_size}"
        )
    if xla and replicas > 1:
        raise ConfigError(f"retrieval.xla must be false on several replicas. Received: true on {replicas}")


def require_agreement(strategy: tf.distribute.Strategy, values: list[int]) -> None:
    """Checks that all workers start from the same data and the same checkpoint. Waits for all of them.

    Args:
        strategy: strategy of the training.
        values: numbers that must be equal on all workers, as many on each.

    Raises:
        ConfigError: another worker has other values.
    """
    if strategy.num_replicas_in_sync == 1:
        return

    def gathered():
        return tf.distribute.get_replica_context().all_gather(tf.constant([values], tf.int64), axis=0)

    of_all = strategy.experimental_local_results(strategy.run(tf.function(gathered)))[0].numpy()
    if (of_all != of_all[0]).any():
        raise ConfigError(
            "all workers must read the same examples and the same folder of checkpoints; mount one volume in all of "
            f"them. Received: week, pass, epoch and purchases {of_all.tolist()}"
        )
