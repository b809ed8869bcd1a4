namespace MeSign.Statements.Sandbox.Authority;

/// <summary>Object identifiers that the sandbox's certificates carry.</summary>
internal static class CertificateOids
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string EmailProtection = "1.3.6.1.5.5.7.3.4";
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <summary>RFC 9336.</summary>
    public const string DocumentSigning = "1.3.6.1.5.5.7.3.36";

    /// <summary>CA/Browser Forum S/MIME Baseline Requirements §7.1.6.1: mailbox-validated, strict.</summary>
    public const string MailboxValidatedStrict = "2.23.140.1.5.1.3";

    /// <summary>The same section: organization-validated, strict.</summary>
    public const string OrganizationValidatedStrict = "2.23.140.1.5.2.3";

    /// <summary>RFC 5280 §4.2.1.4.</summary>
    public const string AnyPolicy = "2.5.29.32.0";

    /// <summary>RFC 9598 §3: id-on-SmtpUTF8Mailbox.</summary>
    public const string SmtpUtf8Mailbox = "1.3.6.1.5.5.7.8.9";

    /// <summary>ITU-T X.520: organizationIdentifier.</summary>
    public const string OrganizationIdentifier = "2.5.4.97";
}
