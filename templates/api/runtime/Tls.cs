// TLS to the database. What is checked is checked here: the versions of Npgsql differ in it, and none tells what is
// wrong with a certificate. The modes of the connection string mean what libpq's mean.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Npgsql;

namespace Odcpub.Runtime;

public sealed class Tls
{
    private readonly SslMode mode;
    private readonly X509Certificate2Collection authorities = [];
    private readonly SslStreamCertificateContext? own;
    private readonly int port;
    private readonly string who;
    private volatile string host = "";
    // Of the last handshakes; connections are opened side by side, so one that begins forgets nothing.
    private volatile string? refusal;

    /// <summary>Takes over what the connection string says about checking certificates.</summary>
    public Tls(Settings settings, NpgsqlConnectionStringBuilder connection)
    {
        mode = connection.SslMode;
        port = connection.Port;
        who = settings.Pooling == "none" ? "the server" : "the pooler";
        var (text, file) = (settings.DatabaseAuthority, connection.RootCertificate);
        if (text.Length > 0) Trust("ODCPUB_DATABASE_AUTHORITY", () => text);
        if (!string.IsNullOrEmpty(file)) Trust(file, () => File.ReadAllText(file));
        if (mode == SslMode.VerifyCA && authorities.Count == 0)
            throw new InvalidOperationException("ODCPUB_DATABASE_AUTHORITY: is needed by SSL Mode=VerifyCA: anybody can have a certificate of a public authority");
        own = Own(settings);
        // Npgsql 10, and it alone, would try GSSAPI first, which isn't there, and connect a second time.
        if (connection.ContainsKey("GSS Encryption Mode")) connection["GSS Encryption Mode"] = "Disable";
        if (!Checks) return;
        // With modes that check, Npgsql allows no check but its own.
        connection.SslMode = SslMode.Require;
        connection.RootCertificate = null;
    }

    private bool Checks => mode is SslMode.VerifyCA or SslMode.VerifyFull;

    public void Secure(NpgsqlSlimDataSourceBuilder builder)
    {
        if (mode == SslMode.Disable) return;
        builder.EnableTransportSecurity();
        builder.UseSslClientAuthenticationOptionsCallback(Prepare);
    }

    /// <summary>What a failed connection means where TLS is the reason, else null.</summary>
    public async Task<string?> Explain(Exception error)
    {
        if (error.InnerException is AuthenticationException && refusal is { } reason) return reason;
        if (error is PostgresException { SqlState: "28000" } asked && asked.MessageText.Contains("client certificate", StringComparison.Ordinal))
            return $"{who} asks for a client certificate";
        if (error.Message.StartsWith("SSL connection requested", StringComparison.Ordinal)) return $"{who} does not offer TLS";
        if (Alert(error.InnerException) is { } meaning) return meaning;
        var broken = host.Length > 0 && error is NpgsqlException { InnerException: IOException };
        return broken ? Alert(await Handshake.Failure(host, port, Prepare)) : null;
    }

    /// <summary>What the server says of the client's certificate: it comes as an alert, in the handshake or after.</summary>
    private string? Alert(Exception? error)
    {
        while (error?.InnerException is { } deeper) error = deeper;
        var meaning = Alerts.FirstOrDefault(alert => error?.Message.Contains(alert.Sign, StringComparison.OrdinalIgnoreCase) == true).Meaning;
        return meaning?.Replace("the server", who, StringComparison.Ordinal);
    }

    private static readonly (string Sign, string Meaning)[] Alerts =
    [
        ("certificate required", "the server asks for a client certificate"),
        ("alert unknown ca", "the server does not know the authority of the client certificate"),
        ("alert certificate expired", "the client certificate has expired"),
        ("alert bad certificate", "the server does not take the client certificate"),
    ];

    private void Prepare(SslClientAuthenticationOptions options)
    {
        host = options.TargetHost ?? "";
        if (own is not null)
        {
            options.ClientCertificates = null;
            options.ClientCertificateContext = own;
        }
        if (!Checks) return;
        // Nothing is fetched: neither certificates that are missing nor lists of revoked ones.
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            TrustMode = authorities.Count > 0 ? X509ChainTrustMode.CustomRootTrust : X509ChainTrustMode.System,
        };
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        options.RemoteCertificateValidationCallback = Check;
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (mode == SslMode.VerifyCA) errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        var right = errors == SslPolicyErrors.None;
        refusal = right ? null : $"certificate of {host}: {Wrong(certificate as X509Certificate2, chain, errors)}";
        return right;
    }

    private string Wrong(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return $"{who} has none";
        var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if ((flags & (X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot)) != 0) return "unknown authority";
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid)) return NotNow(certificate);
        if (errors == SslPolicyErrors.RemoteCertificateNameMismatch) return $"is for {Names(certificate)}, not for {host}";
        return chain?.ChainStatus.Select(one => one.StatusInformation.Trim()).FirstOrDefault() ?? "unknown authority";
    }

    private static string NotNow(X509Certificate2 certificate)
    {
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        if (DateTime.UtcNow > until) return $"expired on {until:yyyy-MM-dd}";
        return DateTime.UtcNow < from ? $"not valid before {from:yyyy-MM-dd}" : "its authority has expired";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var found = new List<string>();
        foreach (var names in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            found.AddRange(names.EnumerateDnsNames());
            found.AddRange(names.EnumerateIPAddresses().Select(address => address.ToString()));
        }
        if (found.Count == 0) found.Add(certificate.GetNameInfo(X509NameType.SimpleName, false));
        return string.Join(", ", found.Take(3)) + (found.Count > 3 ? $" and {found.Count - 3} more" : "");
    }

    private static SslStreamCertificateContext? Own(Settings settings)
    {
        if (settings.DatabaseCertificate.Length == 0) return null;
        SslStreamCertificateContext? made = null;
        Read("ODCPUB_DATABASE_CERTIFICATE, ODCPUB_DATABASE_KEY", () =>
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(settings.DatabaseCertificate);
            var first = X509Certificate2.CreateFromPem(settings.DatabaseCertificate, settings.DatabaseKey);
            chain.RemoveAt(0);
            made = SslStreamCertificateContext.Create(first, chain, offline: true);
        });
        return made;
    }

    private void Trust(string name, Func<string> text) => Read(name, () =>
    {
        var before = authorities.Count;
        authorities.ImportFromPem(text());
        // What is no certificate is passed over; without any, the image's authorities would hold, which are everybody's.
        if (authorities.Count == before) throw new CryptographicException();
    });

    private static void Read(string name, Action reading)
    {
        try
        {
            reading();
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // Without the reason: it may quote a piece of the text.
            throw new InvalidOperationException($"{name}: can't be read");
        }
    }
}
