"""What TensorFlow alone reads is tested in its ring: once is enough."""

import os

collect_ignore = [] if os.environ.get("KERAS_BACKEND") == "tensorflow" else ["test_saved_model.py"]
