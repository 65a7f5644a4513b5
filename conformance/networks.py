"""Networks as others build them: named by Keras, named by their author, or a mixture of both."""

from collections.abc import Callable
from typing import Any

Network = Callable[[], Any]


def resnet20() -> Any:
    """The residual network of version 1 for CIFAR-10, with 20 layers and the names of Keras."""
    import keras
    from keras import layers

    def convolved(x: Any, filters: int, size: int, strides: int) -> Any:
        return layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(1e-4),
        )(x)

    def normalized(x: Any, filters: int, *, strides: int = 1, activates: bool = True) -> Any:
        x = layers.BatchNormalization()(convolved(x, filters, 3, strides))
        return layers.Activation("relu")(x) if activates else x

    image = keras.Input((32, 32, 3))
    x = normalized(image, 16)
    for stage in range(3):
        filters = 16 * 2**stage
        for unit in range(3):
            strides = 2 if stage > 0 and unit == 0 else 1
            y = normalized(x, filters, strides=strides)
            y = normalized(y, filters, activates=False)
            if strides == 2:
                x = convolved(x, filters, 1, strides)
            x = layers.Activation("relu")(layers.add([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    x = layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(x)
    return keras.Model(image, x, name="resnet20")


def convmixer(width: int = 768, depth: int = 32, patch: int = 7) -> Any:
    """ConvMixer-768/32: names with a prefix, and in every block one layer that Keras named."""
    import keras
    from keras import layers

    image = keras.Input((224, 224, 3), name="image")

    def normalized(x: Any, name: str) -> Any:
        x = layers.Activation("gelu", name=f"{name}_gelu")(x)
        return layers.BatchNormalization(name=f"{name}_bn")(x)

    x = layers.Conv2D(width, patch, strides=patch, name="stem_conv")(image)
    x = normalized(x, "stem")
    for at in range(depth):
        name = f"mixer_{at}"
        y = layers.DepthwiseConv2D(7, padding="same", name=f"{name}_depthwise")(x)
        x = layers.Add()([x, normalized(y, f"{name}_depthwise")])
        x = layers.Conv2D(width, 1, name=f"{name}_pointwise")(x)
        x = normalized(x, f"{name}_pointwise")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(1000, name="predictions")(x), name="convmixer")


def yolov3(classes: int = 80) -> Any:
    """YOLOv3: Darknet-53 with three heads, and the names of Keras."""
    import keras
    from keras import layers

    def convolved(x: Any, filters: int, size: int, strides: int = 1) -> Any:
        padding = "same"
        if strides == 2:
            x, padding = layers.ZeroPadding2D(((1, 0), (1, 0)))(x), "valid"
        x = layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding=padding,
            use_bias=False,
            kernel_regularizer=keras.regularizers.L2(0.0005),
        )(x)
        return layers.LeakyReLU(negative_slope=0.1)(layers.BatchNormalization()(x))

    def stage(x: Any, filters: int, units: int) -> Any:
        x = convolved(x, filters, 3, 2)
        for _ in range(units):
            y = convolved(convolved(x, filters // 2, 1), filters, 3)
            x = layers.Add()([x, y])
        return x

    def neck(x: Any, filters: int) -> Any:
        for size in (1, 3, 1, 3, 1):
            x = convolved(x, filters if size == 1 else 2 * filters, size)
        return x

    def head(x: Any, filters: int) -> Any:
        x = convolved(x, 2 * filters, 3)
        return layers.Conv2D(
            3 * (classes + 5), 1, padding="same", kernel_regularizer=keras.regularizers.L2(0.0005)
        )(x)

    image = keras.Input((None, None, 3))
    x = stage(stage(convolved(image, 32, 3), 64, 1), 128, 2)
    fine = stage(x, 256, 8)
    middle = stage(fine, 512, 8)
    coarse = stage(middle, 1024, 4)
    results, passed = [], coarse
    for filters, skip in ((512, None), (256, middle), (128, fine)):
        if skip is not None:
            passed = layers.UpSampling2D(2)(convolved(passed, filters, 1))
            passed = layers.Concatenate()([passed, skip])
        passed = neck(passed, filters)
        results.append(head(passed, filters))
    return keras.Model(image, results, name="yolov3")


def unet(size: int = 128) -> Any:
    """A U-Net with the names of Keras."""
    import keras
    from keras import layers

    def twice(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return x

    image = x = keras.Input((size, size, 3))
    skips = []
    for filters in (64, 128, 256, 512):
        x = twice(x, filters)
        skips.append(x)
        x = layers.Dropout(0.3)(layers.MaxPooling2D(2)(x))
    x = twice(x, 1024)
    for filters, skip in zip((512, 256, 128, 64), reversed(skips), strict=True):
        x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same")(x)
        x = layers.Dropout(0.3)(layers.concatenate([x, skip]))
        x = twice(x, filters)
    return keras.Model(image, layers.Conv2D(3, 1, activation="softmax")(x), name="unet")


def transformer(depth: int = 6, width: int = 64) -> Any:
    """A stack of Transformer blocks on patches of an image, with the names of Keras."""
    import keras
    from keras import layers

    image = keras.Input((64, 64, 3))
    x = layers.Conv2D(width, 8, strides=8)(image)
    x = layers.Reshape((64, width))(x)
    for _ in range(depth):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.MultiHeadAttention(num_heads=4, key_dim=width // 4, dropout=0.1)(y, y)
        x = layers.Add()([y, x])
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        for units in (2 * width, width):
            y = layers.Dropout(0.1)(layers.Dense(units, activation="gelu")(y))
        x = layers.Add()([y, x])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(image, layers.Dense(10)(x), name="transformer")


def counted_twice() -> Any:
    """A residual network named as Caffe's: two counters in every name, and branches `2a` and `2b`."""
    import keras
    from keras import layers

    image = keras.Input((64, 64, 3), name="data")
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="stem")(image)
    for stage in range(4):
        for unit in range(3):
            name, filters = f"stage{stage}_block{unit}", 16 * 2**stage
            strides = 2 if unit == 0 and stage else 1
            y = x
            for branch, step in (("2a", strides), ("2b", 1)):
                y = layers.Conv2D(
                    filters,
                    3,
                    strides=step,
                    padding="same",
                    use_bias=False,
                    name=f"{name}_branch{branch}",
                )(y)
                y = layers.BatchNormalization(epsilon=1e-5, name=f"{name}_bn{branch}")(y)
                if branch == "2a":
                    y = layers.ReLU(name=f"{name}_relu{branch}")(y)
            if unit == 0:
                x = layers.Conv2D(
                    filters, 1, strides=strides, use_bias=False, name=f"{name}_branch1"
                )(x)
            x = layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([y, x]))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(10, name="digit")(x), name="counted_twice")


def named_like_their_units() -> Any:
    """A residual network whose units end with a layer of the unit's name."""
    import keras
    from keras import layers

    image = keras.Input((64, 64, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", name="stem")(image)
    for stage, depth in ((1, 2), (2, 3), (3, 4), (4, 3)):
        for unit in range(1, depth + 1):
            name, filters = f"s{stage}_b{unit}", 8 * 2**stage
            strides = 2 if unit == 1 else 1
            y = layers.BatchNormalization(name=f"{name}_bn1")(x)
            y = layers.Activation("swish", name=f"{name}_act1")(y)
            y = layers.Conv2D(filters, 3, strides=strides, padding="same", name=f"{name}_conv1")(y)
            y = layers.Dropout(0.1 * stage, name=f"{name}_drop")(y)
            if unit == 1:
                x = layers.Conv2D(filters, 1, strides=2, name=f"{name}_down")(x)
            y = layers.Add(name=f"{name}_add")([x, y])
            x = layers.Activation("swish", name=name)(y)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(10, name="digit")(x), name="named_like_their_units")


def operations(depth: int = 5) -> Any:
    """Blocks of operations: halves of the channels, one of which gates the other."""
    import keras
    from keras import layers, ops

    image = keras.Input((32, 32, 16))
    x = image
    for at in range(depth):
        filters = 16 if at < 3 else 32
        y = layers.Conv2D(2 * filters, 3, padding="same", use_bias=False)(x)
        value, gate = ops.split(y, 2, axis=-1)
        y = ops.multiply(value, ops.sigmoid(gate))
        mean = ops.mean(y, axis=(1, 2), keepdims=True)
        y = ops.multiply(ops.subtract(y, mean), 0.075)
        x = ops.add(y, ops.pad(x, [[0, 0], [0, 0], [0, 0], [0, filters - x.shape[-1]]]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(10)(x), name="operations")


def _application(name: str) -> Network:
    def make() -> Any:
        import keras

        return getattr(keras.applications, name)(weights=None)

    return make


APPLICATIONS = (
    "DenseNet121",
    "EfficientNetB0",
    "InceptionV3",
    "MobileNetV2",
    "MobileNetV3Small",
    "ResNet50",
)

NETWORKS: dict[str, Network] = {
    make.__name__: make
    for make in (
        resnet20,
        convmixer,
        yolov3,
        unet,
        transformer,
        counted_twice,
        named_like_their_units,
        operations,
    )
} | {name: _application(name) for name in APPLICATIONS}
"""The networks by name."""
