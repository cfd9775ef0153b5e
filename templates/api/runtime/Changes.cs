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

public sealed class Changes(Catalog catalog)
{
    private const int Kept = 2_000;
    private readonly ConcurrentDictionary<string, string> statements = new(StringComparer.Ordinal);

    /// <summary><paramref name="selection"/>: what is answered of the row.</summary>
    public Change Insert(Selection selection, Dictionary<AttributeDescriptor, object?> values)
    {
        var given = selection.Entity.Attributes.Where(values.ContainsKey).ToArray();
        var large = Large(values);
        var text = Text("insert", selection, given, large, () => InsertText(selection, given, large));
        return new(text, () => Parameters(given, values).ToArray());
    }

    /// <summary><paramref name="tags"/>: the versions of the row that may be changed, null for any. It is changed only where
    /// what is answered of the values that it keeps is not larger than <paramref name="most"/>, in bytes.</summary>
    public Change Update(Selection selection, string id, Dictionary<AttributeDescriptor, object?> values, string[]? tags, long most)
    {
        var given = selection.Entity.Attributes.Where(values.ContainsKey).ToArray();
        var large = Large(values);
        var text = Text(tags is null ? "update" : "update if", selection, given, large, () => UpdateText(selection, given, large, tags));
        var limit = Room.Others(selection, given).Length > 0 ? [most] : Array.Empty<long>();
        return new(text, () => [.. Parameters(given, values), .. Meant(selection.Entity, id, tags), .. limit.Select(Sql.Number)]);
    }

    public Change Delete(EntityDescriptor entity, string id, string[]? tags) =>
        new($"delete from {Sql.Name(entity.Table)} t where {MeantText(1, tags)} returning t.\"id\"", () => [.. Meant(entity, id, tags)]);

    private static HashSet<AttributeDescriptor> Large(Dictionary<AttributeDescriptor, object?> values) =>
        values.Where(pair => pair.Value is Content { IsText: true }).Select(pair => pair.Key).ToHashSet();

    private string Text(string kind, Selection selection, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large, Func<string> build)
    {
        var written = string.Join(' ', given.Select(attribute => (large.Contains(attribute) ? "~" : "") + attribute.Name));
        var shape = $"{kind} {selection.Entity.Name} {written}\n{selection.Shape}";
        if (statements.TryGetValue(shape, out var known)) return known;
        if (statements.Count >= Kept) statements.Clear();
        return statements[shape] = build();
    }

    private string InsertText(Selection selection, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large)
    {
        var written = Written(given, large);
        var columns = string.Join(", ", written.Select(one => Sql.Name(one.Column)));
        var places = string.Join(", ", written.Select(one => one.Place));
        var conditions = string.Join(" and ", References(written).Select(one => Stands(one.Attribute, one.Number, update: false)));
        var what = given.Length == 0 ? "default values"
            : $"({columns}) select {places}{(conditions.Length > 0 ? " where " : "")}{conditions}";
        return $"insert into {Sql.Name(selection.Entity.Table)} as t {what} returning {selection.Columns}";
    }

    private string UpdateText(Selection selection, AttributeDescriptor[] given, HashSet<AttributeDescriptor> large, string[]? tags)
    {
        var written = Written(given, large);
        var meant = MeantText(written.Count + 1, tags);
        var others = Room.Others(selection, given);
        if (others.Length > 0) meant += $" and {Room.Condition(selection, others, written.Count + (tags is null ? 2 : 3))}";
        if (given.Length == 0) return $"{selection.From} where {meant}";
        var changes = string.Join(", ", written.Select(one => $"{Sql.Name(one.Column)} = {(one.IsType ? Anew(one) : one.Place)}"));
        var conditions = References(written).Select(one => Stands(one.Attribute, one.Number, update: true)).Prepend(meant);
        return $"update {Sql.Name(selection.Entity.Table)} t set {changes} where {string.Join(" and ", conditions)} returning {selection.Columns}";
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

    private static IEnumerable<NpgsqlParameter> Parameters(AttributeDescriptor[] given, Dictionary<AttributeDescriptor, object?> values) =>
        given.SelectMany(attribute => attribute.IsFile ? Sql.Value(attribute, (GivenFile?)values[attribute]) : [Sql.Value(attribute, values[attribute])]);

    private static string MeantText(int number, string[]? tags) =>
        $"t.\"id\" = ${number}" + (tags is null ? "" : $" and t.\"xmin\"::text = any (${number + 1})");

    private static IEnumerable<NpgsqlParameter> Meant(EntityDescriptor entity, string id, string[]? tags)
    {
        yield return Sql.Identifier(entity, id);
        if (tags is not null) yield return Sql.Texts(tags);
    }
}
