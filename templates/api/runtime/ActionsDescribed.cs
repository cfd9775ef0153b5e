// What generated code says about a server action.
using System;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

/// <summary>A server action. Its inputs and outputs are attributes; those that are lists or structures say so.</summary>
public sealed class ActionDescriptor
{
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public AttributeDescriptor[] Inputs { get; init; } = [];
    public AttributeDescriptor[] Outputs { get; init; } = [];
    /// <summary>Seconds.</summary>
    public int Timeout { get; init; } = 10;
    /// <summary>Calls it: values in the order of the inputs, each of its C# type or null; likewise back.</summary>
    public required Func<ActionRun, object?[], Task<object?[]>> Call { get; init; }
    /// <summary>The method itself, for other units.</summary>
    public required Delegate Method { get; init; }
}
