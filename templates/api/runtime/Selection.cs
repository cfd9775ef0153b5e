// How an entity's rows are selected and written: every column named and cast to a form that neither a wider type nor
// an added column changes, and the label of every reference joined in.
using System;
using System.Collections.Generic;
using System.Data;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
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
        Behavior = entity.Attributes.Any(attribute => attribute.IsLarge) ? CommandBehavior.SequentialAccess : CommandBehavior.Default;
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

    /// <summary>How the reader must read: large texts pass by, each column once and in order; rows without are short.</summary>
    public CommandBehavior Behavior { get; }

    /// <summary>Writes the row under the reader; its identifier, and its tag for If-Match.</summary>
    public async ValueTask<(string Id, string Tag)> Write(NpgsqlDataReader reader, Answer answer, CancellationToken cancellation)
    {
        var writer = answer.Writer;
        writer.WriteStartObject();
        var id = Identifier(writer, reader);
        var tag = reader.GetString(1);
        var labels = new List<(string, string)>();
        var next = 2;
        foreach (var attribute in entity.Attributes)
        {
            var column = next;
            next += joined.ContainsKey(attribute.Name) ? 2 : 1;
            writer.WritePropertyName(attribute.Name);
            if (reader.IsDBNull(column)) writer.WriteNullValue();
            else if (attribute.IsLarge) await WriteLarge(reader, column, answer, cancellation);
            else if (attribute.IsReference) labels.Add((attribute.Name, WriteReference(writer, attribute, reader, column)));
            else WriteValue(writer, attribute, reader, column);
        }
        if (!entity.Static) WriteLabels(writer, labels);
        writer.WriteEndObject();
        return (id, tag);
    }

    private string Identifier(Utf8JsonWriter writer, NpgsqlDataReader reader)
    {
        if (entity.Static)
        {
            var name = reader.GetString(0);
            writer.WriteString("Id", name);
            return name;
        }
        var number = reader.GetInt64(0);
        writer.WriteNumber("Id", number);
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task WriteLarge(NpgsqlDataReader reader, int column, Answer answer, CancellationToken cancellation)
    {
        await using var text = reader.GetStream(column);
        await answer.Text(text, cancellation);
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

    // Its label comes back.
    private string WriteReference(Utf8JsonWriter writer, AttributeDescriptor attribute, NpgsqlDataReader reader, int column)
    {
        var target = catalog.Target(attribute);
        var id = Text(attribute, reader, column);
        if (attribute.TargetStatic) writer.WriteStringValue(id);
        else writer.WriteRawValue(id, skipInputValidation: true);
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
        if (attribute.Type == AttributeType.Boolean) writer.WriteBooleanValue(reader.GetBoolean(column));
        else if (attribute.Type == AttributeType.BinaryData)
        {
            writer.WriteStartObject();
            writer.WriteNumber("size", reader.GetInt64(column));
            writer.WriteEndObject();
        }
        else if (attribute.Type == AttributeType.Integer) writer.WriteNumberValue(reader.GetInt64(column));
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
