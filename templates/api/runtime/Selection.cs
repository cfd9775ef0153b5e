// How an entity's rows are selected and written: every column named and cast to a form that neither a wider type nor
// an added column changes, and the label of every reference, looked up for the rows that are answered and no others.
using System;
using System.Collections.Generic;
using System.Data;
using System.Globalization;
using System.IO;
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
    private readonly Part[] parts;
    private readonly int first;
    private readonly int cut;
    private readonly bool tagged;

    // Of an action its name, and the column of its button's state.
    private readonly (JsonEncodedText Name, int Column)[] states;

    // An attribute, its column in the result; behind it the label of what it refers to, where that is a row, or name and
    // type of a file, or how long a text is that may be cut.
    private sealed record Part(AttributeDescriptor Attribute, JsonEncodedText Name, int Column, EntityDescriptor? Target);

    /// <summary>Of a single row with its tag, all attributes.</summary>
    public Selection(Catalog catalog, EntityDescriptor entity) : this(catalog, entity, entity.Attributes, 0, true) { }

    /// <summary>Of a single row with its tag: these attributes, its texts cut.</summary>
    public static Selection OfRow(
        Catalog catalog, EntityDescriptor entity, IEnumerable<AttributeDescriptor> attributes, int cut, AttributeDescriptor[]? states = null) =>
        new(catalog, entity, attributes, cut, true, states);

    /// <summary>Of a list: these attributes; texts are cut after so many characters, at 0 never.</summary>
    public Selection(
        Catalog catalog, EntityDescriptor entity, IEnumerable<AttributeDescriptor> attributes, int cut, AttributeDescriptor[]? states = null)
        : this(catalog, entity, attributes, cut, false, states) { }

    private Selection(
        Catalog catalog, EntityDescriptor entity, IEnumerable<AttributeDescriptor> attributes, int cut, bool tagged,
        AttributeDescriptor[]? states = null)
    {
        (this.catalog, this.entity, this.cut, this.tagged) = (catalog, entity, cut, tagged);
        var columns = new List<string> { Identifier(entity) };
        if (tagged) columns.Add("t.\"xmin\"::text");
        first = columns.Count;
        var found = new List<Part>();
        foreach (var attribute in entity.Attributes.Intersect(attributes).Concat(attributes.Where(one => one.Expression is not null)))
        {
            var target = attribute.IsReference && catalog.Target(attribute) is { Records: null } row ? row : null;
            found.Add(new(attribute, JsonEncodedText.Encode(attribute.Name), columns.Count, target));
            columns.Add(Value(attribute));
            if (attribute.IsFile) columns.AddRange([.. FileColumns(attribute)]);
            if (tagged && IsCut(attribute)) columns.Add($"octet_length(t.{Sql.Name(attribute.Column)})::bigint");
            if (target is not null) columns.Add(LabelOf(target, Sql.Column(attribute)));
        }
        parts = [.. found];
        this.states = (states ?? []).Select((state, at) => (JsonEncodedText.Encode(state.Name), columns.Count + at)).ToArray();
        columns.AddRange((states ?? []).Select(state => Sql.Column(state)));
        Columns = string.Join(", ", columns);
        Shape = $"{cut.ToString(CultureInfo.InvariantCulture)} {string.Join(' ', Attributes.Select(attribute => attribute.Name))}";
        Behavior = parts.Any(part => IsLarge(part.Attribute)) ? CommandBehavior.SequentialAccess : CommandBehavior.Default;
    }

    public EntityDescriptor Entity => entity;

    /// <summary>The same for a write that answers it.</summary>
    public Returned Returned => new(entity, Columns, Shape);

    /// <summary>What is selected of the table, called t; so many columns come before the attributes'.</summary>
    public string Columns { get; }

    /// <summary>Tells it from the entity's other selections of single rows.</summary>
    public string Shape { get; }

    public IEnumerable<AttributeDescriptor> Attributes => parts.Select(part => part.Attribute);

    /// <summary>What is selected of one attribute.</summary>
    public string Value(AttributeDescriptor attribute) => Output(attribute, "t", cut);

    /// <summary>So many characters of a value are answered at most; null where all of it is.</summary>
    public int? Most(AttributeDescriptor attribute) => IsCut(attribute) ? cut : null;

    /// <summary>How the reader must read: large texts pass by, each column once and in order; rows without are short.</summary>
    public CommandBehavior Behavior { get; }

    /// <summary>"select … from …" of the table.</summary>
    public string From => $"select {Columns} from {Sql.Name(entity.Table)} t";

    /// <summary>The identifier and what stands for a row, for labels alone.</summary>
    public static string Labels(EntityDescriptor entity) =>
        $"{Identifier(entity)}, {(entity.DisplayAttribute is { } display ? Output(display, "t", Words.LongestLabel) : "null::text")}";

    /// <summary>Writes the row under the reader; its identifier, and its tag for If-Match, where one was asked for.</summary>
    public async ValueTask<(string Id, string Tag)> Write(NpgsqlDataReader reader, Answer answer, CancellationToken cancellation)
    {
        var writer = answer.Writer;
        writer.WriteStartObject();
        var id = Identifier(writer, reader);
        var tag = tagged ? reader.GetString(1) : "";
        var (labels, sizes) = (new List<(JsonEncodedText, string)>(), new List<(JsonEncodedText, long)>());
        foreach (var part in parts)
        {
            writer.WritePropertyName(part.Name);
            if (reader.IsDBNull(part.Column)) writer.WriteNullValue();
            else if (part.Attribute.IsReference) labels.Add((part.Name, WriteReference(writer, part, reader)));
            else if (IsCut(part.Attribute)) await WriteCut(part, reader, answer, sizes, cancellation);
            else if (IsLarge(part.Attribute)) await WriteLarge(reader, part.Column, answer, cancellation);
            else WriteValue(writer, part, reader);
        }
        if (!entity.Static) WriteLabels(writer, labels);
        if (sizes.Count > 0) WriteSizes(writer, sizes);
        if (states.Length > 0) WriteStates(writer, reader);
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
        return tagged ? number.ToString(CultureInfo.InvariantCulture) : "";
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
        AttributeType.DateTime => Forms.Moment(reader.GetString(column)),
        AttributeType.Decimal or AttributeType.Currency => Forms.Number(reader.GetString(column)),
        _ => reader.GetString(column),
    };

    /// <summary>A row's label from its display attribute at <paramref name="column"/>; where that shows nothing, who it is.</summary>
    public static string Label(EntityDescriptor entity, string id, NpgsqlDataReader reader, int column)
    {
        var text = entity.DisplayAttribute is { } display && !reader.IsDBNull(column) ? Text(display, reader, column) : "";
        return !string.IsNullOrWhiteSpace(text) ? Words.Cut(text, Words.LongestLabel) : entity.Static ? id : $"{entity.Label} {id}";
    }

    private static string Identifier(EntityDescriptor entity) => entity.Static ? "t.\"id\"::text" : "t.\"id\"::bigint";

    private static string LabelOf(EntityDescriptor target, string reference) => target.DisplayAttribute is { } display
        ? $"(select {Output(display, "r", Words.LongestLabel)} from {Sql.Name(target.Table)} r where r.\"id\" = {reference})"
        : "null::text";

    // One character more than is shown tells that there are more; what is not fetched is not read by the database either.
    private static string Output(AttributeDescriptor attribute, string alias, int cut)
    {
        var column = Sql.Column(attribute, alias);
        return attribute.Type switch
        {
            AttributeType.Boolean => column,
            AttributeType.Integer => $"{column}::bigint",
            AttributeType.Identifier => attribute.TargetStatic ? $"{column}::text" : $"{column}::bigint",
            AttributeType.Decimal or AttributeType.Currency => $"{column}::numeric::text",
            AttributeType.DateTime => $"{column}::timestamptz::text",
            AttributeType.BinaryData => $"octet_length({column})::bigint",
            _ => IsCut(attribute, cut) ? $"left({column}::text, {cut + 1})" : $"{column}::text",
        };
    }

    private static bool IsCut(AttributeDescriptor attribute, int cut) =>
        cut > 0 && attribute.IsText && (attribute.Length < 0 || attribute.Length > cut);

    private bool IsCut(AttributeDescriptor attribute) => IsCut(attribute, cut);

    private bool IsLarge(AttributeDescriptor attribute) => attribute.IsLarge && !IsCut(attribute);

    // Its label comes back.
    private string WriteReference(Utf8JsonWriter writer, Part part, NpgsqlDataReader reader)
    {
        var id = Text(part.Attribute, reader, part.Column);
        if (part.Attribute.TargetStatic) writer.WriteStringValue(id);
        else writer.WriteRawValue(id, skipInputValidation: true);
        if (part.Target is not null) return Label(part.Target, id, reader, part.Column + 1);
        return catalog.Target(part.Attribute).Records!.FirstOrDefault(record => record.Id == id)?.Label ?? id;
    }

    private void WriteValue(Utf8JsonWriter writer, Part part, NpgsqlDataReader reader)
    {
        var (attribute, column) = (part.Attribute, part.Column);
        if (attribute.Type == AttributeType.Boolean) writer.WriteBooleanValue(reader.GetBoolean(column));
        else if (attribute.IsFile) WriteFile(writer, reader, column);
        else if (attribute.Type == AttributeType.Integer) writer.WriteNumberValue(reader.GetInt64(column));
        else if (attribute.Type == AttributeType.DateTime) writer.WriteStringValue(Forms.Moment(reader.GetString(column)));
        else if (attribute.Type is AttributeType.Decimal or AttributeType.Currency) writer.WriteStringValue(Forms.Number(reader.GetString(column)));
        else writer.WriteStringValue(reader.GetFieldValue<byte[]>(column)); // UTF-8 as it is
    }

    // Of a single row it is told which texts were cut, and how long they are; each is as long as the room that was
    // reserved for it.
    private async ValueTask WriteCut(
        Part part, NpgsqlDataReader reader, Answer answer, List<(JsonEncodedText, long)> sizes, CancellationToken cancellation)
    {
        var text = reader.GetString(part.Column);
        var shown = Words.Cut(text, cut);
        if (!tagged)
        {
            answer.Writer.WriteStringValue(shown);
            return;
        }
        await answer.Text(new MemoryStream(Encoding.UTF8.GetBytes(shown)), cancellation);
        var whole = ReferenceEquals(shown, text); // what was cut may look the same: the next character may be an ellipsis
        if (!whole) sizes.Add((part.Name, reader.GetInt64(part.Column + 1)));
    }

    private static void WriteFile(Utf8JsonWriter writer, NpgsqlDataReader reader, int column)
    {
        writer.WriteStartObject();
        writer.WriteNumber("size", reader.GetInt64(column));
        writer.WriteString("name", NameOf(reader, column + 1));
        writer.WriteString("type", TypeOf(reader, column + 2));
        writer.WriteEndObject();
    }

    /// <summary>What tells of a file beside its bytes, of the table called t: two columns for <see cref="NameOf"/> and
    /// <see cref="TypeOf"/>.</summary>
    public static string[] FileColumns(AttributeDescriptor attribute) =>
        [$"left(t.{Sql.Name(attribute.NameColumn)}::text, 1000)", $"left(t.{Sql.Name(attribute.TypeColumn)}::text, 1000)"];

    public static string? NameOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : FileNames.Clean(reader.GetString(column));

    public static string TypeOf(NpgsqlDataReader reader, int column) => MediaTypes.Clean(reader.IsDBNull(column) ? null : reader.GetString(column));

    private static void WriteLabels(Utf8JsonWriter writer, List<(JsonEncodedText Name, string Label)> labels)
    {
        writer.WriteStartObject("$labels");
        foreach (var (name, label) in labels) writer.WriteString(name, label);
        writer.WriteEndObject();
    }

    private void WriteStates(Utf8JsonWriter writer, NpgsqlDataReader reader)
    {
        writer.WriteStartObject("$buttons");
        foreach (var (name, column) in states)
            if (!reader.IsDBNull(column)) writer.WriteString(name, reader.GetString(column));
        writer.WriteEndObject();
    }

    // In bytes of UTF-8, which the database knows without reading the text.
    private static void WriteSizes(Utf8JsonWriter writer, List<(JsonEncodedText Name, long Size)> sizes)
    {
        writer.WriteStartObject("$cut");
        foreach (var (name, size) in sizes) writer.WriteNumber(name, size);
        writer.WriteEndObject();
    }
}
