"""The words of operations: what they start with, and the modules that declare them."""

PREFIX = "ops."
"""What the words of operations start with."""

_WORDS = {
    "activations": (
        "celu elu gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu "
        "log_sigmoid log_softmax relu relu6 selu sigmoid silu soft_shrink softmax softplus "
        "softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh_shrink threshold"
    ),
    "arithmetic": (
        "add arctan2 divide divide_no_nan floor_divide fmax fmin fmod heaviside hypot ldexp "
        "logaddexp logaddexp2 maximum minimum mod multiply nextafter power subtract "
        "true_divide"
    ),
    "attending": "dot_product_attention",
    "axes": "flip fliplr flipud moveaxis roll rot90 swapaxes transpose",
    "bitwise": (
        "bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or "
        "bitwise_right_shift bitwise_xor left_shift right_shift"
    ),
    "comparisons": (
        "allclose equal greater greater_equal isclose less less_equal logical_and logical_or "
        "logical_xor not_equal"
    ),
    "conversions": "cast clip full_like nan_to_num ones_like round saturate_cast zeros_like",
    "convolutions": "conv depthwise_conv separable_conv",
    "convolutions_transposed": "fold",
    "counting": "bincount",
    "crossentropies": "binary_crossentropy categorical_crossentropy psnr sparse_categorical_crossentropy",
    "ctc": "ctc_decode ctc_loss",
    "cumulative": "cumprod cumsum diff nancumprod nancumsum trapezoid",
    "decompositions": (
        "cholesky cholesky_inverse det eigh inv logdet matrix_rank pinv qr solve "
        "solve_triangular svd"
    ),
    "diagonals": "diag diagflat diagonal trace tril triu",
    "elementwise": (
        "abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj "
        "conjugate copy cos cosh deg2rad erf erfc erfinv exp exp2 expm1 fabs floor i0 imag "
        "log log10 log1p log2 negative rad2deg real reciprocal rsqrt sign sin sinc sinh sqrt "
        "square stop_gradient tan tanh trunc"
    ),
    "encodings": "multi_hot one_hot",
    "equations": "einsum",
    "image_geometry": (
        "image.affine_transform image.extract_patches image.extract_patches_3d "
        "image.gaussian_blur image.perspective_transform image.sobel_edges image.ssim"
    ),
    "images": (
        "image.crop_images image.hsv_to_rgb image.pad_images image.resize "
        "image.rgb_to_grayscale image.rgb_to_hsv"
    ),
    "indexing": "get_item",
    "joining": "append concatenate dstack hstack stack vstack",
    "normalizations": "batch_normalization layer_normalization normalize rms_normalization",
    "norms": "norm",
    "picking": "slice take take_along_axis unravel_index",
    "pixels": "depth_to_space space_to_depth",
    "pools": "average_pool max_pool",
    "positions": "argmax argmin argsort nanargmax nanargmin sort",
    "products": "dot inner matmul outer tensordot vdot",
    "ranking": "digitize in_top_k searchsorted top_k",
    "reductions": (
        "all amax amin any count_nonzero logsumexp max mean median min nanmax nanmean nanmin "
        "nanprod nanstd nansum nanvar prod ptp std sum var"
    ),
    "repeating": "pad repeat tile",
    "reshaping": "broadcast_to expand_dims ravel reshape squeeze",
    "segments": "segment_max segment_min segment_prod segment_sum",
    "selecting": "where",
    "short_time": "istft",
    "signals": "extract_sequences fft fft2 ifft2 irfft rfft",
    "spectra": "stft",
    "splitting": "array_split dsplit hsplit split unstack vsplit",
    "statistics": "average moments percentile quantile",
    "truth": "isfinite isinf isnan isneginf isposinf isreal logical_not signbit",
    "updating": "scatter scatter_update slice_update",
    "vectors": "cdist cross vander",
}
FAMILIES = {module: tuple(words.split()) for module, words in _WORDS.items()}
"""The words that each module declares, so that only those of the words of a spec are imported."""
