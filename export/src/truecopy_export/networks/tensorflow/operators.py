"""The operators that a SavedModel may hold, wherever they stand in it: a closed list, in every function of its library.

A SavedModel is a program: its operators read and write files, open sockets, call Python, fill tables. TensorFlow may run
some of them while it only loads (shape inference evaluates constants), so the list is held against all of the file, not
only against what the signature reaches. What is not named here is refused, whatever it does: custom operators, tables,
queues, data sets, decoders of files, text.
"""

from __future__ import annotations

# They compute on tensors, call functions of the same file, draw random numbers, or read and write the file's own variables
# (the training half that Keras saves beside the network does). Taken from what tf2onnx converts and what Keras writes.
_ALLOWED = """
Abs Acos Acosh Add AddN AddV2 AdjustContrastv2 AdjustHue AdjustSaturation All Angle Any ApproximateEqual ArgMax
ArgMin Asin Asinh Assert AssignAddVariableOp AssignSubVariableOp AssignVariableOp Atan Atan2 Atanh AvgPool
AvgPool3D AvgPoolGrad BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchMatrixBandPart BatchToSpaceND BiasAdd
BiasAddGrad BiasAddV1 Bincount Bitcast BitwiseAnd BitwiseOr BitwiseXor BroadcastArgs BroadcastGradientArgs BroadcastTo
Bucketize Cast Ceil CheckNumerics ClipByValue CombinedNonMaxSuppression Complex ComplexAbs Concat ConcatOffset
ConcatV2 Conj Const Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D Conv3DBackpropInputV2 Cos Cosh
CropAndResize Cross Cumprod Cumsum CumulativeLogsumexp DenseBincount DenseToDenseSetOperation DepthToSpace
DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput DestroyResourceOp
Diag DiagPart Digamma Dilation2D DisableCopyOnRead Div DivNoNan DynamicPartition DynamicStitch Einsum Elu
EluGrad EmptyTensorList EnsureShape Equal Erf Erfc Erfinv EuclideanNorm Exp ExpandDims Expm1 ExtractImagePatches
FFT FFT2D FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel Fill Floor FloorDiv
FloorMod FractionalAvgPool FractionalMaxPool FusedBatchNorm FusedBatchNormGradV3 FusedBatchNormV2
FusedBatchNormV3 Gather GatherNd GatherV2 Greater GreaterEqual GuaranteeConst HSVToRGB IFFT IFFT2D IRFFT IRFFT2D
Identity IdentityN If Igamma Imag ImageProjectiveTransformV2 ImageProjectiveTransformV3 InTopKV2 Invert
InvertPermutation IsFinite IsInf IsNan IsVariableInitialized L2Loss LRN LeakyRelu LeakyReluGrad LeftShift Less
LessEqual Lgamma LinSpace ListDiff Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul MatrixBandPart
MatrixDeterminant MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3
MatrixInverse MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3 MatrixTriangularSolve Max MaxPool MaxPool3D
MaxPoolGrad MaxPoolGradV2 MaxPoolV2 MaxPoolWithArgmax Maximum Mean Min Minimum MirrorPad MirrorPadGrad Mod Mul
MulNoNan Ndtri Neg NoOp NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 NotEqual
NthElement OneHot OnesLike Pack Pad PadV2 ParallelDynamicStitch PartitionedCall Placeholder PlaceholderV2
PlaceholderWithDefault PopulationCount Pow PreventGradient Prod QuantizeAndDequantizeV2 QuantizeAndDequantizeV3
QuantizeAndDequantizeV4 RFFT RFFT2D RGBToHSV RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt
Range Rank ReadVariableOp Real RealDiv Reciprocal Relu Relu6 Relu6Grad ReluGrad Reshape ResizeArea ResizeBicubic
ResizeBicubicGrad ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad
ResourceGather ResourceGatherNd ReverseSequence ReverseV2 RightShift Rint RngReadAndSkip RngSkip Roll Round
Rsqrt RsqrtGrad ScaleAndTranslate ScatterNd ScatterNdAdd SegmentMax SegmentMaxV2 SegmentMean SegmentMin
SegmentMinV2 SegmentProd SegmentProdV2 SegmentSum SegmentSumV2 Select SelectV2 Selu SeluGrad Shape ShapeN
Sigmoid SigmoidGrad Sign Sin Sinh Size Slice Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad
Softsign SoftsignGrad SpaceToBatchND SpaceToDepth SparseFillEmptyRows SparseReshape SparseSegmentMean
SparseSegmentMeanWithNumSegments SparseSegmentSqrtN SparseSegmentSqrtNWithNumSegments SparseSegmentSum
SparseSegmentSumWithNumSegments SparseSoftmaxCrossEntropyWithLogits SparseToDense Split SplitV Sqrt SqrtGrad
Square SquaredDifference Squeeze StatefulPartitionedCall StatefulStandardNormalV2 StatefulTruncatedNormal
StatefulUniform StatefulUniformFullInt StatefulUniformInt StatelessIf StatelessMultinomial StatelessRandomGetAlg
StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomNormal StatelessRandomNormalV2
StatelessRandomUniform StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2 StatelessRandomUniformInt
StatelessRandomUniformIntV2 StatelessRandomUniformV2 StatelessShuffle StatelessTruncatedNormal
StatelessTruncatedNormalV2 StatelessWhile StopGradient StridedSlice StridedSliceGrad Sub Sum Tan Tanh TanhGrad
TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem TensorListLength
TensorListPopBack TensorListPushBack TensorListReserve TensorListResize TensorListScatterV2 TensorListSetItem
TensorListStack TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate Tile
TopKV2 Transpose TruncateDiv TruncatedNormal Unique UniqueV2 UniqueWithCounts Unpack UnravelIndex
UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum VarHandleOp VarIsInitializedOp
VariableShape Where While Xdivy Xlog1py Xlogy ZerosLike
"""
ALLOWED = frozenset(_ALLOWED.split())

# What saves and restores: Keras writes two such functions into every SavedModel, and nothing here ever runs them. They may
# stand in a function that only the outermost graph names, which is not run either: `tf.saved_model.load` restores by itself.
SAVERS = frozenset(
    ("SaveV2", "RestoreV2", "MergeV2Checkpoints", "ShardedFilename", "StringJoin", "StaticRegexFullMatch")
)
