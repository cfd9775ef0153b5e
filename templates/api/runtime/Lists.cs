// The statements of lists: a count that reads what is counted and no more, and a page that looks labels up for its own
// rows alone. A statement depends on what is asked for, not on the values, and is kept by that.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Npgsql;

namespace Odcpub.Runtime;

/// <summary>Both take the same parameters; the page one more, how many rows it leaves out, where it isn't the first.</summary>
public sealed record ListStatement(string Count, string Page, Selection Selection);

public sealed class Lists(Catalog catalog)
{
    // What is asked for by hand varies without end; people and pages ask for the same again and again.
    private const int Kept = 2_000;
    private readonly ConcurrentDictionary<string, ListStatement> statements = new(StringComparer.Ordinal);

    public ListStatement Statement(ListRequest request)
    {
        var shape = Shape(request);
        if (statements.TryGetValue(shape, out var known)) return known;
        if (statements.Count >= Kept) statements.Clear();
        return statements[shape] = Build(request);
    }

    /// <summary>What the conditions of the statement need, in their order.</summary>
    public List<NpgsqlParameter> Parameters(ListRequest request, Circumstances circumstances)
    {
        var found = new List<NpgsqlParameter>();
        if (request.Screen is { } screen) found.AddRange(screen.Parameters(circumstances).Select(argument => argument.Parameter));
        foreach (var (attribute, value) in request.Filters)
        {
            if (attribute is null) found.Add(Sql.Identifier(request.Entity, (string)value!));
            else if (value is not null) found.Add(Sql.Value(attribute, value));
        }
        if (request.Search.Length == 0) return found;
        var escaped = request.Search.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
        found.Add(Sql.Text($"%{escaped}%"));
        foreach (var attribute in Searched(request))
        {
            if (Records(attribute) is not { } records) continue;
            var meant = records.Where(record => record.Label.Contains(request.Search, StringComparison.OrdinalIgnoreCase));
            found.Add(Sql.Texts(meant.Select(record => record.Id).ToArray()));
        }
        return found;
    }

    private static string Shape(ListRequest request)
    {
        var text = new StringBuilder(request.Entity.Name, 128).Append(' ').Append(request.Screen?.Name);
        text.Append('\n').Append(request.Labels ? 'l' : 'r').Append(request.Search.Length > 0 ? 's' : '-');
        text.Append(request.Offset > 0 ? 'o' : '-').Append(CultureInfo.InvariantCulture, $"{request.Size},{request.Cut}");
        foreach (var attribute in request.Fields ?? []) text.Append('\n').Append(attribute.Name);
        text.Append(request.Fields is null ? "\n*" : "\n.");
        foreach (var (attribute, value) in request.Filters) text.Append(value is null ? "\n0" : "\n=").Append(attribute?.Name ?? "Id");
        foreach (var (attribute, descending) in request.Sort) text.Append(descending ? "\n-" : "\n+").Append(attribute?.Name ?? "Id");
        return text.ToString();
    }

    private ListStatement Build(ListRequest request)
    {
        var entity = request.Entity;
        var selection = new Selection(catalog, entity, request.Fields ?? request.All, request.Cut, request.Screen?.States);
        var columns = request.Labels ? Selection.Labels(entity) : selection.Columns;
        var (where, next) = Where(request);
        var (order, sorted) = Order(request);
        var (table, joins) = (Sql.Name(entity.Table), request.Screen?.Joins ?? "");
        var from = $"from {table} t{joins}{sorted}{where} order by {order} limit {request.Size.ToString(CultureInfo.InvariantCulture)}";
        // Rows that are left out cost no more than finding them: of the others, the identifiers come first.
        var page = request.Offset == 0 ? $"select {columns} {from}"
            : $"select {columns} from unnest(array(select t.\"id\" {from} offset ${next})) with ordinality p(id, place) "
              + $"join {table} t on t.\"id\" = p.id{joins} order by p.place";
        return new ListStatement($"select count(*) from {table} t{joins}{where}", page, selection);
    }

