using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>How timestamps are fetched and believed; section <c>MeSign:Timestamps</c>. Which servers an issuer uses is the issuer's setting.</summary>
public sealed class TimestampOptions
{
    public const string Section = "MeSign:Timestamps";

    /// <summary>Files or folders with the roots of the timestamp authorities; at least one.</summary>
    [Required, MinLength(1)]
    public IList<string> Roots { get; init; } = [];

    /// <summary>Time one server may take to answer. Default 10 s, 1 s to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest answer in bytes. Default 64 KiB, 4 KiB to 1 MiB.</summary>
    [Range(4 * 1024, 1024 * 1024)]
    public int MaxResponseBytes { get; init; } = 64 * 1024;

    /// <summary>How far a token's time may be from our clock, and how inexact it may say that it is. Default 2 minutes, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether a server may be reached by plain http beyond loopback: tokens are signed, but a login would travel in the open. Default false.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Failures in a row after which a server is left alone for a while. Default 3, 1 to 100.</summary>
    [Range(1, 100)]
    public int FailuresToBreak { get; init; } = 3;

    /// <summary>How long a failing server is left alone where it does not say itself. Default 30 s, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BreakFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes to reserve for the token of servers that have not answered yet. Default 8192, 2048 to 65536.</summary>
    [Range(2048, 65536)]
    public int ReservedBytes { get; init; } = 8192;

    /// <summary>What single servers need beyond their address.</summary>
    [ValidateEnumeratedItems]
    public IList<TimestampServerOptions> Servers { get; init; } = [];
}

/// <summary>One server's login and limits.</summary>
public sealed class TimestampServerOptions
{
    /// <summary>The address exactly as issuers name it.</summary>
    [Required]
    public Uri? Address { get; init; }

    /// <summary>User name for HTTP Basic (RFC 7617); needs <see cref="PasswordFile"/>.</summary>
    public string? User { get; init; }

    /// <summary>File with the Basic password; a line end at its end is not part of it.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>File with a bearer token (RFC 6750).</summary>
    public string? BearerTokenFile { get; init; }

    /// <summary>PKCS#12 file with a client certificate for TLS.</summary>
    public string? ClientPkcs12 { get; init; }

    /// <summary>File with the password of <see cref="ClientPkcs12"/>.</summary>
    public string? ClientPasswordFile { get; init; }

    /// <summary>Files or folders with the only roots that its TLS certificate may lead to. Default the system's roots.</summary>
    public IList<string> TrustedRoots { get; init; } = [];

    /// <summary>The only policy OID that its tokens may carry; any where absent. Also sent as reqPolicy.</summary>
    public string? Policy { get; init; }

    /// <summary>Most requests a second; over that the next server is asked. No limit where absent; 1 to 10000.</summary>
    [Range(1, 10000)]
    public int? MaxPerSecond { get; init; }
}

[OptionsValidator]
internal sealed partial class TimestampOptionsValidator : IValidateOptions<TimestampOptions>;
