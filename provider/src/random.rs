//! What is drawn at random and known to nobody else: no thing of AWS's, the state alone has it.

pub mod rotating_secret;
