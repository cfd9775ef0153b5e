// What a session in the database must be, so that names and values mean what they should. None of it is asked for when a
// connection is opened, since poolers refuse that: it belongs to the role in its database, and readiness looks for it.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;
using NpgsqlTypes;

namespace Odcpub.Runtime;

/// <summary>Whose sessions they should be, where, with which schema; each null for any.</summary>
public sealed class Session(string? user, string? database, string? schema)
{
    // What is not as it should be. A search path counts by where it leads, however it is spelt.
    private const string Question = """
        select name, value, wanted from (values
          ('user', current_user::text, $1),
          ('database', current_database()::text, $2),
          ('search_path', case when current_schemas(false) = array[$3]::name[] then quote_ident($3)
                          else current_setting('search_path') end, quote_ident($3)),
          ('client_encoding', current_setting('client_encoding'), 'UTF8'),
          ('DateStyle', current_setting('DateStyle'), 'ISO, YMD'),
          ('IntervalStyle', current_setting('IntervalStyle'), 'postgres'),
          ('TimeZone', case when lower(current_setting('TimeZone')) in ('etc/utc', 'uct', 'etc/uct', 'zulu', 'etc/zulu',
                            'universal', 'etc/universal') then 'UTC' else current_setting('TimeZone') end, 'UTC'),
          ('default_transaction_isolation', current_setting('default_transaction_isolation'), 'read committed'))
          session (name, value, wanted)
        where value <> wanted
        """;

    /// <summary>Null where a session of this source is as it should be, else what is not.</summary>
    public async Task<string?> Wrong(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Question);
        foreach (var wanted in new[] { user, database, schema })
            command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)wanted ?? DBNull.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (names, told, statements) = (new List<string>(), new List<string>(), new List<string>());
        while (await reader.ReadAsync(cancellation))
        {
            names.Add(reader.GetString(0));
            told.Add($"{reader.GetString(0)} is '{reader.GetString(1)}' and must be '{reader.GetString(2)}'");
            var value = reader.GetString(0) == "search_path" ? reader.GetString(2) : $"'{reader.GetString(2)}'";
            statements.Add($"ALTER ROLE {Sql.Name(user ?? "")} IN DATABASE {Sql.Name(database ?? "")} SET {reader.GetString(0)} TO {value}");
        }
        if (told.Count == 0) return null;
        var why = names.Contains("user") || names.Contains("database")
            ? "a pooler must log in as the app's own role in its own database"
            : "the role's settings in this database say otherwise, or a pooler's connection is older than they are (RECONNECT in its "
              + $"console ends it). A publish or promotion sets them; by hand: {string.Join("; ", statements)}";
        return $"in its sessions {string.Join(", ", told)}: {why}";
    }
}
