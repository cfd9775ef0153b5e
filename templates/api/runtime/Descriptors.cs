// What the generated code says about an app: names, physical names, rules. Values only.
// Libraries compiled earlier refer to these types, so members are added and never renamed or renumbered.
using System;
using System.Collections.Generic;
using System.Linq;

namespace Odcpub.Runtime;

public enum AttributeType
{
    Text = 0, Integer = 1, LongInteger = 2, Decimal = 3, Currency = 4, Boolean = 5, Date = 6, Time = 7, DateTime = 8,
    Email = 9, PhoneNumber = 10, BinaryData = 11, Identifier = 12, Structure = 13,
}

/// <summary>An attribute. Numbers and defaults are canonical text; null means that nothing was said.</summary>
public sealed class AttributeDescriptor
{
    public string Name { get; init; } = "";
    public string Label { get; init; } = "";
    public string Column { get; init; } = "";
    public string Description { get; init; } = "";
    public AttributeType Type { get; init; }
    public bool Mandatory { get; init; }
    public int Length { get; init; } = -1;
    public int MinLength { get; init; } = -1;
    public int Digits { get; init; } = 28;
    public int Decimals { get; init; } = 8;
    public string? Minimum { get; init; }
    public string? Maximum { get; init; }
    public string? Pattern { get; init; }
    public string? Target { get; init; }
    public bool TargetStatic { get; init; }
    public string? Default { get; init; }
    public string? DefaultFunction { get; init; }
    /// <summary>A default that is computed for each new row, from the moment and the app's name to its text; and how the
    /// model writes it.</summary>
    public Func<DateTimeOffset, string, string?>? Computed { get; init; }
    public string? DefaultExpression { get; init; }
    /// <summary>Of Binary Data: the columns of the file's name and of its media type.</summary>
    public string NameColumn { get; init; } = "";
    public string TypeColumn { get; init; } = "";
    /// <summary>Of an action's list: makes it of its elements' values, <c>Elements.Of&lt;long?&gt;</c>. All else is told of the
    /// elements.</summary>
    public Func<IEnumerable<object?>, object>? List { get; init; }
    /// <summary>What a structure is; asked for when it is needed, since one may hold others.</summary>
    public Func<StructureDescriptor>? Structure { get; init; }

    /// <summary>Of a computed column: its SQL for a row of the table called t, instead of a column's.</summary>
    public string? Expression { get; init; }

    public bool IsFile => Type == AttributeType.BinaryData;
    public bool IsReference => Type == AttributeType.Identifier;
    /// <summary>A text without a limit, or with one that no piece of memory should have: read and written in pieces.</summary>
    public bool IsLarge => Type == AttributeType.Text && Length is < 0 or > 16_384;

    public bool IsText => Type is AttributeType.Text or AttributeType.Email or AttributeType.PhoneNumber;
}

/// <summary>A record of a static entity.</summary>
public sealed class RecordDescriptor(string id, string label, int order, bool isActive)
{
    public string Id { get; } = id;
    public string Label { get; } = label;
    public int Order { get; } = order;
    public bool IsActive { get; } = isActive;
}

/// <summary>An entity (a table), a static entity (a table that is only read) or, with Records, an enumeration.</summary>
public sealed class EntityDescriptor
{
    private static readonly AttributeDescriptor[] OfStatic =
    [
        new() { Name = "Label", Label = "Label", Column = "label", Type = AttributeType.Text },
        new() { Name = "Order", Label = "Order", Column = "order", Type = AttributeType.Integer },
        new() { Name = "Is_Active", Label = "Is active", Column = "is_active", Type = AttributeType.Boolean },
    ];

    private readonly AttributeDescriptor[] attributes = [];
    private Dictionary<string, AttributeDescriptor>? byName;

    public string Name { get; init; } = "";
    public string Label { get; init; } = "";
    public string Table { get; init; } = "";
    public string Display { get; init; } = "";
    public string Description { get; init; } = "";
    public bool Static { get; init; }
    public string[] Search { get; init; } = [];
    public RecordDescriptor[]? Records { get; init; }

    /// <summary>Lists with rows of their own, lists and details with buttons.</summary>
    public ScreenDescriptor[] Screens { get; init; } = [];

    /// <summary>The list of that name which has rows of its own, or buttons; null where there is none.</summary>
    public ScreenDescriptor? List(string? name) => Array.Find(Screens, screen => screen.Name == name && screen.Kind == ScreenKind.List);

    /// <summary>The records that this version has of a table which is only read. It may hold others: of a newer version,
    /// or offered no more.</summary>
    public RecordDescriptor[] Known { get; init; } = [];

    public AttributeDescriptor[] Attributes
    {
        get => Static ? OfStatic : attributes;
        init => attributes = value;
    }

    /// <summary>The attribute that stands for a row, null where its identifier does.</summary>
    public AttributeDescriptor? DisplayAttribute => Find(Static ? "Label" : Display);

    public AttributeDescriptor? Find(string name)
    {
        byName ??= Attributes.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal);
        return byName.GetValueOrDefault(name);
    }
}

/// <summary>A structure: its attributes, and how a value is made of theirs and taken apart, in their order.</summary>
public sealed class StructureDescriptor
{
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public AttributeDescriptor[] Attributes { get; init; } = [];
    public required Func<object?[], object> Make { get; init; }
    public required Func<object, object?[]> Parts { get; init; }
}

