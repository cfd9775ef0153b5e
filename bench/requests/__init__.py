"""A published app's requests beside a hand-written app's: the model, the peer and the client (C#). No I/O."""
