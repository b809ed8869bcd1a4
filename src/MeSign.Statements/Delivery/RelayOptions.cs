using System.ComponentModel.DataAnnotations;
using System.Net;
using MailKit;
using MailKit.Net.Smtp;
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

    /// <summary>
    /// What a fault in the relay's certificate does, as with MTA-STS (RFC 8461 §5): Enforce (default) sends nothing; Testing
    /// reports it and sends, encrypted to whoever answered. Neither goes on without TLS.
    /// </summary>
    [EnumDataType(typeof(TlsPolicy))]
    public TlsPolicy TlsPolicy { get; set; } = TlsPolicy.Enforce;

    /// <summary>Names of which the relay's certificate must bear one, where that is not <see cref="Host"/>. Default Host.</summary>
    public IList<string> CertificateNames { get; set; } = [];

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

    /// <summary>PKCS#12 file with the certificate, key and chain that this client shows in TLS. Default none.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>File with its password; a line end at its end is not part of it. Default no password.</summary>
    public string? ClientCertificatePasswordFile { get; set; }

    /// <summary>REQUIRETLS (RFC 8689): every server on the way uses verified TLS, or the message comes back. Default no.</summary>
    public bool RequireTls { get; set; }

    /// <summary>BDAT instead of DATA (RFC 3030) where the relay offers CHUNKING. Default yes.</summary>
    public bool Chunking { get; set; } = true;

    /// <summary>DSN (RFC 3461) NOTIFY: Never, or any of Success, Failure, Delay; left to the relay where empty. Default Failure, Delay.</summary>
    public DeliveryStatusNotification? Notify { get; set; } = DeliveryStatusNotification.Failure | DeliveryStatusNotification.Delay;

    /// <summary>DSN RET: HeadersOnly (default), Full, or Unspecified for the relay's choice.</summary>
    [EnumDataType(typeof(DeliveryStatusNotificationType))]
    public DeliveryStatusNotificationType Return { get; set; } = DeliveryStatusNotificationType.HeadersOnly;

    /// <summary>Connections open at once from this process. Default 8, 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxConnections { get; set; } = 8;

    /// <summary>Messages until a connection is replaced. Default 100, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MessagesPerConnection { get; set; } = 100;

    /// <summary>Messages begun in one second by this process, 0.001 to 10,000. Default no limit.</summary>
    [Range(0.001, 10_000)]
    public double? MessagesPerSecond { get; set; }

    /// <summary>Limits for every recipient domain, each counted for itself. Default none.</summary>
    [Required, ValidateObjectMembers]
    public DomainLimitOptions EachDomain { get; set; } = new();

    /// <summary>Limits for single recipient domains, instead of those above; under the domain as DNS has it (A-labels).</summary>
    public IDictionary<string, DomainLimitOptions> Domains { get; set; } = new Dictionary<string, DomainLimitOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>So many failures to reach it in a row leave it alone for <see cref="BreakFor"/>. Default 5, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int FailuresToBreak { get; set; } = 5;

    /// <summary>How long it is left alone; then one message goes to see. Default 30 s, 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(30);

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
        if (Host.Length > 0 && !IsName(Host))
            yield return new ValidationResult($"Host \"{Host}\" is not the name or address of a host: leave out scheme and path, and give the port as Port", [nameof(Host)]);
        foreach (var name in CertificateNames.Where(name => !IsName(name)))
            yield return new ValidationResult($"CertificateNames \"{name}\" is not the name of a host: write out one that the certificate is for, also where the certificate has it with a *", [nameof(CertificateNames)]);
        if (Tls == TlsMode.None && !AllowCleartext && !IsLoopback(Host))
            yield return new ValidationResult("Tls None would send clear text over the network: use StartTls, or set AllowCleartext", [nameof(Tls)]);
        foreach (var fault in MailLogin.Faults(User, PasswordFile, TokenScope).Concat(Delivery.TrustedRoots.Faults(TrustedRoots)))
            yield return new ValidationResult(fault);
        if (Delivery.ClientCertificate.Fault(ClientCertificate, ClientCertificatePasswordFile) is { } unusable)
            yield return new ValidationResult(unusable, [nameof(ClientCertificate)]);
        if (RequireTls && Tls == TlsMode.None)
            yield return new ValidationResult("RequireTls is not to be had with Tls None", [nameof(RequireTls)]);
        if (TlsPolicy == TlsPolicy.Testing && (RequireTls || !string.IsNullOrEmpty(User)))
            yield return new ValidationResult("TlsPolicy Testing would give a password, or a message that requires TLS, to whoever answers: leave out User and RequireTls, or set Enforce", [nameof(TlsPolicy)]);
        foreach (var (domain, limit) in Domains.Where(domain => domain.Value.MaxConnections < 1 || domain.Value.MessagesPerSecond <= 0))
            yield return new ValidationResult($"Domains:{domain} has a limit of {limit.MaxConnections} {limit.MessagesPerSecond}: give more than 0", [nameof(Domains)]);
    }

    private static bool IsName(string host) => Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>What may be on its way to one recipient domain at a time, from this process.</summary>
internal sealed class DomainLimitOptions
{
    /// <summary>Messages in transfer at once, 1 to 1,000. Default no limit of its own.</summary>
    [Range(1, 1000)]
    public int? MaxConnections { get; set; }

    /// <summary>Messages begun in one second, 0.001 to 10,000. Default no limit of its own.</summary>
    [Range(0.001, 10_000)]
    public double? MessagesPerSecond { get; set; }
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

public enum TlsPolicy
{
    /// <summary>Nothing is sent over TLS that is not as it must be.</summary>
    Enforce,

    /// <summary>A fault in the certificate is reported, and the message goes.</summary>
    Testing,
}

[OptionsValidator]
internal sealed partial class RelayOptionsValidator : IValidateOptions<RelayOptions>;
