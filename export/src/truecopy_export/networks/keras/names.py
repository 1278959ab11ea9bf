"""The parts of Keras that a model's configuration may name. It is a closed list: whatever is not here is refused, unread.

A configuration names Python classes and functions, and Keras imports and calls them. Its own guards were passed several
times (CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2025-12058, CVE-2025-12060). Here only
names of pure tensor layers and operations go through.

Source: keras 3.15.1 `keras/layers/__init__.py`, `keras/activations/__init__.py`, `keras/src/ops/`, and the layers that its
own applications define (`keras/src/applications/convnext.py`, `inception_resnet_v2.py`).
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> list[str]:
    return text.split()


MODELS = frozenset(("Sequential", "Functional", "Model"))

LAYERS = frozenset(
    _words("""
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveMaxPooling1D
    AdaptiveMaxPooling2D Add AdditiveAttention AlphaDropout Attention Average AveragePooling1D AveragePooling2D
    AveragePooling3D BatchNormalization Bidirectional CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose
    Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot
    Dropout ELU EinsumDense Flatten GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
    GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention
    Identity InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum
    Minimum MultiHeadAttention Multiply Normalization PReLU Permute RMSNormalization RNN RandomBrightness RandomColorJitter
    RandomContrast RandomCrop RandomFlip RandomHue RandomRotation RandomSaturation RandomShear RandomTranslation RandomZoom
    ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax
    SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells Subtract TimeDistributed
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """)
)

# Layers that run code from the file, open other files or look up strings: (why, in words).
REFUSED: Mapping[str, str] = {
    "Lambda": "holds Python code",
    "TorchModuleWrapper": "holds a Python pickle, which runs code",
    "TFSMLayer": "opens another model's files and runs them",
    "JaxLayer": "holds Python code",
    "FlaxLayer": "holds Python code",
    "StringLookup": "reads a vocabulary file, and takes no pictures",
    "IntegerLookup": "reads a vocabulary file, and takes no pictures",
    "TextVectorization": "reads a vocabulary file, and takes no pictures",
    "TFOpLambda": "is an operation of TensorFlow, which Keras 3 does not have",
    "SlicingOpLambda": "is an operation of TensorFlow, which Keras 3 does not have",
}

# Names that Keras has two of.
ALIASES: Mapping[str, str] = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
}

ACTIVATIONS = frozenset(
    _words("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax
    squareplus swish tanh tanh_shrink
    """)
)

# Module of Keras -> operations that a Functional model is written with (x / 255, x[:, 1:], keras.ops.mean).
OPERATIONS: Mapping[str, frozenset[str]] = {
    "keras.src.ops.numpy": frozenset(
        _words("""
        Absolute Add Amax Amin Average BroadcastTo Ceil Clip Concatenate Cos Divide DivideNoNan Dot Einsum Equal Exp
        ExpandDims Expm1 Flip Floor FloorDivide GetItem Greater GreaterEqual Less LessEqual Log Log10 Log1p Log2 LogicalAnd
        LogicalNot LogicalOr Matmul Max Maximum Mean Min Minimum Mod Moveaxis Multiply Negative NotEqual Pad Power Prod Ravel
        Reciprocal Repeat Reshape Roll Round Sign Sin Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes Take Tanh
        Tensordot Tile Transpose TrueDivide Var Where
        """)
    ),
    "keras.src.ops.nn": frozenset(
        _words("""
        AdaptiveAveragePool AdaptiveMaxPool AveragePool Celu DepthToSpace Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh
        LayerNorm LeakyRelu LogSigmoid LogSoftmax MaxPool Normalize RMSNorm Relu Relu6 Selu Sigmoid Silu SoftShrink Softmax
        Softplus Softsign SpaceToDepth Sparsemax Squareplus TanhShrink
        """)
    ),
    "keras.src.ops.math": frozenset(("Erf", "Logsumexp", "Rsqrt")),
    "keras.src.ops.core": frozenset(("Cast", "StopGradient", "Unstack")),
    "keras.src.ops.image": frozenset(("CropImages", "PadImages", "RGBToGrayscale", "Resize")),
    "keras.src.ops.einops": frozenset(("Rearrange",)),
    "keras.src.ops.linalg": frozenset(("Norm",)),
}

# Layers that Keras's own applications define.
APPLICATIONS: Mapping[str, frozenset[str]] = {
    "keras.src.applications.convnext": frozenset(("LayerScale", "StochasticDepth")),
    "keras.src.applications.inception_resnet_v2": frozenset(("CustomScaleLayer",)),
}

# Policies of dtypes, in all versions.
POLICY_MODULES = frozenset(
    ("keras", "keras.dtype_policies", "keras.mixed_precision", "tf_keras.mixed_precision")
)
POLICIES = frozenset(("DTypePolicy", "FloatDTypePolicy", "Policy"))
DTYPES = frozenset(
    ("float16", "float32", "float64", "bool", "uint8", "int8", "int16", "int32", "int64", "bfloat16")
)  # fmt: skip
