// The compile server: Roslyn in one warm process.
//
// Standard input and output carry one JSON object a line. The first line sets up:
//   {"references": ["/path/System.Runtime.dll", ...]}            -> {"ready": "<Roslyn version>"}
// Every further line is a request:
//   {"assemblies": [{"name", "executable", "sources": [{"path", "text"}], "references": ["Name", ...]}],
//    "given": {"Name": "<base64>"}, "strict": false}
//   -> {"images": {"Name": "<base64>"}, "diagnostics": [{"assembly", "path", "line", "column", "origin", "originLine", "id",
//   "message"}]}, where "origin" is what #line says,
//   or {"failure": "..."} when the request itself cannot be carried out.
// Assemblies of one request are compiled as soon as those they refer to are; one whose reference failed is left out,
// since its own errors would only repeat the first. Where "strict" is true, every warning is an error. The end of
// standard input ends the process, also amid a compile.
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

internal sealed record Unit(string Name, bool Executable, (string Path, string Text)[] Sources, string[] References);

internal sealed record Finding(string Assembly, FileLinePositionSpan At, FileLinePositionSpan Origin, string Id, string Message);

internal sealed record Outcome(byte[]? Image, IReadOnlyList<Finding> Findings);

/// <summary>Compiles units against the framework's references and one another.</summary>
internal sealed class Compiler
{
    // Emptied when full, so that a long-lived server does not keep every image it ever made.
    private const int KeptImages = 256;
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp12, DocumentationMode.None);
    // A library that was compiled against an earlier framework: no project warns of it.
    private static readonly Dictionary<string, ReportDiagnostic> Unified =
        new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };
    private readonly ImmutableArray<MetadataReference> _framework;
    private readonly ConcurrentDictionary<string, MetadataReference> _images = new();

    public Compiler(IEnumerable<string> references) =>
        _framework = references.AsParallel().AsOrdered().Select(FromFile).ToImmutableArray();

    public async Task<Dictionary<string, Outcome>> Compile(
        Unit[] units, Dictionary<string, byte[]> given, bool strict = false)
    {
        var byName = units.ToDictionary(unit => unit.Name);
        var started = new Dictionary<string, Task<Outcome>>();
        foreach (var unit in units) Start(unit);
        await Task.WhenAll(started.Values);
        return started.ToDictionary(pair => pair.Key, pair => pair.Value.Result);

        Task<Outcome> Start(Unit unit)
        {
            if (started.TryGetValue(unit.Name, out var running)) return running;
            var needs = unit.References.Where(byName.ContainsKey).Select(name => Start(byName[name])).ToArray();
            return started[unit.Name] = Task.Run(async () =>
            {
                var made = await Task.WhenAll(needs);
                if (made.Any(outcome => outcome.Image is null)) return new Outcome(null, Array.Empty<Finding>());
                var own = unit.References.Where(name => !byName.ContainsKey(name)).Select(name => given[name]);
                return Emit(unit, made.Select(outcome => outcome.Image!).Concat(own), strict);
            });
        }
    }

    private Outcome Emit(Unit unit, IEnumerable<byte[]> images, bool strict)
    {
        var trees = unit.Sources.AsParallel().AsOrdered().Select(source => CSharpSyntaxTree.ParseText(
            SourceText.From(source.Text, Encoding.UTF8, SourceHashAlgorithm.Sha256), Parse, source.Path)).ToArray();
        var options = new CSharpCompilationOptions(
            unit.Executable ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            deterministic: true,
            nullableContextOptions: NullableContextOptions.Enable,
            assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default);
        if (strict)
            options = options.WithGeneralDiagnosticOption(ReportDiagnostic.Error).WithWarningLevel(int.MaxValue)
                .WithSpecificDiagnosticOptions(Unified);
        var compilation = CSharpCompilation.Create(
            unit.Name, trees, _framework.Concat(images.Select(FromImage)), options);
        using var image = new MemoryStream();
        // What was printed of a model's lines says so when it fails.
        var mapped = unit.Sources.Any(source => source.Text.Contains("\n#line ", StringComparison.Ordinal));
        var emitted = mapped ? new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded) : new EmitOptions();
        var result = compilation.Emit(image, options: emitted);
        var findings = result.Diagnostics.Where(one => one.Severity == DiagnosticSeverity.Error)
            .Select(one => Describe(unit.Name, one)).ToArray();
        return new Outcome(result.Success ? image.ToArray() : null, findings);
    }

    private static Finding Describe(string assembly, Diagnostic one) => new(assembly, one.Location.GetLineSpan(),
        one.Location.GetMappedLineSpan(), one.Id, one.GetMessage(System.Globalization.CultureInfo.InvariantCulture));

    // Metadata only: method bodies are never needed and are most of a file.
    private static MetadataReference FromFile(string path)
    {
        var module = ModuleMetadata.CreateFromStream(File.OpenRead(path), PEStreamOptions.PrefetchMetadata);
        return AssemblyMetadata.Create(module).GetReference(filePath: path);
    }

    private MetadataReference FromImage(byte[] image)
    {
        if (_images.Count > KeptImages) _images.Clear();
        var key = Convert.ToHexString(SHA256.HashData(image));
        return _images.GetOrAdd(key, _ => MetadataReference.CreateFromImage(image));
    }
}

