// What the database refused, told in words. Rules are checked before a statement runs; what arrives here is a race
// with another request or a schema that is stricter than this version knows, since a newer one has arrived.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class DatabaseErrors(Catalog catalog, IStatements statements)
{
    // The columns of a constraint or index by its name.
    private const string Columns = """
        select a.attname::text from pg_catalog.pg_class r
        join pg_catalog.pg_namespace n on n.oid = r.relnamespace
        join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0
        where n.nspname = $1 and r.relname = $2 and (
          exists (select from pg_catalog.pg_constraint c
                  where c.conrelid = r.oid and c.conname = $3 and a.attnum = any (c.conkey))
          or exists (select from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
                     where i.indrelid = r.oid and x.relname = $3 and a.attnum = any (i.indkey)))
        order by a.attnum
        """;

    private static readonly HashSet<string> Away =
        ["55000", "28P01", "28000", "3D000", "25006", "40001", "40P01",
            "55P03", // waited too long for a lock: by a limit of the role's
            "42P01", "42703", "3F000", "42501"]; // the last four: the schema is not there yet

    // Whole classes: no connection; nothing left of what it needs; ended or cancelled, by hand or by a limit of the role's.
    private static readonly string[] AwayClasses = ["08", "53", "57"];

    // What it lacks, of class 53.
    private static readonly Dictionary<string, string> Lacks = new()
    {
        [PostgresErrorCodes.OutOfMemory] = "has too little memory left", [PostgresErrorCodes.TooManyConnections] = "takes no more connections",
    };

    /// <summary>True where the same request may succeed later: no connection, shutting down, too many clients.</summary>
    public static bool IsAway(Exception error) => error switch
    {
        PostgresException postgres => Away.Contains(postgres.SqlState) || AwayClasses.Contains(postgres.SqlState[..2]),
        NpgsqlException => true,
        TimeoutException or SocketException or EndOfStreamException => true,
        _ => false,
    };

    /// <summary>True where the database is there, and all connections to it were in use for too long.</summary>
    public static bool IsExhausted(Exception error) =>
        error is NpgsqlException { InnerException: TimeoutException } && error.Message.Contains("pool has been exhausted", StringComparison.Ordinal);

    /// <summary>The refusal of a database that is there and lacks what the request needs; null where that is not it.</summary>
    public static Problem? Lack(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new(507, "The database has no room left, and nothing was changed. Whoever runs it must give it more."),
        PostgresException { SqlState: ['5', '3', ..] } lack =>
            new(503, $"The database {Lacks.GetValueOrDefault(lack.SqlState, "has reached one of its limits")} at the moment. Try again in a moment."),
        _ => null,
    };

    /// <summary>The refusal that a failed write of <paramref name="entity"/> means, or null where it is none.</summary>
    public async Task<Problem?> Explain(EntityDescriptor entity, PostgresException error, CancellationToken cancellation)
    {
        switch (error.SqlState)
        {
            case PostgresErrorCodes.UniqueViolation:
                return Unique(entity, await Attributes(entity, error, cancellation));
            case PostgresErrorCodes.ForeignKeyViolation when error.TableName == entity.Table:
                return Each(await Attributes(entity, error, cancellation), "This {0} doesn't exist any more. Choose another.");
            case PostgresErrorCodes.CheckViolation:
                return Each(await Attributes(entity, error, cancellation), "This {0} is outside what is allowed now.");
            case PostgresErrorCodes.NotNullViolation:
                return NotNull(entity, error.ColumnName);
            case PostgresErrorCodes.StringDataRightTruncation:
                return new Problem(422, "A text is longer than what is allowed now.");
            case PostgresErrorCodes.NumericValueOutOfRange:
                return new Problem(422, "A number is larger than what is allowed now.");
            default:
                return error.SqlState.StartsWith("22", StringComparison.Ordinal)
                    ? new Problem(422, "A value is not accepted by the database.") : null;
        }
    }

    /// <summary>Why a row can't be deleted: who refers to it, and how many.</summary>
    public async Task<Problem> Protected(EntityDescriptor entity, string id, string table, CancellationToken cancellation)
    {
        var what = $"This {Words.Inside(entity.Label)} can't be deleted";
        if (catalog.FindByTable(table) is not { } other) return new Problem(409, $"{what}: other records refer to it.");
        var references = other.Attributes.Where(attribute => attribute.Target == entity.Name).ToList();
        if (references.Count == 0) return new Problem(409, $"{what}: {Words.Inside(other.Label)} records refer to what would be deleted with it.");
        var conditions = references.Select(reference => $"{Sql.Name(reference.Column)} = $1");
        var text = $"select count(*) from {Sql.Name(other.Table)} where {string.Join(" or ", conditions)}";
        var count = await statements.Run(async connection =>
        {
            await using var command = Sql.Command(connection, text, Sql.Identifier(entity, id));
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }, cancellation);
        var name = Words.Inside(other.Label);
        // A reference of another version's, which goes or comes with it in a moment.
        if (count == 0) return new Problem(409, $"{what} now: {name} records refer to it in a way that this page doesn't show.");
        var records = Words.Count(count, $"{name} record refers", $"{name} records refer");
        return new Problem(409, $"{what}: {records} to it. Change or delete {(count == 1 ? "it" : "them")} first.");
    }

    private Task<List<AttributeDescriptor>> Attributes(EntityDescriptor entity, PostgresException error, CancellationToken cancellation) =>
        statements.Run(async connection =>
        {
            var names = new[] { error.SchemaName, error.TableName, error.ConstraintName }.Select(name => Sql.Text(name ?? ""));
            await using var command = Sql.Command(connection, Columns, [.. names]);
            var found = new List<AttributeDescriptor>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                var column = reader.GetString(0);
                var attribute = entity.Attributes.FirstOrDefault(candidate => candidate.Column == column);
                if (attribute is not null) found.Add(attribute);
            }
            return found;
        }, cancellation);

    private static Problem Unique(EntityDescriptor entity, List<AttributeDescriptor> attributes)
    {
        if (attributes.Count == 0) return new Problem(409, $"There is already {Words.WithArticle(entity.Label)} like this.");
        var labels = attributes.Select(attribute => Words.Inside(attribute.Label)).ToList();
        var joined = labels.Count == 1 ? labels[0] : $"{string.Join(", ", labels[..^1])} and {labels[^1]}";
        var sentence = $"There is already {Words.WithArticle(entity.Label)} with this {joined}.";
        var errors = attributes.ToDictionary(attribute => attribute.Name, _ => new List<string> { sentence });
        return new Problem(409, sentence) { Errors = errors };
    }

    private static Problem Each(List<AttributeDescriptor> attributes, string sentence) => attributes.Count == 0
        ? new Problem(422, "The values break a rule that is new. Reload the page.")
        : Problem.Refused(attributes.ToDictionary(
            attribute => attribute.Name,
            attribute => new List<string> { string.Format(sentence, Words.Inside(attribute.Label)) }));

    private static Problem NotNull(EntityDescriptor entity, string? column)
    {
        var attribute = entity.Attributes.FirstOrDefault(candidate => candidate.Column == column);
        return attribute is null
            ? new Problem(422, "A value is needed now that this page doesn't know yet. Reload the page.")
            : Problem.Refused(attribute.Name, Words.Missing(attribute));
    }
}
