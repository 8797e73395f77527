"""The layers that the backend in use is fast with: the same functions, weights and names as Keras' own."""

import keras

if keras.backend.backend() == "torch":
    from keras_models.kernels.on_torch import Convolution, Normalization, Pooling
elif keras.backend.backend() == "tensorflow":
    from keras_models.kernels.on_tensorflow import Convolution, Normalization, Pooling
else:
    from keras_models.kernels.on_jax import Convolution, Normalization, Pooling

__all__ = ["Convolution", "Normalization", "Pooling"]
