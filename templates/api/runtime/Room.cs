// The room that an answer needs, found out before it is made, where it may be large: it is then waited for in turn, with
// nothing changed and no connection held.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Room(Database database)
{
    /// <summary>What is stored of a row may be so large, in bytes, and its answer needs no reservation.</summary>
    public const long Light = Chunks.Size / 2;

    // A text that may be longer, in characters, counts.
    private const int Short = 1_000;

    // All that is short, and what a byte of a text becomes at most where .NET escapes it, in bytes.
    private const int Little = 40;
    private const int Escaped = 3;

    /// <summary>What the statement's rows are as JSON, in bytes: the texts to the byte, the rest about.</summary>
    public Task<long> Of(HttpContext context, string text, params NpgsqlParameter[] parameters) => database.Run(async connection =>
    {
        var sum = $"select coalesce(sum(octet_length(to_json(p)::text)), 0)::bigint from ({text}) p";
        await using var command = Sql.Command(connection, sum, parameters);
        return (long)(await command.ExecuteScalarAsync(context.RequestAborted))!;
    }, context.RequestAborted);

    /// <summary>What <paramref name="read"/> makes. Where it has found no room, it is done once more when all that it
    /// needs, <paramref name="size"/>, is there.</summary>
    public static async Task<T> Found<T>(HttpContext context, Func<Task<T>> read, Func<Task<long>> size)
    {
        var share = Share.Of(context);
        try { return await read(); }
        catch (Problem) when (share.Short) { }
        share.Keep(0);
        await Reserve(context, await size());
        return await read();
    }

    /// <summary>Takes the room of a body or an answer of this size, in turn: what is short of it is not counted.</summary>
    public static async Task Reserve(HttpContext context, long size, Line? line = null)
    {
        var share = Share.Of(context);
        if (size > share.Largest) throw share.TooLarge();
        if (size > Chunks.Size) await share.Reserve(With(context, size), line, context.RequestAborted);
    }

    public static long With(HttpContext context, long size) => Math.Min(size + size / 16 + Chunks.Size, Share.Of(context).Largest);

    /// <summary>What the values of a request are in its answer, at most.</summary>
    public static long OfGiven(Selection selection, Dictionary<AttributeDescriptor, object?> values) =>
        selection.Attributes.Where(values.ContainsKey).Sum(one => Little + Math.Min(OfGiven(one, values[one]), Most(selection, one)));

    private static long OfGiven(AttributeDescriptor attribute, object? value) => value switch
    {
        Content { IsText: true } content => content.Raw * (attribute.IsLarge ? 1 : Escaped),
        string text => text.Sum(letter => letter is >= ' ' and < '\x7f' and not '"' and not '\\' ? 1 : 2 * Escaped),
        _ => 0,
    };

    private static long Most(Selection selection, AttributeDescriptor attribute) =>
        selection.Most(attribute) is { } characters ? 2L * Escaped * characters : long.MaxValue;

    /// <summary>The attributes beside these that may make an answer large.</summary>
    public static AttributeDescriptor[] Others(Selection selection, ICollection<AttributeDescriptor> given) =>
        selection.Attributes.Where(one => one.Type == AttributeType.Text && one.Length is < 0 or > Short && !given.Contains(one)).ToArray();

    /// <summary>The condition that what is answered of them is not larger than the parameter says; found without reading
    /// what is not.</summary>
    public static string Condition(Selection selection, AttributeDescriptor[] others, int number) =>
        $"{string.Join(" + ", others.Select(one => $"coalesce(octet_length({selection.Value(one)}), 0)::bigint"))} <= ${number}";

    public Task<long> OfStored(HttpContext context, Selection selection, string id, AttributeDescriptor[] others)
    {
        var columns = string.Join(", ", others.Select(selection.Value));
        var text = $"select {columns} from {Sql.Name(selection.Entity.Table)} t where t.\"id\" = $1";
        return Of(context, text, Sql.Identifier(selection.Entity, id));
    }
}
