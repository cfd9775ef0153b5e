// The query of a list: search, sort, filters and page, read strictly; every mistake at once.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.AspNetCore.Http;

namespace Odcpub.Runtime;

public sealed class ListRequest
{
    private const int LargestSize = 200;
    private const int LongestSearch = 200;
    private const int LongestCut = 10_000;

    // A reference is joined for its label: the database plans no more of them than it can at once.
    private const int MostSorted = 8;
    private static readonly string[] Known = ["search", "sort", "page", "size", "labels", "fields", "cut"];
    private readonly Dictionary<string, List<string>> errors = new(StringComparer.Ordinal);
    private readonly EntityDescriptor entity;

    public ListRequest(EntityDescriptor entity, IQueryCollection query)
    {
        this.entity = entity;
        if (query.TryGetValue("screen", out var screen) && screen.Count == 1) Screen = entity.List(screen[0]);
        foreach (var (name, values) in query)
        {
            if (values.Count > 1) Refuse(name, $"{name} is given twice.");
            else Read(name, values[0] ?? "");
        }
        if (Labels && Fields is not null) Refuse("fields", "Labels have no fields: ask for one or the other.");
        if (Labels && Screen is not null) Refuse("screen", "Labels are of no screen: ask for one or the other.");
        if (errors.Count > 0) throw Problem.Refused(errors, 400);
    }

    /// <summary>The short list of a dashboard.</summary>
    public ListRequest(EntityDescriptor entity, ScreenDescriptor part, int cut)
    {
        (this.entity, Screen, Size, Cut) = (entity, part, part.Maximum, cut);
        Fields = All.Where(attribute => part.Fields.Contains(attribute.Name, StringComparer.Ordinal)).ToArray();
    }

    /// <summary>Of a single row: which attributes, and where texts are cut. Null where it is meant whole.</summary>
    public static ListRequest? OfRow(EntityDescriptor entity, IQueryCollection query)
    {
        var given = query.Where(pair => pair.Key is "fields" or "cut").ToDictionary(pair => pair.Key, pair => pair.Value);
        return given.Count == 0 ? null : new ListRequest(entity, new QueryCollection(given));
    }

    public EntityDescriptor Entity => entity;

    /// <summary>The list whose rows are asked for; null for those of the entity.</summary>
    public ScreenDescriptor? Screen { get; }

    public string Search { get; private set; } = "";
    public bool Labels { get; private set; }
    public int Page { get; private set; } = 1;
    public int Size { get; private set; } = 25;

    /// <summary>How many rows come before the page.</summary>
    public long Offset => (Page - 1L) * Size;

    /// <summary>Attributes that are asked for, in the model's order, computed ones last; null for all.</summary>
    public AttributeDescriptor[]? Fields { get; private set; }

    /// <summary>Texts are cut after so many characters; 0: never.</summary>
    public int Cut { get; private set; }

    /// <summary>Attributes to sort by, null for the identifier.</summary>
    public List<(AttributeDescriptor? Attribute, bool Descending)> Sort { get; } = [];

    /// <summary>Attributes (null for the identifier) and their values in canonical form.</summary>
    public List<(AttributeDescriptor? Attribute, object? Value)> Filters { get; } = [];

    private void Read(string name, string value)
    {
        if (value.Contains('\0')) Refuse(name, $"{name} holds a character that can't be searched for (NUL).");
        else if (name.StartsWith("filter.", StringComparison.Ordinal)) Filter(name, name["filter.".Length..], value);
        else if (name == "search" && value.Length <= LongestSearch) Search = value;
        else if (name == "search") Refuse(name, $"Search for {LongestSearch} characters at most.");
        else if (name == "sort") Order(value);
        else if (name == "page") Page = Number(name, value, 1_000_000_000);
        else if (name == "size") Size = Number(name, value, LargestSize);
        else if (name == "fields") Choose(value);
        else if (name == "screen" && entity.Screens.Any(one => one.Kind == ScreenKind.List)) Show(value);
        else if (name == "cut") Cut = Number(name, value, LongestCut);
        else if (name == "labels" && value is "true" or "false") Labels = value == "true";
        else if (name == "labels") Refuse(name, "labels must be true or false.");
        else Refuse(name, $"There is no parameter {name}.{Words.Suggestion(name, Known)}");
    }

    private int Number(string name, string value, int largest)
    {
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= largest) return number;
        Refuse(name, $"{name} must be between 1 and {largest}.");
        return 1;
    }

    private void Choose(string value)
    {
        var names = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
            if (name != "Id" && Find(name) is null) Refuse("fields", Unknown(name));
        Fields = All.Where(attribute => names.Contains(attribute.Name, StringComparer.Ordinal)).ToArray();
    }

    private void Order(string value)
    {
        if (value.Length == 0) return;
        var parts = value.Split(',', MostSorted + 1);
        if (parts.Length > MostSorted)
        {
            Refuse("sort", $"Sort by {MostSorted} attributes at most.");
            return;
        }
        foreach (var part in parts)
        {
            var descending = part.StartsWith('-');
            var name = descending ? part[1..] : part;
            var attribute = Find(name);
            if (attribute is null && name != "Id") Refuse("sort", Unknown(name));
            else if (attribute is { IsFile: true }) Refuse("sort", $"{name} can't be sorted by.");
            else if (Sort.Any(one => one.Attribute == attribute)) Refuse("sort", $"{name} is given twice.");
            else Sort.Add((attribute, descending));
        }
    }

    private void Filter(string parameter, string name, string value)
    {
        var attribute = Find(name);
        if (name == "Id")
        {
            if (entity.Static || long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) Filters.Add((null, value));
            else Refuse(parameter, "Id must be an identifier.");
        }
        else if (attribute is null) Refuse(parameter, Unknown(name));
        else if (attribute.Expression is not null) Refuse(parameter, $"{name} is computed, and can't be filtered by.");
        else if (value.Length == 0) Filters.Add((attribute, null));
        else if (attribute.IsFile) Refuse(parameter, $"{name} can't be filtered by.");
        else if (Values.ReadText(Loose(attribute), value, out var canonical) is { } sentence) Refuse(parameter, sentence);
        else Filters.Add((attribute, canonical));
    }

    // Only the form counts: a value outside today's rules may well stand in an older row.
    private static AttributeDescriptor Loose(AttributeDescriptor attribute) => new()
    {
        Name = attribute.Name, Label = attribute.Label, Target = attribute.Target, TargetStatic = attribute.TargetStatic,
        Type = attribute.IsText ? AttributeType.Text : attribute.Type, Digits = 1000, Decimals = 500,
    };

    private string Unknown(string name) =>
        $"{entity.Name} has no attribute {name}.{Words.Suggestion(name, All.Select(attribute => attribute.Name))}";

    /// <summary>What a row has: its attributes, then what its screen computes.</summary>
    public AttributeDescriptor[] All => Screen is null ? entity.Attributes : [.. entity.Attributes, .. Screen.Computed];

    private AttributeDescriptor? Find(string name) => entity.Find(name) ?? Array.Find(Screen?.Computed ?? [], one => one.Name == name);

    private void Show(string name)
    {
        if (Screen is not null) return;
        var lists = entity.Screens.Where(one => one.Kind == ScreenKind.List).Select(list => list.Name);
        Refuse("screen", $"{entity.Name} has no list {name} with rows of its own.{Words.Suggestion(name, lists)}");
    }

    private void Refuse(string name, string sentence)
    {
        if (!errors.TryGetValue(name, out var sentences)) errors[name] = sentences = [];
        sentences.Add(sentence);
    }
}