internal static class Program
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private static int Main()
    {
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false), false, 1 << 16);
        using var output = Console.OpenStandardOutput();
        var setup = input.ReadLine();
        if (setup is null) return 0;
        Compiler compiler;
        using (var message = JsonDocument.Parse(setup))
            compiler = new Compiler(
                message.RootElement.GetProperty("references").EnumerateArray().Select(Text).ToArray());
        var version = typeof(Compilation).Assembly.GetName().Version!.ToString();
        Write(output, writer => writer.WriteString("ready", version));
        // Answers are written elsewhere, so that this loop sees the end of the input even while a compile runs.
        var tidy = new Timer(_ => GC.Collect(2, GCCollectionMode.Aggressive, true, true));
        tidy.Change(Idle, Timeout.InfiniteTimeSpan);
        _ = Task.Run(() => WarmUp(compiler));
        var last = Task.CompletedTask;
        for (string? line; (line = input.ReadLine()) is not null;)
        {
            var request = line;
            tidy.Change(Timeout.Infinite, Timeout.Infinite);
            last = last.ContinueWith(_ =>
            {
                Answer(compiler, request, output);
                tidy.Change(Idle, Timeout.InfiniteTimeSpan);
            }, TaskScheduler.Default);
        }
        Environment.Exit(0);
        return 0;
    }

    private static void Answer(Compiler compiler, string request, Stream output)
    {
        try
        {
            var (units, given, strict) = Read(request);
            var outcomes = compiler.Compile(units, given, strict).GetAwaiter().GetResult();
            Write(output, writer => WriteOutcomes(writer, units, outcomes));
        }
        catch (Exception error)
        {
            Write(output, writer => writer.WriteString("failure", $"{error.GetType().Name}: {error.Message}"));
        }
    }

    private static (Unit[], Dictionary<string, byte[]>, bool) Read(string request)
    {
        using var message = JsonDocument.Parse(request);
        var units = message.RootElement.GetProperty("assemblies").EnumerateArray().Select(one => new Unit(
            Text(one.GetProperty("name")),
            one.GetProperty("executable").GetBoolean(),
            one.GetProperty("sources").EnumerateArray()
                .Select(source => (Text(source.GetProperty("path")), Text(source.GetProperty("text")))).ToArray(),
            one.GetProperty("references").EnumerateArray().Select(Text).ToArray())).ToArray();
        var given = message.RootElement.GetProperty("given").EnumerateObject()
            .ToDictionary(one => one.Name, one => one.Value.GetBytesFromBase64());
        return (units, given, message.RootElement.GetProperty("strict").GetBoolean());
    }

    private static void WriteOutcomes(Utf8JsonWriter writer, Unit[] units, Dictionary<string, Outcome> outcomes)
    {
        writer.WriteStartObject("images");
        foreach (var unit in units)
            if (outcomes[unit.Name].Image is { } image) writer.WriteBase64String(unit.Name, image);
        writer.WriteEndObject();
        writer.WriteStartArray("diagnostics");
        foreach (var finding in units.SelectMany(unit => outcomes[unit.Name].Findings))
        {
            writer.WriteStartObject();
            writer.WriteString("assembly", finding.Assembly);
            var (known, start) = (finding.At.IsValid, finding.At.StartLinePosition);
            writer.WriteString("path", known ? finding.At.Path : "");
            writer.WriteNumber("line", known ? start.Line + 1 : 0);
            writer.WriteNumber("column", known ? start.Character + 1 : 0);
            writer.WriteString("origin", finding.Origin.HasMappedPath ? finding.Origin.Path : "");
            writer.WriteNumber("originLine", finding.Origin.HasMappedPath ? finding.Origin.StartLinePosition.Line + 1 : 0);
            writer.WriteString("id", finding.Id);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Write(Stream output, Action<Utf8JsonWriter> body)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        lock (output)
        {
            buffer.WriteTo(output);
            output.Flush();
        }
    }

    private static string Text(JsonElement element) => element.GetString()!;

    // Loads and compiles what nearly every request needs, so that the first one is as quick as the later ones.
    private static void WarmUp(Compiler compiler)
    {
        const string sample = """
            using System; using System.Collections.Generic; using System.Linq; using System.Text.Json;
            using System.Threading.Tasks; using Microsoft.AspNetCore.Builder; using Microsoft.AspNetCore.Http;
            public sealed class Item
            {
                public long Id { get; set; } public string? Name { get; set; } public decimal? Fee { get; init; }
            }
            public static class Sample
            {
                private static readonly Lazy<IReadOnlyList<Item>> Items =
                    new(() => new[] { new Item { Id = 1, Name = "a" } });
                public static async Task Main(string[] args)
                {
                    var app = WebApplication.CreateSlimBuilder(args).Build();
                    app.MapGet("/{id}", (RequestDelegate)(async context =>
                    {
                        var found = Items.Value
                            .Where(item => item.Id > 0 && item.Name is { Length: > 0 } name).ToList();
                        foreach (var item in found)
                            await context.Response.WriteAsync($"{item.Id:N0} {item.Name ?? "?"}");
                        await context.Response.WriteAsync(JsonSerializer.Serialize(found));
                    }));
                    try { await app.RunAsync(); } catch (OperationCanceledException) { throw; }
                }
            }
            """;
        var unit = new Unit("Warm", true, new[] { ("Warm.cs", sample) }, Array.Empty<string>());
        compiler.Compile(new[] { unit }, new()).Wait();
    }
}
