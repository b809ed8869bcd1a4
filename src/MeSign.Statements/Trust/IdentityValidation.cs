using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace MeSign.Statements.Trust;

/// <summary>How far an authority checked who stands behind a certificate (CA/Browser Forum S/MIME Baseline Requirements §7.1.6.1).</summary>
public enum IdentityValidation
{
    /// <summary>No policy of the baseline.</summary>
    Unknown,

    /// <summary>Control of the mailbox only.</summary>
    Mailbox,

    /// <summary>A legal entity.</summary>
    Organization,

    /// <summary>A person whom a legal entity vouches for.</summary>
    Sponsor,

    /// <summary>A natural person.</summary>
    Individual,
}

/// <summary>The baseline's generations, weakest first.</summary>
public enum BaselineProfile
{
    Legacy,
    Multipurpose,
    Strict,
}

/// <param name="Profile">Null where no policy of the baseline is named.</param>
public sealed record IdentityLevel(IdentityValidation Validation, BaselineProfile? Profile)
{
    private const string BaselineArc = "2.23.140.1.5.";

    public static IdentityLevel Unknown { get; } = new(IdentityValidation.Unknown, null);

    /// <summary>Reads the first baseline policy OID, <c>2.23.140.1.5.{1..4}.{1..3}</c>, of the certificate's certificatePolicies.</summary>
    public static IdentityLevel Of(X509Certificate2 certificate)
    {
        if (certificate.Extensions[Oids.CertificatePolicies] is not { } extension)
            return Unknown;

        try
        {
            var policies = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (policies.HasData)
            {
                if (Parse(policies.ReadSequence().ReadObjectIdentifier()) is { } level)
                    return level;
            }
        }
        catch (AsnContentException)
        {
            return Unknown;
        }

        return Unknown;
    }

    private static IdentityLevel? Parse(string oid) =>
        oid.StartsWith(BaselineArc, StringComparison.Ordinal) && oid.AsSpan(BaselineArc.Length) is [>= '1' and <= '4' and var kind, '.', >= '1' and <= '3' and var profile]
            ? new((IdentityValidation)(kind - '0'), (BaselineProfile)(profile - '1'))
            : null;
}
