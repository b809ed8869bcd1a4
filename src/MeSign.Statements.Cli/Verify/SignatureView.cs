using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Cli.Verify;

/// <summary>One signature: who, how well checked, since when, over what.</summary>
internal sealed record SignatureView
{
    /// <summary>The form field of a PDF; null in a message.</summary>
    public string? Field { get; init; }

    public required bool Valid { get; init; }

    public string? SignedBy { get; init; }

    public CertificateView? Certificate { get; init; }

    /// <summary>How far the authority checked who that is (CA/B Forum S/MIME baseline).</summary>
    public IdentityValidation Identity { get; init; }

    public BaselineProfile? IdentityProfile { get; init; }

    /// <summary>The timestamp's time: the signature existed then. Null without a valid timestamp.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Who says so.</summary>
    public string? TimestampAuthority { get; init; }

    /// <summary>What the signer says of the time, proved by nobody.</summary>
    public DateTimeOffset? ClaimedTime { get; init; }

    public string? Algorithm { get; init; }

    /// <summary><c>B-B</c>, <c>B-T</c> …; null where it is not valid or no PAdES signature.</summary>
    public PadesLevel? Level { get; init; }

    /// <summary>What a certification allows (1 nothing, 2 forms, 3 also comments); null for an approval.</summary>
    public int? Certification { get; init; }

    public SignatureCoverage? Coverage { get; init; }

    public IReadOnlyList<PdfChange>? LaterChanges { get; init; }

    public string? Reason { get; init; }

    public string? Location { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];

    public static SignatureView Of(SignerVerdict signer) => new()
    {
        Valid = signer.IsValid,
        SignedBy = signer.Name,
        Certificate = CertificateView.Of(signer.Certificate),
        Identity = signer.Identity.Validation,
        IdentityProfile = signer.Identity.Profile,
        Timestamp = signer.Timestamp is { IsValid: true } stamp ? stamp.GenTime : null,
        TimestampAuthority = signer.Timestamp?.Authority,
        ClaimedTime = signer.SigningTime,
        Algorithm = signer.Algorithm,
        Problems = signer.Problems,
    };

    public static SignatureView Of(PdfSignatureVerdict signature)
    {
        // A document timestamp has no signer: the authority itself vouches for the bytes.
        var view = signature.Cms?.Signer is { } signer ? Of(signer) : new SignatureView
        {
            Valid = false,
            Timestamp = signature.Timestamp is { IsValid: true } stamp ? stamp.GenTime : null,
            TimestampAuthority = signature.Timestamp?.Authority,
        };
        return view with
        {
            Field = signature.FieldName,
            Valid = signature.IsValid,
            Level = signature.Level,
            Certification = signature.Certification,
            Coverage = signature.Coverage,
            LaterChanges = signature.LaterChanges,
            Reason = signature.Reason,
            Location = signature.Location,
            Problems = signature.Problems,
        };
    }
}

/// <param name="Serial">Hexadecimal.</param>
/// <param name="NotBefore">UTC.</param>
/// <param name="NotAfter">UTC.</param>
internal sealed record CertificateView(string Subject, string Issuer, string Serial, DateTime NotBefore, DateTime NotAfter)
{
    public static CertificateView? Of(X509Certificate2? certificate) => certificate is null
        ? null
        : new(certificate.Subject, certificate.Issuer, certificate.SerialNumber, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
}
