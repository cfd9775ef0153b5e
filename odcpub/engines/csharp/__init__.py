"""C# compilers: the toolchain and the warm compile server. Does I/O."""
