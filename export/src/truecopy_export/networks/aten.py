"""Which operators of torch's own `aten` a program in a file may call.

Those that read or write files, print, start threads, set the generator or the gradients are not among them; nor are the inner
ones that trust sizes, strides and indices unseen (`_reshape_alias`, `_sparse_*_unsafe`, backward passes): out of bounds they
read foreign memory. Looked through for torch 2.13: every schema that takes a file's name, and every name with an underscore.
"""

from __future__ import annotations

_REFUSED = frozenset(
    {
        "from_file", "save", "wait", "manual_seed", "seed", "initial_seed", "backward", "grad", "get_gradients",
        "set_grad_enabled", "requires_grad_", "retain_grad", "set_", "set", "set_data", "as_strided_", "hash", "hash_tensor",
        "resize_", "resize_as_", "resize", "resize_as", "data_ptr", "record_stream", "rename_", "storage_offset",
    }
)  # fmt: skip
# What layers are made of, although it begins with an underscore.
_INNER = frozenset(
    {
        "_convolution", "_convolution_mode", "_softmax", "_log_softmax", "_safe_softmax", "_adaptive_avg_pool2d",
        "_adaptive_avg_pool3d", "_unsafe_view", "_to_copy", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training",
        "_native_batch_norm_legit_functional", "_batch_norm_impl_index", "_batch_norm_with_update",
        "_batch_norm_with_update_functional", "_weight_norm", "_weight_norm_interface", "_pack_padded_sequence",
        "_pad_packed_sequence", "_transformer_encoder_layer_fwd", "_native_multi_head_attention",
        "_scaled_dot_product_attention_math", "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_flash_attention", "_scaled_dot_product_efficient_attention", "_cdist_forward", "_embedding_bag",
        "_fft_r2c", "_fft_c2c", "_fft_c2r", "_stack", "_cat", "_set_item", "_shape_as_tensor", "_reshape_from_tensor", "_conj",
        "_assert_async", "_assert_scalar", "_assert_tensor_metadata", "_functional_assert_async", "_functional_assert_scalar",
        "_trilinear", "_add_relu", "_local_scalar_dense", "_dim_arange", "_unique2", "_fused_rms_norm", "_list_to_tensor",
        "_tensor_to_list", "_size_if_not_equal", "_no_grad_zero_", "_no_grad_fill_", "_grad_sum_to_size",
    }
)  # fmt: skip
_KINDS = (
    "backward",
    "sparse",
    "quantize",
    "nested",
    "mkldnn",
    "cudnn",
    "miopen",
    "mps",
    "cuda",
    "vulkan",
    "unsafe_",
    "_coo_",
)
_NOT_OF_THESE = frozenset({"unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "_unsafe_view"})


def computes(name: str) -> bool:
    """Without namespace and overload: `conv2d`."""
    if name in _REFUSED:
        return False
    # `__and__`, `__getitem__`, `__range_length`: of numbers and lists.
    if name.startswith("_") and not name.startswith(("__", "_upsample_")) and name not in _INNER:
        return False
    if any(kind in name for kind in _KINDS):
        return name in _NOT_OF_THESE or (name.startswith("fake_quantize_") and "backward" not in name)
    return True
