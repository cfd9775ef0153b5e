// What every write has in common, of a request or of an action: defaults, rules, and what was in its way, told in words.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Saving(Catalog catalog, IStatements statements)
{
    private readonly DatabaseErrors refusals = new(catalog, statements);
    private readonly References references = new(catalog, statements);

    /// <summary>Adds what a new row gets of what is not given. <paramref name="now"/>: one moment for the whole row.</summary>
    public void AddDefaults(
        EntityDescriptor entity, DateTimeOffset now, Dictionary<AttributeDescriptor, object?> values, Dictionary<string, List<string>> errors)
    {
        foreach (var attribute in entity.Attributes)
        {
            if (values.ContainsKey(attribute) || errors.ContainsKey(attribute.Name)) continue;
            if (Values.LeftOut(attribute, now, catalog.App.Name, out var value) is { } sentence) errors[attribute.Name] = [sentence];
            else if (value is not null) values[attribute] = value;
        }
    }

    /// <summary>All refusals at once: where there may be one, the references are looked at, too. <paramref name="id"/>: the
    /// row's own, null for a new one.</summary>
    public async Task RefuseIf(
        bool doubtful, EntityDescriptor entity, string? id, Dictionary<AttributeDescriptor, object?> values,
        Dictionary<string, List<string>> errors, CancellationToken cancellation)
    {
        if (!doubtful) return;
        if (id is not null && !await IsThere(entity, id, cancellation)) throw Reads.NotFound(entity);
        await references.Check(entity, id, values, errors, cancellation);
        if (errors.Count > 0) throw Problem.Refused(errors);
    }

    public Task<bool> IsThere(EntityDescriptor entity, string id, CancellationToken cancellation) =>
        statements.Run(async connection =>
        {
            var text = $"select exists (select from {Sql.Name(entity.Table)} where \"id\" = $1)";
            await using var command = Sql.Command(connection, text, Sql.Identifier(entity, id));
            return (bool)(await command.ExecuteScalarAsync(cancellation))!;
        }, cancellation);

    /// <summary>What stood in the way of the statement was gone when it was looked for.</summary>
    public static Problem Moved() => new(503, "What the record refers to has changed in this moment. Nothing was saved: try again.");

    /// <summary>What the database has refused of a write, in words; the error itself where it is a fault.</summary>
    public async Task<Exception> Explain(EntityDescriptor entity, PostgresException error, CancellationToken cancellation) =>
        await refusals.Explain(entity, error, cancellation) ?? (Exception)error;

    /// <summary>Why a row can't be deleted that others refer to.</summary>
    public Task<Problem> Protected(EntityDescriptor entity, string id, PostgresException error, CancellationToken cancellation) =>
        refusals.Protected(entity, id, error.TableName ?? "", cancellation);

    /// <summary>Whether what is written refers to a row that has gone in this moment.</summary>
    public static bool IsDangling(EntityDescriptor entity, PostgresException error) => IsReferred(error) && error.TableName == entity.Table;

    /// <summary>Whether a foreign key has refused it.</summary>
    public static bool IsReferred(PostgresException error) => error.SqlState == PostgresErrorCodes.ForeignKeyViolation;
}
