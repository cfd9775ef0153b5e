// Values on their way between actions and the database.
using System;
using Npgsql;
using NpgsqlTypes;

namespace Odcpub.Runtime;

/// <summary>A statement's argument, made of a value of any type that actions have.</summary>
public sealed class Argument
{
    private Argument(NpgsqlParameter parameter) => Parameter = parameter;

    internal NpgsqlParameter Parameter { get; }

    public static implicit operator Argument(string? value) => Class(value, NpgsqlDbType.Text);

    public static implicit operator Argument(byte[]? value) => Class(value, NpgsqlDbType.Bytea);

    public static implicit operator Argument(int? value) => Of(value, NpgsqlDbType.Integer);

    public static implicit operator Argument(long? value) => Of(value, NpgsqlDbType.Bigint);

    public static implicit operator Argument(decimal? value) => Of(value, NpgsqlDbType.Numeric);

    public static implicit operator Argument(bool? value) => Of(value, NpgsqlDbType.Boolean);

    public static implicit operator Argument(DateOnly? value) => Of(value, NpgsqlDbType.Date);

    public static implicit operator Argument(TimeOnly? value) => Of(value, NpgsqlDbType.Time);

    public static implicit operator Argument(DateTimeOffset? value) => Of(value, NpgsqlDbType.TimestampTz);

    /// <summary>What a value of an attribute's type is cast to, to be read by <see cref="RowReader.Value"/>.</summary>
    internal static string Cast(AttributeDescriptor attribute) => attribute.Type switch
    {
        AttributeType.Integer or AttributeType.LongInteger => "::bigint",
        AttributeType.Identifier => attribute.TargetStatic ? "::text" : "::bigint",
        AttributeType.Decimal or AttributeType.Currency => "::numeric",
        AttributeType.Text or AttributeType.Email or AttributeType.PhoneNumber => "::text",
        _ => "",
    };

    private static Argument Of<T>(T? value, NpgsqlDbType type) where T : struct => new(value is { } given
        ? new NpgsqlParameter<T> { TypedValue = given, NpgsqlDbType = type }
        : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type });

    private static Argument Class<T>(T? value, NpgsqlDbType type) where T : class => new(value is not null
        ? new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type }
        : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = type });
}

/// <summary>The row under the reader. A statement casts what it selects: ::text, ::bigint (Integers too), ::numeric,
/// ::boolean, ::date, ::time, ::timestamptz; bytes as they are.</summary>
public sealed class RowReader
{
    private readonly NpgsqlDataReader reader;
    private long taken;

    internal RowReader(NpgsqlDataReader reader) => this.reader = reader;

    /// <summary>The row's own identifier.</summary>
    public long Identifier(int column) => reader.GetInt64(column);

    /// <summary>An empty text is no value.</summary>
    public string? Text(int column)
    {
        if (reader.IsDBNull(column) || reader.GetString(column) is not { Length: > 0 } text) return null;
        taken += sizeof(char) * text.Length;
        return text;
    }

    public int? Integer(int column) => reader.IsDBNull(column) ? null : checked((int)reader.GetInt64(column));

    /// <summary>Long Integers, and identifiers of rows that are referred to.</summary>
    public long? Long(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public decimal? Decimal(int column) => reader.IsDBNull(column) ? null : reader.GetDecimal(column);

    public bool? Boolean(int column) => reader.IsDBNull(column) ? null : reader.GetBoolean(column);

    public DateOnly? Date(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateOnly>(column);

    public TimeOnly? Time(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<TimeOnly>(column);

    public DateTimeOffset? Moment(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>A value of an attribute's C# type, null for none; not of files.</summary>
    internal object? Value(AttributeDescriptor attribute, int column) => attribute.Type switch
    {
        AttributeType.Integer => Integer(column),
        AttributeType.LongInteger => Long(column),
        AttributeType.Identifier => attribute.TargetStatic ? Text(column) : Long(column),
        AttributeType.Decimal or AttributeType.Currency => Decimal(column),
        AttributeType.Boolean => Boolean(column),
        AttributeType.Date => Date(column),
        AttributeType.Time => Time(column),
        AttributeType.DateTime => Moment(column),
        _ => Text(column),
    };

    public byte[]? Bytes(int column)
    {
        if (reader.IsDBNull(column)) return null;
        var bytes = reader.GetFieldValue<byte[]>(column);
        taken += bytes.Length;
        return bytes;
    }

    /// <summary>Bytes of texts and files that were read since the last time.</summary>
    internal long Taken()
    {
        var since = taken;
        taken = 0;
        return since;
    }
}

/// <summary>A value that an attribute gets.</summary>
public readonly struct Assigned
{
    private Assigned(string attribute, object? value) => (Attribute, Value) = (attribute, value);

    public Assigned(string attribute, string? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, int? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, long? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, decimal? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, bool? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, DateOnly? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, TimeOnly? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, DateTimeOffset? value) : this(attribute, (object?)Values.Text(value)) { }

    public Assigned(string attribute, byte[]? value)
        : this(attribute, value is { Length: > 0 } ? new GivenFile(value, null, MediaTypes.Unknown) : null) { }

    /// <summary>Null of what is left out.</summary>
    internal string? Attribute { get; }

    /// <summary>A text in canonical form, a file, or null for no value.</summary>
    internal object? Value { get; }
}
