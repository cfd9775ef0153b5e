// What a row would refer to, looked at one by one, so that each reference that leads nowhere is told in words.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Odcpub.Runtime;

public sealed class References(Catalog catalog, IStatements statements)
{
    /// <summary>Adds a sentence for each reference that can't be. <paramref name="id"/>: the row's own, null for a new
    /// one: it may keep a record that is offered no more.</summary>
    public async Task Check(
        EntityDescriptor entity, string? id, Dictionary<AttributeDescriptor, object?> given,
        Dictionary<string, List<string>> errors, CancellationToken cancellation)
    {
        var asked = given.Where(pair => pair.Key.IsReference && pair.Value is not null && !Offered(pair.Key, (string)pair.Value))
            .Select(pair => (Attribute: pair.Key, Value: (string)pair.Value!)).ToList();
        if (asked.Count == 0) return;
        var own = id is null ? "null" : $"${asked.Count + 1}";
        var text = $"select {string.Join(", ", asked.Select((one, at) => Stands(entity, one.Attribute, $"${at + 1}", own)))}";
        await statements.Run(async connection =>
        {
            var values = asked.Select(one => Sql.Value(one.Attribute, one.Value));
            await using var command = Sql.Command(connection, text, id is null ? [.. values] : [.. values, Sql.Identifier(entity, id)]);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            for (var i = 0; i < asked.Count; i++)
                if (!reader.GetBoolean(i)) errors[asked[i].Attribute.Name] = [Sentence(asked[i].Attribute)];
            return true;
        }, cancellation);
    }

    private bool Offered(AttributeDescriptor attribute, string value) =>
        catalog.Target(attribute).Records is { } records && records.Any(record => record.IsActive && record.Id == value);

    private string Stands(EntityDescriptor entity, AttributeDescriptor attribute, string value, string own)
    {
        var target = catalog.Target(attribute);
        var kept = $"exists (select from {Sql.Name(entity.Table)} t where t.\"id\" = {own} and t.{Sql.Name(attribute.Column)} = {value})";
        if (target.Records is not null) return kept;
        var row = $"select from {Sql.Name(target.Table)} r where r.\"id\" = {value}";
        return target.Static ? $"exists ({row} and (r.\"is_active\" or {kept}))" : $"exists ({row})";
    }

    private string Sentence(AttributeDescriptor attribute) => catalog.Target(attribute).Records is { Length: <= 10 } records
        ? $"{attribute.Label} must be one of {string.Join(", ", records.Where(record => record.IsActive).Select(record => record.Id))}."
        : $"This {Words.Inside(attribute.Label)} doesn't exist. Choose another.";
}
