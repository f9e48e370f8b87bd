"""The search for settings of the ranking network and of the towers, with Keras Tuner inside TFX's Tuner."""
