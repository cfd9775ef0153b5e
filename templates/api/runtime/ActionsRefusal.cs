// What ends an action with a message to its user, undoes what it has done, and can be handled by the model (on_error).
using System;
using System.Collections.Generic;

namespace Odcpub.Runtime;

/// <summary><paramref name="code"/>: for programs and handlers, empty for none. <paramref name="errors"/>: sentences by
/// input or attribute.</summary>
public class Refusal(string message, string code = "", IReadOnlyDictionary<string, List<string>>? errors = null) : Exception(message)
{
    public string Code { get; } = code;
    public IReadOnlyDictionary<string, List<string>>? Errors { get; } = errors;
}
