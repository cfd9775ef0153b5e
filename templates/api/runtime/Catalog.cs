// Finds descriptors by an entity's name or table, loading the assembly of its unit when first needed.
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

    public Catalog(AppDescriptor app)
    {
        App = app;
        entries = app.Entities.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    public AppDescriptor App { get; }

    public IEnumerable<string> Names => entries.Keys;

    public EntityDescriptor? Find(string name)
    {
        if (descriptors.TryGetValue(name, out var known)) return known;
        if (!entries.TryGetValue(name, out var entry)) return null;
        return descriptors.GetOrAdd(name, Describe(entry));
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
        units.GetOrAdd(entry.Type, _ => Load(entry))(entry.Name)
        ?? throw new InvalidOperationException($"{entry.Assembly} does not describe {entry.Name}");

    // `dotnet build` puts everything into one assembly; a published app has one assembly a unit.
    private static Func<string, EntityDescriptor?> Load(EntityEntry entry)
    {
        var type = Assembly.GetEntryAssembly()?.GetType(entry.Type)
            ?? Assembly.Load(entry.Assembly).GetType(entry.Type, throwOnError: true)!;
        return type.GetMethod("Describe", BindingFlags.Public | BindingFlags.Static)!
            .CreateDelegate<Func<string, EntityDescriptor?>>();
    }
}
