"""What each kind of written mathematics means: one function a kind, registered by `means`."""
