"""The order of arguments in Keras, for kinds that declare theirs in another one."""

from functools import cache

from cnnspec.declarations.declaration import Declaration

MOST = 5
"""The number of positions that are known."""


def positional(declaration: type[Declaration]) -> tuple[str, ...]:
    """Return the first arguments of a kind in the order of Keras."""
    known, kind = _positions(), declaration.kind()
    own = known.get(f"{declaration.family.namespace}.{kind}") or known.get(kind)
    return own or tuple(declaration.arguments())[:MOST]


@cache
def _positions() -> dict[str, tuple[str, ...]]:
    return {kind: tuple(names) for kind, *names in map(str.split, _LINES.splitlines())}


_LINES = """\
AUC num_thresholds curve summation_method name dtype
Activation activation
ActivityRegularization l1 l2
Adadelta learning_rate rho epsilon weight_decay clipnorm
Adafactor learning_rate beta_2_decay epsilon_1 epsilon_2 clip_threshold
Adagrad learning_rate initial_accumulator_value epsilon weight_decay clipnorm
Adam learning_rate beta_1 beta_2 epsilon amsgrad
AdamW learning_rate weight_decay beta_1 beta_2 epsilon
Adamax learning_rate beta_1 beta_2 epsilon weight_decay
AdaptiveAveragePooling1D output_size data_format
AdaptiveAveragePooling2D output_size data_format
AdaptiveAveragePooling3D output_size data_format
AdaptiveMaxPooling1D output_size data_format
AdaptiveMaxPooling2D output_size data_format
AdaptiveMaxPooling3D output_size data_format
AdditiveAttention use_scale dropout
AlphaDropout rate noise_shape seed
Attention use_scale score_mode dropout seed
AugMix value_range num_chains chain_depth factor alpha
AutoContrast value_range
AveragePooling1D pool_size strides padding data_format
AveragePooling2D pool_size strides padding data_format
AveragePooling3D pool_size strides padding data_format
BatchNormalization axis momentum epsilon center scale
Bidirectional layer merge_mode
BinaryFocalCrossentropy apply_class_balancing alpha gamma from_logits label_smoothing
BinaryIoU target_class_ids threshold name dtype
CategoricalFocalCrossentropy alpha gamma from_logits label_smoothing axis
CategoricalGeneralizedCrossEntropy q reduction name dtype
CategoryEncoding num_tokens output_mode sparse
CenterCrop height width data_format
Circle gamma margin remove_diagonal reduction name
Concatenate axis
ContrastLimitedAdaptiveHistogramEqualization value_range clip_limit tile_grid_size data_format
Conv1D filters kernel_size strides padding data_format
Conv1DTranspose filters kernel_size strides padding output_padding
Conv2D filters kernel_size strides padding data_format
Conv2DTranspose filters kernel_size strides padding output_padding
Conv3D filters kernel_size strides padding data_format
Conv3DTranspose filters kernel_size strides padding data_format
ConvLSTM1D filters kernel_size strides padding data_format
ConvLSTM2D filters kernel_size strides padding data_format
ConvLSTM3D filters kernel_size strides padding data_format
CosineDecay initial_learning_rate decay_steps alpha name warmup_target
Cropping1D cropping
Cropping2D cropping data_format
Cropping3D cropping data_format
CutMix factor seed data_format
Dense units activation use_bias kernel_initializer bias_initializer
DepthwiseConv1D kernel_size strides padding depth_multiplier data_format
DepthwiseConv2D kernel_size strides padding depth_multiplier data_format
Dice reduction name axis dtype
Discretization bin_boundaries num_bins epsilon output_mode sparse
Dot axes normalize
Dropout rate noise_shape seed
ELU alpha
EarlyStopping monitor min_delta patience verbose mode
EinsumDense equation output_shape activation bias_axes kernel_initializer
Embedding input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint
F1Score average threshold name dtype
FBetaScore average beta threshold name dtype
FalseNegatives thresholds name dtype
FalsePositives thresholds name dtype
Flatten data_format
Ftrl learning_rate learning_rate_power initial_accumulator_value l1_regularization_strength l2_regularization_strength
GRU units activation recurrent_activation use_bias kernel_initializer
GRUCell units activation recurrent_activation use_bias kernel_initializer
GaussianDropout rate seed
GaussianNoise stddev seed
GlobalAveragePooling1D data_format keepdims
GlobalAveragePooling2D data_format keepdims
GlobalAveragePooling3D data_format keepdims
GlobalMaxPooling1D data_format keepdims
GlobalMaxPooling2D data_format keepdims
GlobalMaxPooling3D data_format keepdims
GroupNormalization groups axis epsilon center scale
GroupQueryAttention head_dim num_query_heads num_key_value_heads dropout use_bias
HashedCrossing num_bins output_mode sparse
Hashing num_bins mask_value salt output_mode sparse
Huber delta reduction name dtype
IntegerLookup max_tokens num_oov_indices mask_token oov_token vocabulary
IoU num_classes target_class_ids name dtype ignore_class
LSTM units activation recurrent_activation use_bias kernel_initializer
LSTMCell units activation recurrent_activation use_bias kernel_initializer
Lamb learning_rate beta_1 beta_2 epsilon weight_decay
LayerNormalization axis epsilon center scale beta_initializer
LeakyReLU negative_slope
Lion learning_rate beta_1 beta_2 weight_decay clipnorm
Masking mask_value
MaxPooling1D pool_size strides padding data_format
MaxPooling2D pool_size strides padding data_format
MaxPooling3D pool_size strides padding data_format
MeanIoU num_classes name dtype ignore_class sparse_y_true
MelSpectrogram fft_length sequence_stride sequence_length window sampling_rate
MixUp alpha data_format seed
MobileNetV2 input_shape alpha include_top weights
MultiHeadAttention num_heads key_dim value_dim dropout use_bias
Muon learning_rate adam_beta_1 adam_beta_2 adam_weight_decay epsilon
Nadam learning_rate beta_1 beta_2 epsilon weight_decay
Normalization axis mean variance invert
OneHotIoU num_classes target_class_ids name dtype ignore_class
OneHotMeanIoU num_classes name dtype ignore_class sparse_y_pred
PReLU alpha_initializer alpha_regularizer alpha_constraint shared_axes
Permute dims
Precision thresholds top_k class_id name dtype
PrecisionAtRecall recall num_thresholds class_id name dtype
R2Score class_aggregation num_regressors name dtype
RMSNormalization axis epsilon
RMSprop learning_rate rho momentum epsilon centered
RNN cell return_sequences return_state go_backwards stateful
RandAugment value_range num_ops factor interpolation seed
RandomBrightness factor value_range seed
RandomColorDegeneration factor value_range data_format seed
RandomColorJitter value_range brightness_factor contrast_factor saturation_factor hue_factor
RandomContrast factor value_range seed
RandomElasticTransform factor scale interpolation fill_mode fill_value
RandomErasing factor scale fill_value value_range seed
RandomFlip mode seed data_format
RandomGaussianBlur factor kernel_size sigma value_range data_format
RandomGrayscale factor data_format seed
RandomHue factor value_range data_format seed
RandomInvert factor value_range seed data_format
RandomPerspective factor scale interpolation fill_value seed
RandomPosterization factor value_range data_format seed
RandomRotation factor fill_mode interpolation seed fill_value
RandomSaturation factor value_range data_format seed
RandomSharpness factor value_range data_format seed
RandomShear x_factor y_factor interpolation fill_mode fill_value
RandomTranslation height_factor width_factor fill_mode interpolation seed
RandomZoom height_factor width_factor fill_mode interpolation seed
ReLU max_value negative_slope threshold
Recall thresholds top_k class_id name dtype
RecallAtPrecision precision num_thresholds class_id name dtype
ReduceLROnPlateau monitor factor patience verbose mode
RepeatVector n
Rescaling scale offset
Reshape target_shape
Resizing height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio
ReversibleEmbedding input_dim output_dim tie_weights embeddings_initializer embeddings_regularizer
SGD learning_rate momentum nesterov weight_decay clipnorm
STFTSpectrogram mode frame_length frame_step fft_length window
ScheduleFreeAdamW learning_rate beta_1 beta_2 epsilon warmup_steps
SensitivityAtSpecificity specificity num_thresholds class_id name dtype
SeparableConv1D filters kernel_size strides padding data_format
SeparableConv2D filters kernel_size strides padding data_format
SimpleRNN units activation use_bias kernel_initializer recurrent_initializer
SimpleRNNCell units activation use_bias kernel_initializer recurrent_initializer
Softmax axis
Solarization addition_factor threshold_factor value_range seed
SparseTopKCategoricalAccuracy k name dtype from_sorted_ids
SpatialDropout1D rate seed
SpatialDropout2D rate data_format seed
SpatialDropout3D rate data_format seed
SpecificityAtSensitivity sensitivity num_thresholds class_id name dtype
SpectralNormalization layer power_iterations
StackedRNNCells cells
StringLookup max_tokens num_oov_indices mask_token oov_token vocabulary
TextVectorization max_tokens standardize split ngrams output_mode
TimeDistributed layer
TopKCategoricalAccuracy k name dtype
TrueNegatives thresholds name dtype
TruePositives thresholds name dtype
Tversky alpha beta reduction name axis
UnitNormalization axis
UpSampling1D size
UpSampling2D size data_format interpolation
UpSampling3D size data_format
VarianceScaling scale mode distribution seed input_axes
ZeroPadding1D padding data_format
ZeroPadding2D padding data_format
ZeroPadding3D padding data_format
losses.BinaryCrossentropy from_logits label_smoothing axis reduction name
losses.CategoricalCrossentropy from_logits label_smoothing axis reduction name
losses.CosineSimilarity axis reduction name dtype
losses.SparseCategoricalCrossentropy from_logits ignore_class reduction axis name
"""
"""A kind, with its family if others have one of that name, and its arguments."""
