"""How many floating-point operations one evaluation of VGG19 takes: a product and a sum are two."""

from collections.abc import Iterable, Sequence

FIRST_OF_BLOCK = (2, 4, 8, 12)
"""Convolutions before which VGG19 halves the picture: conv2_1, conv3_1, conv4_1 and conv5_1."""


def evaluation_flops(kernels: Iterable[Sequence[int]], width: int, height: int) -> int:
    """Operations of all convolutions, forward and backward, on a picture of `width` x `height`.

    kernels: shapes (out, in, 3, 3), from conv1_1 on. Backward means the gradient by each input,
    down to the picture's own; as the weights are frozen, it takes as many products as going
    forward. Not counted: biases, ReLU, pooling, and the Gram matrices, which would add about 5 %.
    """
    products = 0
    for number, (outputs, inputs, rows, columns) in enumerate(kernels):
        if number in FIRST_OF_BLOCK:
            width, height = width // 2, height // 2
        products += width * height * outputs * inputs * rows * columns
    return 2 * 2 * products
