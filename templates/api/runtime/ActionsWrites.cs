// What actions write, by the rules, defaults, statements and sentences of the API's own writes.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed partial class ActionRun
{
    /// <summary>A new row: its identifier. What is not given gets its default; given as null has no value.</summary>
    public async Task<long> Create(string entity, Assigned[] values) =>
        await Create(entity, values, "t.\"id\"::bigint", row => (object)row.Identifier(0)) is long id ? id : 0;

    /// <summary>A new row as it was saved: <paramref name="columns"/> of the table called t, as a select has them.</summary>
    public async Task<T> Create<T>(string entity, Assigned[] values, string columns, Func<RowReader, T> read) where T : class
    {
        var described = Entity(entity);
        var (given, errors) = Taken(described, values);
        saving.AddDefaults(described, Now, given, errors);
        await RefuseIf(errors.Count > 0, described, null, given, errors);
        var change = calls.Changes.Insert(new Returned(described, columns, columns), given);
        if (await Changed(described, change, read) is { } row) return row;
        await RefuseIf(true, described, null, given, errors);
        throw Saving.Moved();
    }

    /// <summary>Saves these values of a row and no others. An <see cref="Assigned"/> that is <c>default</c> is left out, so
    /// that conditions may stand among them. Null: there is no row (NotFound).</summary>
    public async Task Update(string entity, long? id, Assigned[] values)
    {
        var described = Entity(entity);
        var row = Row(described, id);
        var (given, errors) = Taken(described, values);
        await RefuseIf(errors.Count > 0, described, row, given, errors);
        if (given.Count > 0 && await Changed(described, calls.Changes.Update(described, row, given), Done) is not null) return;
        await RefuseIf(true, described, row, given, errors);
        if (given.Count > 0) throw Saving.Moved();
    }

    public async Task Delete(string entity, long? id)
    {
        var described = Entity(entity);
        var row = Row(described, id);
        var mark = transaction.Mark(); // what refers to the row may be of this run's own making
        try
        {
            if (await Execute(calls.Changes.Delete(described, row, null), Done) is not null)
            {
                transaction.Release(mark);
                return;
            }
        }
        catch (PostgresException error) when (Saving.IsReferred(error))
        {
            await transaction.Undo(mark);
            throw new Refusal((await saving.Protected(described, row, error, cancellation)).Message, "Protected");
        }
        throw NotFound(described);
    }

    private static object Done(RowReader row) => row;

    private static string Row(EntityDescriptor entity, long? id) => id?.ToString(CultureInfo.InvariantCulture) ?? throw NotFound(entity);

    private static (Dictionary<AttributeDescriptor, object?> Given, Dictionary<string, List<string>> Errors) Taken(EntityDescriptor entity, Assigned[] values)
    {
        var (given, errors) = (new Dictionary<AttributeDescriptor, object?>(), new Dictionary<string, List<string>>(StringComparer.Ordinal));
        foreach (var (name, value) in values.Where(one => one.Attribute is not null).Select(one => (one.Attribute!, one.Value)))
        {
            var attribute = entity.Find(name) ?? throw new InvalidOperationException($"{entity.Name}.{name} is not registered");
            if (Values.Take(attribute, value, out var taken) is { } sentence) errors[name] = [sentence];
            else given[attribute] = taken;
        }
        return (given, errors);
    }

    private async Task RefuseIf(
        bool doubtful, EntityDescriptor entity, string? id, Dictionary<AttributeDescriptor, object?> given, Dictionary<string, List<string>> errors)
    {
        try { await saving.RefuseIf(doubtful, entity, id, given, errors, cancellation); }
        catch (Problem problem) { throw Refused(entity, problem); }
    }

    private async Task<T?> Changed<T>(EntityDescriptor entity, Change change, Func<RowReader, T> read) where T : class
    {
        try { return await Execute(change, read); }
        catch (PostgresException error) when (error.SqlState[..2] is "22" or "23")
        {
            await transaction.Back();
            var explained = await saving.Explain(entity, error, cancellation);
            throw explained is Problem problem ? Refused(entity, problem) : explained;
        }
    }

    private Task<T?> Execute<T>(Change change, Func<RowReader, T> read) where T : class =>
        transaction.One(new(change.Text, change.Parameters(), Writes: true), read);

    // A form shows each sentence at its attribute; where there is no form they follow one another.
    private static Exception Refused(EntityDescriptor entity, Problem problem)
    {
        if (problem.Status == 404) return NotFound(entity);
        if (problem.Status is not (409 or 422)) return problem;
        var sentences = entity.Attributes.SelectMany(one => problem.Errors?.GetValueOrDefault(one.Name) ?? []).Distinct().ToList();
        return new Refusal(sentences.Count > 0 ? string.Join(' ', sentences) : problem.Message, "Refused", problem.Errors);
    }
}
