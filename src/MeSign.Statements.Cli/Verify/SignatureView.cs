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

    /// <summary>From the signer's certificate upward, to the trusted root where there is a way to one.</summary>
    public IReadOnlyList<CertificateView>? Chain { get; init; }

    /// <summary>The timestamp's time: the signature existed then. Null without a valid timestamp.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Who says so.</summary>
    public string? TimestampAuthority { get; init; }

    /// <summary>The authority's policy OID.</summary>
    public string? TimestampPolicy { get; init; }

    /// <summary>From the timestamp authority's certificate upward.</summary>
    public IReadOnlyList<CertificateView>? TimestampChain { get; init; }

    /// <summary>What the signer says of the time, proved by nobody.</summary>
    public DateTimeOffset? ClaimedTime { get; init; }

    public string? Algorithm { get; init; }

    /// <summary>The form of a PDF's signature, its <c>/SubFilter</c>.</summary>
    public string? Form { get; init; }

    /// <summary><c>B-B</c>, <c>B-T</c> …; null where it is not valid or no PAdES signature.</summary>
    public PadesLevel? Level { get; init; }

    /// <summary>What a certification allows (1 nothing, 2 forms, 3 also comments); null for an approval.</summary>
    public int? Certification { get; init; }

    public SignatureCoverage? Coverage { get; init; }

    /// <summary>Bytes from the beginning of the file that it covers, but for itself.</summary>
    public long? CoveredBytes { get; init; }

    public IReadOnlyList<PdfChange>? LaterChanges { get; init; }

    public string? Reason { get; init; }

    public string? Location { get; init; }

    /// <summary>What keeps a good signature from a PAdES level.</summary>
    public IReadOnlyList<string>? Remarks { get; init; }

    public IReadOnlyList<string> Problems { get; init; } = [];

    public static SignatureView Of(SignerVerdict signer) => new()
    {
        Valid = signer.IsValid,
        SignedBy = signer.Name,
        Certificate = CertificateView.Of(signer.Certificate),
        Identity = signer.Identity.Validation,
        IdentityProfile = signer.Identity.Profile,
        Chain = signer.Path is { } path ? CertificateView.Of(path.Path, path.Revocation) : null,
        Timestamp = signer.Timestamp is { IsValid: true } stamp ? stamp.GenTime : null,
        TimestampAuthority = signer.Timestamp?.Authority,
        TimestampPolicy = signer.Timestamp?.Policy,
        TimestampChain = signer.Timestamp is { } token ? CertificateView.Of(token.Path, token.Revocation) : null,
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
            TimestampPolicy = signature.Timestamp?.Policy,
            TimestampChain = signature.Timestamp is { } token ? CertificateView.Of(token.Path, token.Revocation) : null,
        };
        return view with
        {
            Field = signature.FieldName,
            Valid = signature.IsValid,
            Form = signature.SubFilter,
            Level = signature.Level,
            Certification = signature.Certification,
            Coverage = signature.Coverage,
            CoveredBytes = signature.CoveredBytes,
            LaterChanges = signature.LaterChanges,
            Remarks = signature.Remarks,
            Reason = signature.Reason,
            Location = signature.Location,
            Problems = signature.Problems,
        };
    }
}
