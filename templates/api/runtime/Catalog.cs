// Finds descriptors by an entity's name or table, or an action's name, loading the assembly of its unit when first needed.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace Odcpub.Runtime;

public sealed class Catalog
{
    private readonly Dictionary<string, EntityEntry> entries;
    private readonly ConcurrentDictionary<string, EntityDescriptor> descriptors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Func<string, EntityDescriptor?>> units = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ActionEntry> actions;
    private readonly Dictionary<string, string> screens;
    private readonly ConcurrentDictionary<string, ActionDescriptor> describedActions = new(StringComparer.Ordinal);

    public Catalog(AppDescriptor app)
    {
        App = app;
        entries = app.Entities.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        actions = app.Actions.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        screens = app.Screens.ToDictionary(entry => entry.Name, entry => entry.Entity, StringComparer.Ordinal);
        Settings = app.Settings.ToDictionary(setting => setting.Name, Runtime.Settings.Value, StringComparer.Ordinal);
    }

    public AppDescriptor App { get; }

    /// <summary>The stage's values of the settings, each of its C# type.</summary>
    public IReadOnlyDictionary<string, object?> Settings { get; }

    public IEnumerable<string> Names => entries.Keys;

    /// <summary>The actions that can be called from outside.</summary>
    public IEnumerable<string> Endpoints => App.Actions.Where(entry => entry.Endpoint).Select(entry => entry.Name);

    public EntityDescriptor? Find(string name)
    {
        if (descriptors.TryGetValue(name, out var known)) return known;
        if (!entries.TryGetValue(name, out var entry)) return null;
        return descriptors.GetOrAdd(name, Describe(entry));
    }

    public ActionDescriptor? FindAction(string name)
    {
        if (describedActions.TryGetValue(name, out var known)) return known;
        if (!actions.TryGetValue(name, out var entry)) return null;
        return describedActions.GetOrAdd(name, Load<ActionDescriptor>(entry.Assembly, entry.Type, "DescribeAction")(name)
            ?? throw new InvalidOperationException($"{entry.Assembly} does not describe {name}"));
    }

    /// <summary>An action that can be called from outside.</summary>
    public ActionDescriptor? FindEndpoint(string name) => actions.TryGetValue(name, out var entry) && entry.Endpoint ? FindAction(name) : null;

    /// <summary>Whether there is an action of that name, be it one of screens alone.</summary>
    public bool HasAction(string name) => actions.ContainsKey(name);

    /// <summary>The button of a screen that calls an action, and the screen's entity; null where there is none.</summary>
    public (EntityDescriptor Entity, ButtonDescriptor Button)? Button(string screen, string action)
    {
        if (!screens.TryGetValue(screen, out var name) || Find(name) is not { } entity) return null;
        var buttons = Array.Find(entity.Screens, one => one.Name == screen)?.Buttons ?? [];
        return Array.Find(buttons, one => one.Action == action) is { } button ? (entity, button) : null;
    }

    /// <summary>The entity that attribute <paramref name="reference"/> refers to.</summary>
    public EntityDescriptor Target(AttributeDescriptor reference) =>
        Find(reference.Target!) ?? throw new InvalidOperationException($"{reference.Target} is not registered");

    public EntityDescriptor? FindByTable(string table)
    {
        var entry = App.Entities.FirstOrDefault(candidate => candidate.Table == table);
        return entry is null ? null : Find(entry.Name);
    }

    private EntityDescriptor Describe(EntityEntry entry) =>
        units.GetOrAdd(entry.Type, _ => Load<EntityDescriptor>(entry.Assembly, entry.Type, "Describe"))(entry.Name)
        ?? throw new InvalidOperationException($"{entry.Assembly} does not describe {entry.Name}");

    // `dotnet build` puts everything into one assembly; a published app has one assembly a unit.
    private static Func<string, T?> Load<T>(string assembly, string name, string method)
    {
        var type = Assembly.GetEntryAssembly()?.GetType(name) ?? Assembly.Load(assembly).GetType(name, throwOnError: true)!;
        return type.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.CreateDelegate<Func<string, T?>>();
    }
}
