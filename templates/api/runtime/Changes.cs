// The statements of writes. Each changes its row only where what it refers to is there, and answers the row: one round
// trip. A statement depends on which attributes are given, not on their values, and is kept by that.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Npgsql;

namespace Odcpub.Runtime;

/// <summary>A statement, and its parameters as often as it is tried.</summary>
public sealed record Change(string Text, Func<NpgsqlParameter[]> Parameters);

/// <summary>What is answered of a row of the table called t; <paramref name="Shape"/> tells it from others of the entity.</summary>
public sealed record Returned(EntityDescriptor Entity, string Columns, string Shape);

public sealed class Changes(Catalog catalog)
{
    private const int Kept = 2_000;
    private static readonly HashSet<AttributeDescriptor> None = [];
    private readonly ConcurrentDictionary<string, string> statements = new(StringComparer.Ordinal);

    public Change Insert(Returned returned, Dictionary<AttributeDescriptor, object?> values)
    {
        var given = Array.FindAll(returned.Entity.Attributes, values.ContainsKey);
        var large = Large(values);
        var text = Text("insert", returned, given, large, () => InsertText(returned, given, large));
        return new(text, () => [.. Parameters(given, values)]);
    }

    /// <summary><paramref name="tags"/>: the versions of the row that may be changed, null for any. It is changed only where
    /// what is answered of the values that it keeps is not larger than <paramref name="most"/>, in bytes.</summary>
    public Change Update(Selection selection, string id, Dictionary<AttributeDescriptor, object?> values, string[]? tags, long most)
    {
        var given = Array.FindAll(selection.Entity.Attributes, values.ContainsKey);
        var large = Large(values);
        var others = Room.Others(selection, given);
        var text = Text(tags is null ? "update" : "update if", selection.Returned, given, large, () =>
        {
            var (changes, conditions, next) = Update(selection.Entity, given, large, tags);
            if (others.Length > 0) conditions += $" and {Room.Condition(selection, others, next)}";
            return given.Length == 0 ? $"{selection.From} where {conditions}" : $"{changes} where {conditions} returning {selection.Columns}";
        });
        var limit = others.Length > 0 ? [most] : Array.Empty<long>();
        return new(text, () => [.. Parameters(given, values), .. Meant(selection.Entity, id, tags), .. limit.Select(Sql.Number)]);
    }

    /// <summary>The same of any version, at least one value; its identifier is answered.</summary>
    public Change Update(EntityDescriptor entity, string id, Dictionary<AttributeDescriptor, object?> values)
    {
        var given = Array.FindAll(entity.Attributes, values.ContainsKey);
        var large = Large(values);
        var text = Text("update", new(entity, "t.\"id\"", ""), given, large, () =>
        {
            var (changes, conditions, _) = Update(entity, given, large, null);
            return $"{changes} where {conditions} returning t.\"id\"";
        });
        return new(text, () => [.. Parameters(given, values), .. Meant(entity, id, null)]);
    }

    public Change Delete(EntityDescriptor entity, string id, string[]? tags) =>
        new($"delete from {Sql.Name(entity.Table)} t where {MeantText(1, tags)} returning t.\"id\"", () => [.. Meant(entity, id, tags)]);

    private static HashSet<AttributeDescriptor> Large(Dictionary<AttributeDescriptor, object?> values)
    {
        HashSet<AttributeDescriptor>? large = null;
        foreach (var (attribute, value) in values)
            if (value is Content { IsText: true }) (large ??= []).Add(attribute);
        return large ?? None;
    }

    private string Text(string kind, Returned returned, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large, Func<string> build)
    {
        var written = string.Join(' ', given.Select(attribute => (large.Contains(attribute) ? "~" : "") + attribute.Name));
        var shape = $"{kind} {returned.Entity.Name} {written}\n{returned.Shape}";
        if (statements.TryGetValue(shape, out var known)) return known;
        if (statements.Count >= Kept) statements.Clear();
        return statements[shape] = build();
    }

