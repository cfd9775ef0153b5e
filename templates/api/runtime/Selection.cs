// How an entity's rows are selected and written: every column named and cast to a form that neither a wider type nor
// an added column changes, and the label of every reference joined in.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Selection
{
    private readonly Catalog catalog;
    private readonly EntityDescriptor entity;
    private readonly Dictionary<string, string> joined = new(StringComparer.Ordinal);

    public Selection(Catalog catalog, EntityDescriptor entity)
    {
        (this.catalog, this.entity) = (catalog, entity);
        var columns = new List<string> { entity.Static ? "t.\"id\"::text" : "t.\"id\"::bigint", "t.\"xmin\"::text" };
        var joins = new StringBuilder();
        foreach (var attribute in entity.Attributes)
        {
            columns.Add(Output(attribute, "t"));
            if (!IsJoined(attribute)) continue;
            var target = catalog.Target(attribute);
            var alias = $"r{joined.Count}";
            joined[attribute.Name] = alias;
            joins.Append($" left join {Sql.Name(target.Table)} {alias} on {alias}.\"id\" = t.{Sql.Name(attribute.Column)}");
            columns.Add(target.DisplayAttribute is { } display ? Output(display, alias) : "null::text");
        }
        Columns = string.Join(", ", columns);
        Joins = joins.ToString();
    }

    public string Columns { get; }
    public string Joins { get; }

    /// <summary>"select … from …" of the table, or of a statement's name in WITH.</summary>
    public string From(string? source = null) => $"select {Columns} from {source ?? Sql.Name(entity.Table)} t{Joins}";

    /// <summary>What RETURNING names, so that the selection can read it like the table.</summary>
    public string Returned => "\"id\", \"xmin\"" + string.Concat(entity.Attributes.Select(attribute => ", " + Sql.Name(attribute.Column)));

    /// <summary>What stands for an attribute's value when people search or sort: a reference's label, else itself.</summary>
    public (string Expression, bool Text) Shown(AttributeDescriptor attribute)
    {
        if (!joined.TryGetValue(attribute.Name, out var alias))
            return ($"t.{Sql.Name(attribute.Column)}", attribute.IsText || attribute.TargetStatic);
        var display = catalog.Target(attribute).DisplayAttribute;
        return display is null ? ($"{alias}.\"id\"", false) : ($"{alias}.{Sql.Name(display.Column)}", display.IsText);
    }

    /// <summary>Writes the row under the reader; its tag for If-Match.</summary>
    public string Write(NpgsqlDataReader reader, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (entity.Static) writer.WriteString("Id", reader.GetString(0));
        else writer.WriteNumber("Id", reader.GetInt64(0));
        var labels = new List<(string, string)>();
        var column = 2;
        foreach (var attribute in entity.Attributes)
        {
            WriteValue(writer, attribute, reader, column);
            var value = column++;
            if (joined.ContainsKey(attribute.Name)) column++;
            if (attribute.IsReference && !reader.IsDBNull(value)) labels.Add((attribute.Name, Label(attribute, reader, value)));
        }
        if (!entity.Static) WriteLabels(writer, labels);
        writer.WriteEndObject();
        return reader.GetString(1);
    }

    /// <summary>A value as a person reads it, for labels.</summary>
    public static string Text(AttributeDescriptor attribute, NpgsqlDataReader reader, int column) => attribute.Type switch
    {
        AttributeType.Boolean => reader.GetBoolean(column) ? "Yes" : "No",
        AttributeType.Integer => reader.GetInt64(column).ToString(CultureInfo.InvariantCulture),
        AttributeType.BinaryData => Words.Count(reader.GetInt64(column), "byte", "bytes"),
        AttributeType.Identifier when !attribute.TargetStatic => reader.GetInt64(column).ToString(CultureInfo.InvariantCulture),
        AttributeType.DateTime => Moment(reader.GetString(column)),
        _ => reader.GetString(column),
    };

    public static string Output(AttributeDescriptor attribute, string alias)
    {
        var column = $"{alias}.{Sql.Name(attribute.Column)}";
        return attribute.Type switch
        {
            AttributeType.Boolean => column,
            AttributeType.Integer => $"{column}::bigint",
            AttributeType.Identifier => attribute.TargetStatic ? $"{column}::text" : $"{column}::bigint",
            AttributeType.Decimal or AttributeType.Currency => $"trim_scale({column}::numeric)::text",
            AttributeType.DateTime => $"to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
            AttributeType.BinaryData => $"octet_length({column})::bigint",
            _ => $"{column}::text",
        };
    }

    private bool IsJoined(AttributeDescriptor attribute) => attribute.IsReference && catalog.Target(attribute).Records is null;

    private string Label(AttributeDescriptor attribute, NpgsqlDataReader reader, int column)
    {
        var target = catalog.Target(attribute);
        var id = Text(attribute, reader, column);
        if (target.Records is { } records) return records.FirstOrDefault(record => record.Id == id)?.Label ?? id;
        return Label(target, id, reader, column + 1);
    }

    /// <summary>A row's label from its display attribute at <paramref name="column"/>; where that shows nothing, who it is.</summary>
    public static string Label(EntityDescriptor entity, string id, NpgsqlDataReader reader, int column)
    {
        var text = entity.DisplayAttribute is { } display && !reader.IsDBNull(column) ? Text(display, reader, column) : "";
        return !string.IsNullOrWhiteSpace(text) ? text : entity.Static ? id : $"{entity.Label} {id}";
    }

    private static void WriteValue(Utf8JsonWriter writer, AttributeDescriptor attribute, NpgsqlDataReader reader, int column)
    {
        writer.WritePropertyName(attribute.Name);
        if (reader.IsDBNull(column)) writer.WriteNullValue();
        else if (attribute.Type == AttributeType.Boolean) writer.WriteBooleanValue(reader.GetBoolean(column));
        else if (attribute.Type == AttributeType.BinaryData)
        {
            writer.WriteStartObject();
            writer.WriteNumber("size", reader.GetInt64(column));
            writer.WriteEndObject();
        }
        else if (attribute.Type == AttributeType.Integer || (attribute.IsReference && !attribute.TargetStatic))
            writer.WriteNumberValue(reader.GetInt64(column));
        else writer.WriteStringValue(attribute.Type == AttributeType.DateTime ? Moment(reader.GetString(column)) : reader.GetString(column));
    }

    private static void WriteLabels(Utf8JsonWriter writer, List<(string Name, string Label)> labels)
    {
        writer.WriteStartObject("$labels");
        foreach (var (name, label) in labels) writer.WriteString(name, label);
        writer.WriteEndObject();
    }

    private static string Moment(string text) => text.TrimEnd('0').TrimEnd('.') + "Z";
}
