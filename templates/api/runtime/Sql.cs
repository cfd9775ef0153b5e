// Statements under construction: quoted names, numbered parameters. Values never become part of the text.
using System;
using System.Collections.Generic;
using Npgsql;
using NpgsqlTypes;

namespace Odcpub.Runtime;

public sealed class Sql
{
    private readonly List<NpgsqlParameter> parameters = [];

    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"") + "\"";

    public string Text(string value) => Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Text });

    public string Texts(string[] values) => Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });

    /// <summary>A value in canonical form, cast to the attribute's type by the database, exactly.</summary>
    public string Value(AttributeDescriptor attribute, object? value) => value switch
    {
        null => "null",
        Content { IsText: true } content => $"convert_from({Bytes(content.Open())}, 'UTF8')",
        Content content => Bytes(content.Open()),
        byte[] bytes => Bytes(bytes),
        _ => Text((string)value) + "::" + Cast(attribute),
    };

    public string Identifier(EntityDescriptor entity, string id) => Text(id) + (entity.Static ? "" : "::bigint");

    public NpgsqlBatchCommand Command(string text)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters) command.Parameters.Add(parameter.Clone());
        return command;
    }

    private string Bytes(object value) => Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Bytea });

    private string Add(NpgsqlParameter parameter)
    {
        parameters.Add(parameter);
        return $"${parameters.Count}";
    }

    private static string Cast(AttributeDescriptor attribute) => attribute.Type switch
    {
        AttributeType.Integer => "integer",
        AttributeType.LongInteger => "bigint",
        AttributeType.Decimal or AttributeType.Currency => "numeric",
        AttributeType.Boolean => "boolean",
        AttributeType.Date => "date",
        AttributeType.Time => "time",
        AttributeType.DateTime => "timestamptz",
        AttributeType.Identifier => attribute.TargetStatic ? "text" : "bigint",
        _ => "text",
    };
}
