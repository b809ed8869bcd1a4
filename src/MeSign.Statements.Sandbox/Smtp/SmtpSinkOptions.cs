using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>What the sink asks of its clients. It listens on 127.0.0.1 and nowhere else.</summary>
internal sealed record SmtpSinkOptions
{
    /// <summary>Folder for the <c>.eml</c> files; made where it is absent.</summary>
    public required string MailFolder { get; init; }

    /// <summary>Server certificate with its key; without one there is neither STARTTLS nor implicit TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates that the server sends after its own.</summary>
    public X509Certificate2Collection Intermediates { get; init; } = [];

    /// <summary>Refuse MAIL before TLS (RFC 3207 §4). Default true wherever there is a certificate.</summary>
    public bool RequireTls { get; init; } = true;

    /// <summary>User that must authenticate (RFC 4954), over TLS only; nobody where null.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The access token that XOAUTH2 wants, for the same user.</summary>
    public string? Token { get; init; }

    /// <summary>AUTH mechanisms that are offered: PLAIN, LOGIN, XOAUTH2. Default PLAIN LOGIN.</summary>
    public string Mechanisms { get; init; } = "PLAIN LOGIN";

    /// <summary>Ask the client for a certificate in TLS, and go on without one. Default no.</summary>
    public bool AskForCertificate { get; init; }

    /// <summary>Offer CHUNKING (RFC 3030). Default no.</summary>
    public bool Chunking { get; init; }

    /// <summary>Offer REQUIRETLS (RFC 8689). Default no.</summary>
    public bool RequireTlsExtension { get; init; }

    /// <summary>Extensions that are not offered, such as SMTPUTF8.</summary>
    public IReadOnlyCollection<string> Without { get; init; } = [];

    /// <summary>Largest message in bytes, as announced with SIZE (RFC 1870). Default 64 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Recipients of one message; more get 452 (RFC 5321 §4.5.3.1.8). Default 100.</summary>
    public int MaxRecipients { get; init; } = 100;

    /// <summary>Connections at one time; more get 421. Default 256.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Time a client may be silent. Default 5 minutes (RFC 5321 §4.5.3.2.7).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Port for plain text and STARTTLS; a free one where 0.</summary>
    public int Port { get; init; }

    /// <summary>Port for implicit TLS (RFC 8314 §3.3); a free one where 0.</summary>
    public int ImplicitTlsPort { get; init; }
}