public enum ScreenKind { List = 0, Detail = 1, Part = 2 }

/// <summary>A list or detail screen, or a part of a dashboard, which has its number behind its name. Its SQL is that of a row of the entity's table, called t; its parameters are the
/// first of a statement.</summary>
public sealed class ScreenDescriptor
{
    public string Name { get; init; } = "";
    public ScreenKind Kind { get; init; }
    /// <summary>What is joined to the table, with a blank before it.</summary>
    public string Joins { get; init; } = "";
    /// <summary>The condition of its rows; null for all.</summary>
    public string? Where { get; init; }
    /// <summary>Columns by which an index may find its rows.</summary>
    public string[] Indexed { get; init; } = [];
    public string[] Search { get; init; } = [];
    public AttributeDescriptor[] Computed { get; init; } = [];
    /// <summary>The order until the user chooses another.</summary>
    public ListOrder[] Sort { get; init; } = [];
    /// <summary>By an action's name, whether its button is hidden or disabled for the row (these words); null where it is
    /// neither.</summary>
    public AttributeDescriptor[] States { get; init; } = [];
    public Func<Circumstances, Argument[]> Parameters { get; init; } = static at => [];
    /// <summary>How many parameters there are.</summary>
    public int Places { get; init; }
    public ButtonDescriptor[] Buttons { get; init; } = [];
    /// <summary>Of a short list: its columns, and how many rows it has at most.</summary>
    public string[] Fields { get; init; } = [];
    public int Maximum { get; init; }
    /// <summary>Of a number: what is computed of all rows.</summary>
    public AttributeDescriptor? Value { get; init; }
}

/// <summary>A button of a screen, which calls an action. Its SQL and parameters are like the screen's, of a statement of
/// its own; without a row they name no column.</summary>
public sealed class ButtonDescriptor
{
    public string Action { get; init; } = "";
    /// <summary>The input that gets the row's identifier, or those of the selected rows; empty for none.</summary>
    public string Row { get; init; } = "";
    public string Rows { get; init; } = "";
    /// <summary>The condition under which the action may be called; null for always.</summary>
    public string? Allowed { get; init; }
    /// <summary>Inputs that have their values from the screen.</summary>
    public AttributeDescriptor[] Given { get; init; } = [];
    /// <summary>What is known before the action is called: $visible, $enabled, $confirm.</summary>
    public AttributeDescriptor[] State { get; init; } = [];
    /// <summary>Inputs whose fields begin with a value.</summary>
    public AttributeDescriptor[] Asked { get; init; } = [];
    public string Joins { get; init; } = "";
    public Func<Circumstances, Argument[]> Parameters { get; init; } = static at => [];
    public int Places { get; init; }
    /// <summary>What the user is told afterwards, of the values of inputs and outputs.</summary>
    public Func<Circumstances, object?[], object?[], string?>? Message { get; init; }

    /// <summary>It is for one row, which its expressions name.</summary>
    public bool OfRow { get; init; }
}

/// <summary>A dashboard, and of each of its parts the entity whose descriptor has it.</summary>
public sealed class DashboardEntry(string name, params string[] parts)
{
    public string Name { get; } = name;
    public string[] Parts { get; } = parts;
}

/// <summary>Which entity's descriptor has a screen with buttons.</summary>
public sealed class ScreenEntry(string name, string entity)
{
    public string Name { get; } = name;
    public string Entity { get; } = entity;
}

/// <summary>What a list is sorted by: an attribute by its name, or what is computed.</summary>
public sealed class ListOrder(string attribute, bool descending)
{
    public ListOrder(AttributeDescriptor computed, bool descending) : this("", descending) => Computed = computed;

    public string Attribute { get; } = attribute;
    public AttributeDescriptor? Computed { get; }
    public bool Descending { get; } = descending;
}

/// <summary>Where an entity's descriptor is: looked up, and its assembly loaded, when first asked for.</summary>
public sealed class EntityEntry(string name, string table, string assembly, string type)
{
    public string Name { get; } = name;
    public string Table { get; } = table;
    public string Assembly { get; } = assembly;
    public string Type { get; } = type;
}

/// <summary>Where a server action's descriptor is, likewise: the type has a method DescribeAction. An action of a library is
/// called Library.Action. <paramref name="endpoint"/>: it can be called from outside.</summary>
public sealed class ActionEntry(string name, bool endpoint, string assembly, string type)
{
    public string Name { get; } = name;
    public bool Endpoint { get; } = endpoint;
    public string Assembly { get; } = assembly;
    public string Type { get; } = type;
}

/// <summary>A setting (or, by name only, a secret) of the app.</summary>
public sealed class SettingDescriptor(string name, AttributeType type, bool secret, string? defaultValue)
{
    public string Name { get; } = name;
    public AttributeType Type { get; } = type;
    public bool Secret { get; } = secret;
    public string? Default { get; } = defaultValue;
}

public sealed class AppDescriptor
{
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public SettingDescriptor[] Settings { get; init; } = [];
    public EntityEntry[] Entities { get; init; } = [];
    public ActionEntry[] Actions { get; init; } = [];
    public ScreenEntry[] Screens { get; init; } = [];
    public DashboardEntry[] Dashboards { get; init; } = [];
}
