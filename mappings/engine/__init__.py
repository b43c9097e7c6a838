"""The mapping language: read with positions (`load`), compiled to closures (`compile`), applied to raw documents (`apply`)."""
