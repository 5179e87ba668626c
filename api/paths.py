"""Where the versions of the API live. A version never takes away what it once had."""

V1 = "/api/v1"
