"""What the backend in use is fast with: layers of the same function, weights and names as Keras' own, and a sum."""

import keras

if keras.backend.backend() == "torch":
    from keras_models.kernels.on_torch import Convolution, Normalization, Pooling, add_up, count_codes
elif keras.backend.backend() == "tensorflow":
    from keras_models.kernels.on_tensorflow import Convolution, Normalization, Pooling, add_up, count_codes
else:
    from keras_models.kernels.on_jax import Convolution, Normalization, Pooling, add_up, count_codes

__all__ = ["Convolution", "Normalization", "Pooling", "add_up", "count_codes"]
