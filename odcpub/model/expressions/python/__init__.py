"""The built-in functions in Python, a module a group. No I/O.

They are given values as elements hold them (``odcpub.model.elements.Scalar``): a Text without a value is the empty
text, and None comes only to functions whose row of the table says what they do with no value. An Integer or Decimal
beyond its type's range is taken for no value by ``odcpub.model.expressions.evaluate``.
"""
