"""What the shop holds, in the shape of its GraphQL schema: one function a type. A value that is a function is asked for only where a
query wants it, with the arguments of the field.
"""
