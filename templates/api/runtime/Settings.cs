// The environment of this process, read once at start. Secrets are never written anywhere.
using System;
using System.Globalization;
using System.Linq;

namespace Odcpub.Runtime;

public sealed class Settings
{
    public string Database { get; } = Read("ODCPUB_DATABASE");
    public string Pooling { get; } = OneOf("ODCPUB_DATABASE_POOLING", "none", "session", "transaction");

    // Texts (PEM): who may have signed the database's certificate, and the app's own for a database that asks for one.
    public string DatabaseAuthority { get; } = Read("ODCPUB_DATABASE_AUTHORITY");
    public string DatabaseCertificate { get; } = Read("ODCPUB_DATABASE_CERTIFICATE");
    public string DatabaseKey { get; } = Read("ODCPUB_DATABASE_KEY");

    public string Schema { get; } = Read("ODCPUB_SCHEMA");
    public string Stage { get; } = Read("ODCPUB_STAGE");
    public string Revision { get; } = Read("ODCPUB_REVISION");
    public int Port { get; } = Number("ODCPUB_PORT", 8080);
    public int ListenDescriptor { get; } = Number("ODCPUB_LISTEN_FD", -1);
    public int PrivateDescriptor { get; } = Number("ODCPUB_PRIVATE_FD", -1);

    /// <summary>The host names that the app answers to; none: to all.</summary>
    public string[] Hosts { get; } = Read("ODCPUB_HOSTS").Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The names of the settings and secrets that were found, for the first log line. No values: a setting of
    /// today can be a secret tomorrow, and a log is kept.</summary>
    public static string Summary(AppDescriptor app) =>
        $"settings: {Found(app, false, "ODC_SETTING_")}; secrets: {Found(app, true, "ODC_SECRET_")}";

    /// <summary>The stage's value of a setting or secret, else its default, of its C# type; null for none.</summary>
    public static object? Value(SettingDescriptor setting)
    {
        var name = (setting.Secret ? "ODC_SECRET_" : "ODC_SETTING_") + setting.Name;
        var attribute = new AttributeDescriptor { Name = name, Label = name, Type = setting.Type };
        var text = Environment.GetEnvironmentVariable(name) ?? setting.Default ?? "";
        if (Values.ReadText(attribute, text, out var value) is null) return ActionValues.Typed(attribute, value);
        throw new InvalidOperationException($"{name}: is not a value of its type");
    }

    private static string Found(AppDescriptor app, bool secret, string prefix) => string.Join(", ", app.Settings
        .Where(setting => setting.Secret == secret && Environment.GetEnvironmentVariable(prefix + setting.Name) is not null)
        .Select(setting => setting.Name));

    private static string Read(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    /// <summary>One of the values, the first unless set.</summary>
    private static string OneOf(string name, params string[] values)
    {
        var text = Read(name);
        if (text.Length == 0) return values[0];
        return values.Contains(text) ? text : throw new InvalidOperationException($"{name}: must be {string.Join(", ", values)}");
    }

    private static int Number(string name, int fallback)
    {
        var text = Read(name);
        if (text.Length == 0) return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        throw new InvalidOperationException($"{name}: {text} is not a number");
    }
}
