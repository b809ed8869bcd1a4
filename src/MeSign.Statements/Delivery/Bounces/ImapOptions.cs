using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>The mailbox that the return path leads to, under <c>MeSign:Bounces:Imap</c>; none where the host is empty.</summary>
internal sealed class ImapOptions : IValidatableObject
{
    public const string Section = "MeSign:Bounces:Imap";

    /// <summary>IMAP server (RFC 9051); its certificate bears this name. Default none: only the container is read.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 143 with StartTls, 993 with Implicit.</summary>
    [Range(1, 65535)]
    public int? Port { get; set; }

    /// <summary>Implicit (default) or StartTls. There is no clear text.</summary>
    [AllowedValues(TlsMode.Implicit, TlsMode.StartTls)]
    public TlsMode Tls { get; set; } = TlsMode.Implicit;

    /// <summary>PEM or DER files of the only roots that the server's certificate may lead to; the system's where empty.</summary>
    public IList<string> TrustedRoots { get; set; } = [];

    /// <summary>The mailbox's user. Required with a host.</summary>
    public string? User { get; set; }

    /// <summary>File with the password, one line; read at every login. This, or <see cref="TokenScope"/>.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>XOAUTH2 with a token of this process's Azure identity for this scope, such as <c>https://outlook.office365.com/.default</c>.</summary>
    public string? TokenScope { get; set; }

    /// <summary>The folder that is read. Default INBOX.</summary>
    [Required]
    public string Folder { get; set; } = "INBOX";

    /// <summary>Where messages go whose effect is on record. Default none: they are deleted.</summary>
    public string? RecordedFolder { get; set; }

    /// <summary>Where messages go that a person should look at; made where it is absent. Default Aside.</summary>
    [Required]
    public string AsideFolder { get; set; } = "Aside";

    /// <summary>Time that the server may take for one answer. Default 30 s, 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal int EffectivePort => Port ?? (Tls == TlsMode.Implicit ? 993 : 143);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Host))
            return [];

        IEnumerable<string> faults = [.. MailLogin.Faults(User, PasswordFile, TokenScope), .. Delivery.TrustedRoots.Faults(TrustedRoots)];
        return string.IsNullOrEmpty(User)
            ? faults.Append("User is empty: name the mailbox's user").Select(fault => new ValidationResult(fault))
            : faults.Select(fault => new ValidationResult(fault));
    }
}

[OptionsValidator]
internal sealed partial class ImapOptionsValidator : IValidateOptions<ImapOptions>;
