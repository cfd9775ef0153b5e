// Pieces of statements: quoted names, numbered parameters. Values never become part of the text.
using System;
using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace Odcpub.Runtime;

public static class Sql
{
    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"") + "\"";

    /// <summary>What gives an attribute of a row of the table that is called so.</summary>
    public static string Column(AttributeDescriptor attribute, string alias = "t") => attribute.Expression ?? $"{alias}.{Name(attribute.Column)}";

    /// <summary>A value's place in a statement: its parameter, cast to the attribute's type by the database, exactly.
    /// <paramref name="large"/>: a text that comes in pieces of UTF-8.</summary>
    public static string Place(int number, AttributeDescriptor attribute, bool large = false) =>
        large ? $"convert_from(${number}, 'UTF8')" : $"${number}{Cast(attribute)}";

    /// <summary>A value in canonical form, null for none.</summary>
    public static NpgsqlParameter Value(AttributeDescriptor attribute, object? value) => value switch
    {
        Content content => new NpgsqlParameter { Value = content.Open(), NpgsqlDbType = NpgsqlDbType.Bytea },
        string id when IsNumber(attribute) => Number(id),
        _ => new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = TypeOf(attribute) },
    };

    /// <summary>The same of a file: its bytes, its name, its type.</summary>
    public static NpgsqlParameter[] Value(AttributeDescriptor attribute, GivenFile? file) =>
        [Value(attribute, file?.Bytes), TextOrNull(file?.Name), TextOrNull(file?.Type)];

    private static NpgsqlParameter TextOrNull(string? value) => new() { Value = value is null ? DBNull.Value : value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Identifier(EntityDescriptor entity, string id) => entity.Static ? Text(id) : Number(id);

    public static NpgsqlParameter Text(string value) =>
        new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Texts(string[] values) =>
        new NpgsqlParameter<string[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    public static NpgsqlParameter Number(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter Bytes(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlCommand Command(NpgsqlConnection connection, string text, params NpgsqlParameter[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter Number(string id) => Number(long.Parse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    private static bool IsNumber(AttributeDescriptor attribute) => attribute.IsReference && !attribute.TargetStatic;

    private static NpgsqlDbType TypeOf(AttributeDescriptor attribute) => IsNumber(attribute) ? NpgsqlDbType.Bigint
        : attribute.IsFile ? NpgsqlDbType.Bytea : NpgsqlDbType.Text;

    private static string Cast(AttributeDescriptor attribute) => attribute.Type switch
    {
        AttributeType.Integer => "::integer",
        AttributeType.LongInteger => "::bigint",
        AttributeType.Decimal or AttributeType.Currency => "::numeric",
        AttributeType.Boolean => "::boolean",
        AttributeType.Date => "::date",
        AttributeType.Time => "::time",
        AttributeType.DateTime => "::timestamptz",
        _ => "",
    };
}