    private string InsertText(Returned returned, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large)
    {
        var written = Written(given, large);
        var columns = string.Join(", ", written.Select(one => Sql.Name(one.Column)));
        var places = string.Join(", ", written.Select(one => one.Place));
        var conditions = string.Join(" and ", References(written).Select(one => Stands(one.Attribute, one.Number, update: false)));
        var what = given.Length == 0 ? "default values"
            : $"({columns}) select {places}{(conditions.Length > 0 ? " where " : "")}{conditions}";
        return $"insert into {Sql.Name(returned.Entity.Table)} as t {what} returning {returned.Columns}";
    }

    // "update … set …", the conditions, and the next parameter's number.
    private (string Changes, string Conditions, int Next) Update(
        EntityDescriptor entity, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large, string[]? tags)
    {
        var written = Written(given, large);
        var changes = string.Join(", ", written.Select(one => $"{Sql.Name(one.Column)} = {(one.IsType ? Anew(one) : one.Place)}"));
        var stand = References(written).Select(one => Stands(one.Attribute, one.Number, update: true));
        var conditions = string.Join(" and ", stand.Prepend(MeantText(written.Count + 1, tags)));
        return ($"update {Sql.Name(entity.Table)} t set {changes}", conditions, written.Count + (tags is null ? 2 : 3));
    }

    // A column that is written: the number of its parameter, and its place in the statement.
    private sealed record Target(AttributeDescriptor Attribute, string Column, int Number, string Place)
    {
        public bool IsType => Attribute.IsFile && Column == Attribute.TypeColumn;
    }

    private static List<Target> Written(AttributeDescriptor[] given, HashSet<AttributeDescriptor> large)
    {
        var written = new List<Target>();
        foreach (var attribute in given)
        {
            var number = written.Count + 1;
            written.Add(new(attribute, attribute.Column, number, Sql.Place(number, attribute, large.Contains(attribute))));
            if (!attribute.IsFile) continue;
            written.Add(new(attribute, attribute.NameColumn, number + 1, $"${number + 1}"));
            written.Add(new(attribute, attribute.TypeColumn, number + 2, $"${number + 2}"));
        }
        return written;
    }

    // Where bytes are changed and their type is not, the database empties name and type: so it was a version of the app
    // that knows of neither. A blank behind it makes the same type another one.
    private static string Anew(Target type) =>
        $"case when t.{Sql.Name(type.Column)} = {type.Place} then {type.Place} || ' ' else {type.Place} end";

    private static IEnumerable<Target> References(IEnumerable<Target> written) => written.Where(one => one.Attribute.IsReference);

    // A record that is offered no more stays where it is: a row may keep it, and no other may get it. A row that is
    // referred to must be there, also in the moments in which no foreign key says so yet.
    private string Stands(AttributeDescriptor attribute, int number, bool update)
    {
        var kept = update ? $" or t.{Sql.Name(attribute.Column)} = ${number}" : "";
        var target = catalog.Target(attribute);
        if (target.Records is { } records)
        {
            var offered = records.Where(record => record.IsActive).Select(record => $"'{record.Id.Replace("'", "''")}'");
            return $"(${number} is null or ${number} in ({string.Join(", ", offered.DefaultIfEmpty("null"))}){kept})";
        }
        var active = target.Static ? " and r.\"is_active\"" : "";
        return $"(${number} is null or exists (select from {Sql.Name(target.Table)} r where r.\"id\" = ${number}{active}){(target.Static ? kept : "")})";
    }

    private static List<NpgsqlParameter> Parameters(AttributeDescriptor[] given, Dictionary<AttributeDescriptor, object?> values)
    {
        var parameters = new List<NpgsqlParameter>(given.Length + 2);
        foreach (var attribute in given)
            if (attribute.IsFile) parameters.AddRange(Sql.Value(attribute, (GivenFile?)values[attribute]));
            else parameters.Add(Sql.Value(attribute, values[attribute]));
        return parameters;
    }

    private static string MeantText(int number, string[]? tags) =>
        $"t.\"id\" = ${number}" + (tags is null ? "" : $" and t.\"xmin\"::text = any (${number + 1})");

    private static IEnumerable<NpgsqlParameter> Meant(EntityDescriptor entity, string id, string[]? tags)
    {
        yield return Sql.Identifier(entity, id);
        if (tags is not null) yield return Sql.Texts(tags);
    }
}
