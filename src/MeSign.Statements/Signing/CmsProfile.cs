namespace MeSign.Statements.Signing;

/// <summary>Which signed attributes a signature carries, by where it ends up.</summary>
public enum CmsProfile
{
    /// <summary>In a PDF: no signing-time, the dictionary's <c>/M</c> has it (ETSI EN 319 142-1 §6.3).</summary>
    Pades,

    /// <summary>In a message: signing-time and SMIMECapabilities (RFC 8551 §2.5).</summary>
    Smime,
}
