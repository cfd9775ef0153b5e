// The inputs of an action: from JSON to values of C#, all refusals at once, each at its input.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Odcpub.Runtime;

/// <summary><paramref name="now"/>, <paramref name="app"/>: for the defaults of what is left out.</summary>
public sealed class ActionInputs(DateTimeOffset now, string app)
{
    /// <summary>The values in the order of the inputs. <paramref name="fixedOnes"/>: those that a screen gives. Throws a Problem.</summary>
    public object?[] Read(ActionDescriptor action, List<KeyValuePair<string, Given>> members, IReadOnlyDictionary<string, object?>? fixedOnes = null)
    {
        var errors = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, _) in members.Where(member => action.Inputs.All(input => input.Name != member.Key)))
            errors[name] = [Unknown(action.Name, "input", name, action.Inputs)];
        var given = members.ToDictionary(StringComparer.Ordinal);
        var values = new object?[action.Inputs.Length];
        for (var at = 0; at < values.Length; at++)
        {
            var input = action.Inputs[at];
            var sentences = new List<string>();
            values[at] = fixedOnes is not null && fixedOnes.TryGetValue(input.Name, out var known) ? Fixed(input, known, given, sentences)
                : given.TryGetValue(input.Name, out var value) ? Value(input, value, sentences) : LeftOut(input, sentences);
            if (sentences.Count > 0) errors[input.Name] = sentences;
        }
        if (errors.Count == 0) return values;
        var refused = Problem.Refused(errors);
        throw new Problem(refused.Status, refused.Message) { Code = "Refused", Errors = errors };
    }

    /// <summary>Sentences for what breaks an input's limits, of a value of its C# type.</summary>
    public static IEnumerable<string> Check(AttributeDescriptor input, object? value)
    {
        if (input.List is null) return CheckOne(input, value);
        var items = ((IEnumerable?)value ?? Array.Empty<object>()).Cast<object?>().ToList();
        if (items.Count == 0) return input.Mandatory ? [Words.Missing(input)] : [];
        return items.SelectMany((item, at) => item is null ? [] : CheckOne(input, item).Select(sentence => Element(at, sentence)));
    }

    private static IEnumerable<string> CheckOne(AttributeDescriptor input, object? value)
    {
        if (input.Structure is { } structure && value is not null)
        {
            var described = structure();
            return described.Attributes.Zip(described.Parts(value), Check).SelectMany(found => found);
        }
        if (input.Structure is not null) return input.Mandatory ? [Words.Missing(input)] : [];
        return Values.Take(input, ActionValues.Canonical(value), out _) is { } sentence ? [sentence] : [];
    }

    private static object? Fixed(AttributeDescriptor input, object? value, Dictionary<string, Given> given, List<string> sentences)
    {
        if (given.ContainsKey(input.Name)) sentences.Add($"{input.Label} is given by the screen.");
        else sentences.AddRange(Check(input, value));
        return value;
    }

    private object? LeftOut(AttributeDescriptor input, List<string> sentences)
    {
        if (input.List is not null || input.Structure is not null) return Value(input, new Given(JsonValueKind.Null), sentences);
        if (Values.LeftOut(input, now, app, out var value) is { } sentence) sentences.Add(sentence);
        return ActionValues.Typed(input, value);
    }

    private object? Value(AttributeDescriptor input, Given given, List<string> sentences)
    {
        if (input.List is not { } list) return One(input, given, sentences);
        if (given.Kind is not (JsonValueKind.Null or JsonValueKind.Array))
        {
            sentences.Add($"{input.Label} must be a list.");
            return null;
        }
        var items = given.Items ?? [];
        if (items.Count == 0 && input.Mandatory) sentences.Add(Words.Missing(input));
        return list(items.Select((item, at) => Item(input, item, at, sentences)).ToList());
    }

    // What is mandatory is the list; its elements may have no value.
    private object? Item(AttributeDescriptor input, Given given, int at, List<string> sentences)
    {
        if (given.Kind == JsonValueKind.Null || given is { Kind: JsonValueKind.String, Text: "" }) return null;
        var found = new List<string>();
        var value = One(input, given, found);
        sentences.AddRange(found.Select(sentence => Element(at, sentence)));
        return value;
    }

    private object? One(AttributeDescriptor input, Given given, List<string> sentences)
    {
        if (input.Structure is { } structure) return Structure(input, structure(), given, sentences);
        if (Values.Read(input, given, out var value) is { } sentence)
        {
            sentences.Add(sentence);
            return null;
        }
        return ActionValues.Typed(input, value);
    }

    private object? Structure(AttributeDescriptor input, StructureDescriptor structure, Given given, List<string> sentences)
    {
        if (given.Kind == JsonValueKind.Null)
        {
            if (input.Mandatory) sentences.Add(Words.Missing(input));
            return null;
        }
        if (given.Members is not { } members)
        {
            sentences.Add($"{input.Label} must be an object with the attributes of {structure.Name}.");
            return null;
        }
        sentences.AddRange(members.Where(member => structure.Attributes.All(one => one.Name != member.Key))
            .Select(member => Unknown(structure.Name, "attribute", member.Key, structure.Attributes)));
        var values = members.ToDictionary(StringComparer.Ordinal);
        var parts = structure.Attributes.Select(one => values.TryGetValue(one.Name, out var value) ? Value(one, value, sentences) : LeftOut(one, sentences));
        var made = parts.ToArray();
        return sentences.Count > 0 ? null : structure.Make(made);
    }

    private static string Element(int at, string sentence) => $"Element {at}: {sentence}";

    private static string Unknown(string owner, string what, string name, AttributeDescriptor[] known) =>
        $"{owner} has no {what} {name}.{Words.Suggestion(name, known.Select(one => one.Name))}";
}
