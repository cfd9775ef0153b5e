// What the parameters of a screen's statements are computed of: one moment, the app, its settings.
using System;

namespace Odcpub.Runtime;

public sealed class Circumstances(Catalog catalog, DateTimeOffset? now = null)
{
    public DateTimeOffset Now { get; } = now ?? Values.Now();

    /// <summary>The app's name.</summary>
    public string App => catalog.App.Name;

    /// <summary>The stage's value of a setting, of its nullable C# type.</summary>
    public T Setting<T>(string name) => (T)catalog.Settings[name]!;
}