    private (string Text, int Next) Where(ListRequest request)
    {
        var conditions = new List<string>();
        var next = 1 + (request.Screen?.Places ?? 0);
        if (request.Screen?.Where is { } own) conditions.Add($"({own})");
        foreach (var (attribute, value) in request.Filters)
        {
            if (attribute is null) conditions.Add($"t.\"id\" = ${next++}");
            else if (value is null) conditions.Add($"t.{Sql.Name(attribute.Column)} is null");
            else conditions.Add($"t.{Sql.Name(attribute.Column)} = {Sql.Place(next++, attribute)}");
        }
        if (request.Labels && request.Entity.Static) conditions.Add("t.\"is_active\"");
        if (request.Search.Length > 0)
        {
            var pattern = $"${next++}";
            var parts = new List<string>();
            foreach (var attribute in Searched(request)) parts.Add(Matches(attribute, pattern, ref next));
            if (parts.Count == 0) parts.Add($"t.\"id\"::text ilike {pattern}");
            conditions.Add($"({string.Join(" or ", parts)})");
        }
        return (conditions.Count == 0 ? "" : " where " + string.Join(" and ", conditions), next);
    }

    private static AttributeDescriptor[] Searched(ListRequest request) => Searched(request, request.Screen?.Search ?? request.Entity.Search);

    private static AttributeDescriptor[] Searched(ListRequest request, string[] search) =>
        request.Labels || search.Length == 0
            ? request.Entity.DisplayAttribute is { } display ? [display] : []
            : search.Select(request.Entity.Find).OfType<AttributeDescriptor>().Where(a => !a.IsFile).ToArray();

    private string Matches(AttributeDescriptor attribute, string pattern, ref int next)
    {
        var column = $"t.{Sql.Name(attribute.Column)}";
        if (Records(attribute) is not null) return $"{column} = any (${next++})";
        if (!attribute.IsReference || catalog.Target(attribute).DisplayAttribute is not { } display) return $"{column}::text ilike {pattern}";
        var target = Sql.Name(catalog.Target(attribute).Table);
        return $"{column} in (select r.\"id\" from {target} r where r.{Sql.Name(display.Column)}::text ilike {pattern})";
    }

    private RecordDescriptor[]? Records(AttributeDescriptor attribute) => attribute.IsReference ? catalog.Target(attribute).Records : null;

    // What people sort by is what they see: of a reference its label, which is joined where it is sorted by.
    private (string Text, string Joins) Order(ListRequest request)
    {
        var (parts, joins) = (new List<string>(), new StringBuilder());
        var sort = request.Sort.Count > 0 ? request.Sort : request.Screen is { } screen ? Usual(request.Entity, screen) : Usual(request.Entity, request.Labels);
        foreach (var (attribute, descending) in sort)
        {
            var (expression, text, always) = ("t.\"id\"", false, true);
            if (attribute is not null) (expression, text, always) = Sorted(attribute, joins);
            var direction = !descending ? "" : always ? " desc" : " desc nulls last"; // rising, nulls are last anyway
            if (text) parts.Add($"lower({expression}){direction}");
            parts.Add(expression + direction);
        }
        if (sort.All(part => part.Attribute is not null)) parts.Add("t.\"id\"");
        return (string.Join(", ", parts), joins.ToString());
    }

    // The expression, whether it is a text, whether it always has a value.
    private (string, bool, bool) Sorted(AttributeDescriptor attribute, StringBuilder joins)
    {
        var column = Sql.Column(attribute);
        var target = attribute.IsReference ? catalog.Target(attribute) : null;
        if (target is not { Records: null, DisplayAttribute: { } display })
            return (column, attribute.IsText || attribute.TargetStatic, attribute.Mandatory);
        var alias = $"s{joins.Length}";
        joins.Append($" left join {Sql.Name(target.Table)} {alias} on {alias}.\"id\" = {column}");
        return ($"{alias}.{Sql.Name(display.Column)}", display.IsText, attribute.Mandatory && display.Mandatory);
    }

    private static List<(AttributeDescriptor? Attribute, bool Descending)> Usual(EntityDescriptor entity, ScreenDescriptor screen) =>
        screen.Sort.Select(order => (order.Computed ?? entity.Find(order.Attribute), order.Descending)).ToList();

    private static List<(AttributeDescriptor? Attribute, bool Descending)> Usual(EntityDescriptor entity, bool labels)
    {
        if (entity.Static) return [(entity.Find("Order"), false)];
        return labels && entity.DisplayAttribute is { IsFile: false } display ? [(display, false)] : [];
    }
}
