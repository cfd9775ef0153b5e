// What ends an action with a message to its user, undoes what it has done, and can be handled by the model (on_error).
using System;
using System.Collections.Generic;

namespace Odcpub.Runtime;

/// <summary><paramref name="code"/>: for programs and handlers, empty or null for none. <paramref name="errors"/>:
/// sentences by input or attribute.</summary>
public class Refusal(string message, string? code = null, IReadOnlyDictionary<string, List<string>>? errors = null) : Exception(message)
{
    /// <summary>Null for none, as texts of actions are.</summary>
    public string? Code { get; } = string.IsNullOrEmpty(code) ? null : code;
    public IReadOnlyDictionary<string, List<string>>? Errors { get; } = errors;
}
