"""LiteRT: a network from the bytes of its file, and an array through it."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def open_network(model: bytes, *, threads: int = 1) -> Interpreter:
    """A network of one input and one output, ready to run; not to be run by two threads at once.

    Args:
        model: the bytes of a `.tflite` file. Given a path, LiteRT maps the file, and a file that is
            written anew ends the process.
        threads: how many of LiteRT's own work on one array.

    Raises:
        ValueError: the bytes are no network.
        RuntimeError: the network does not fit together.
    """
    network = Interpreter(model_content=model, num_threads=threads)
    network.allocate_tensors()
    return network


def run_network(network: Interpreter, array: np.ndarray) -> np.ndarray:
    """What the network makes of a float32 array; its shape may change from one to the next."""
    (door,) = network.get_input_details()
    (end,) = network.get_output_details()
    if tuple(door["shape"]) != array.shape:
        network.resize_tensor_input(door["index"], array.shape)
        network.allocate_tensors()
    network.set_tensor(door["index"], array)
    network.invoke()
    return network.get_tensor(end["index"])
