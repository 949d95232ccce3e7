"""The two deformable convolutions as mmcv asks its extension for them, and their gradients.

A gradient is PyTorch's own of a second run: nothing but its inputs has to be kept for it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .choice import deform_conv2d
from .precision import working_dtype


def deform_conv_forward(
    input: Tensor, weight: Tensor, offset: Tensor, output: Tensor, columns, ones, **sizes: int
) -> None:
    output.copy_(convolved([input, offset, weight], steps(sizes)))


def deform_conv_backward_input(
    input: Tensor,
    offset: Tensor,
    grad_output: Tensor,
    grad_input: Tensor,
    grad_offset: Tensor,
    weight: Tensor,
    columns,
    **sizes: int,
) -> None:
    write_gradients(
        [input, offset, weight], steps(sizes), grad_output, [grad_input, grad_offset, None]
    )


def deform_conv_backward_parameters(
    input: Tensor,
    offset: Tensor,
    grad_output: Tensor,
    grad_weight: Tensor,
    columns,
    ones,
    scale: float,
    **sizes: int,
) -> None:
    # Its values do not matter: the convolution is linear in them.
    weight = torch.zeros_like(grad_weight)
    write_gradients(
        [input, offset, weight], steps(sizes), grad_output * scale, [None, None, grad_weight]
    )


def modulated_deform_conv_forward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones,
    offset: Tensor,
    mask: Tensor,
    output: Tensor,
    columns,
    with_bias: bool,
    **sizes: int,
) -> None:
    tensors = [input, offset, weight, mask, *([bias] if with_bias else [])]
    output.copy_(convolved(tensors, modulated_steps(sizes)))


def modulated_deform_conv_backward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones,
    offset: Tensor,
    mask: Tensor,
    columns,
    grad_input: Tensor,
    grad_weight: Tensor,
    grad_bias: Tensor,
    grad_offset: Tensor,
    grad_mask: Tensor,
    grad_output: Tensor,
    with_bias: bool,
    **sizes: int,
) -> None:
    tensors = [input, offset, weight, mask, *([bias] if with_bias else [])]
    targets = [grad_input, grad_offset, grad_weight, grad_mask, grad_bias][: len(tensors)]
    write_gradients(tensors, modulated_steps(sizes), grad_output, targets)


def steps(sizes: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Stride, padding and dilation from the arguments in C++; groups follow from shapes."""
    return dict(
        stride=(sizes['dH'], sizes['dW']),
        padding=(sizes['padH'], sizes['padW']),
        dilation=(sizes['dilationH'], sizes['dilationW']),
    )


def modulated_steps(sizes: dict[str, int]) -> dict[str, tuple[int, int]]:
    """The same; the other operator has other names."""
    return dict(
        stride=(sizes['stride_h'], sizes['stride_w']),
        padding=(sizes['pad_h'], sizes['pad_w']),
        dilation=(sizes['dilation_h'], sizes['dilation_w']),
    )


def convolved(tensors: list[Tensor], steps: dict[str, tuple[int, int]]) -> Tensor:
    """The convolution of maps, offset, weight and, if given, mask and bias."""
    dtype = working_dtype(tensors[0])
    tensors = [tensor.to(dtype) for tensor in tensors]
    maps, offset, weight, mask, bias = (*tensors, None, None)[:5]
    return deform_conv2d(maps, offset, weight, bias, mask=mask, **steps)


def write_gradients(
    tensors: list[Tensor],
    steps: dict[str, tuple[int, int]],
    grad: Tensor,
    targets: list[Tensor | None],
) -> None:
    """Write the gradient of each of the tensors that has a target."""
    dtype = working_dtype(grad)
    wanted = [index for index, target in enumerate(targets) if target is not None]
    with torch.enable_grad():
        tensors = [
            tensor.detach().to(dtype).requires_grad_(index in wanted)
            for index, tensor in enumerate(tensors)
        ]
        output = convolved(tensors, steps)
    found = torch.autograd.grad(output, [tensors[index] for index in wanted], grad.to(dtype))
    for index, gradient in zip(wanted, found, strict=True):
        targets[index].copy_(gradient)
