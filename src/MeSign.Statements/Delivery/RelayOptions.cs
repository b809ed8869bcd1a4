using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery;

/// <summary>One relay, under <c>MeSign:Relays:&lt;id&gt;</c>.</summary>
internal sealed class RelayOptions : IValidatableObject
{
    /// <summary>Name or address; the name is what the relay's certificate must bear. Required.</summary>
    [Required]
    public string Host { get; set; } = "";

    /// <summary>Default 587 with StartTls, 465 with Implicit, 25 with None.</summary>
    [Range(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Default <see cref="TlsMode.StartTls"/>: without it nothing is sent.</summary>
    [EnumDataType(typeof(TlsMode))]
    public TlsMode Tls { get; set; } = TlsMode.StartTls;

    /// <summary>Whether <see cref="TlsMode.None"/> may leave this machine. Default no.</summary>
    public bool AllowCleartext { get; set; }

    /// <summary>PEM or DER files of the only roots that the relay's certificate may lead to; the system's where empty.</summary>
    public IList<string> TrustedRoots { get; set; } = [];

    /// <summary>AUTH with this name and <see cref="PasswordFile"/> or <see cref="TokenScope"/>; no AUTH where empty.</summary>
    public string? User { get; set; }

    /// <summary>File with the password, one line; read at every new connection, so that it can be changed under way.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>XOAUTH2 with a token of this process's Azure identity for this scope, such as <c>https://outlook.office365.com/.default</c>.</summary>
    public string? TokenScope { get; set; }

    /// <summary>Connections open at once from this process. Default 8, 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxConnections { get; set; } = 8;

    /// <summary>Messages until a connection is replaced. Default 100, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MessagesPerConnection { get; set; } = 100;

    /// <summary>An unused connection is closed after this. Default 20 s, 1 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Time for one submission from first to last, connecting included; shorter than <see cref="DeliveryOptions.Lease"/>.
    /// Default 2 min, 1 s to 15 min (RFC 5321 §4.5.3.2.6 would have a client wait 10 min for the last reply alone).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:15:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    internal int EffectivePort => Port ?? Tls switch
    {
        TlsMode.Implicit => 465,
        TlsMode.None => 25,
        _ => 587,
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Tls == TlsMode.None && !AllowCleartext && !IsLoopback(Host))
            yield return new ValidationResult("Tls None would send clear text over the network: use StartTls, or set AllowCleartext", [nameof(Tls)]);
        foreach (var fault in MailLogin.Faults(User, PasswordFile, TokenScope).Concat(Delivery.TrustedRoots.Faults(TrustedRoots)))
            yield return new ValidationResult(fault);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

public enum TlsMode
{
    /// <summary>STARTTLS (RFC 3207), required.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314 §3.3).</summary>
    Implicit,

    /// <summary>Clear text: for loopback.</summary>
    None,
}

[OptionsValidator]
internal sealed partial class RelayOptionsValidator : IValidateOptions<RelayOptions>;
