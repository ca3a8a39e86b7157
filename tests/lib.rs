//! Nothing: the tests are in `it/`, and cargo asks for a library beside them.
