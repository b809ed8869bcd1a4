using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Seeds;

/// <summary>
/// What the author of an empty signature field demands of the signature in it (ISO 32000-2 §12.7.5.5, table 237). What is only
/// suggested is left to the request.
/// </summary>
internal sealed class SeedValues(PdfDocument document, PdfDictionary seed, string field)
{
    private const int PdfVersion2 = 3;

    // Bits of /Ff.
    private const long Filter = 1 << 0;
    private const long SubFilter = 1 << 1;
    private const long Version = 1 << 2;
    private const long Reasons = 1 << 3;
    private const long LegalAttestation = 1 << 4;
    private const long RevocationInformation = 1 << 5;
    private const long DigestMethod = 1 << 6;
    private const long LockDocument = 1 << 7;
    private const long AppearanceFilter = 1 << 8;
    private const long Known = (1 << 9) - 1;

    private readonly long _required = document.Resolve(seed["Ff"]) is PdfInteger flags ? flags.Value : 0;

    /// <param name="signed">The document has a signature already.</param>
    /// <returns>The request with what the field demands.</returns>
    /// <exception cref="StatementFailedException">DocumentSigningNotAllowed: the demand that cannot be met.</exception>
    public PdfSignatureRequest Apply(PdfSignatureRequest request, bool signed)
    {
        if ((_required & ~Known) != 0)
            throw Refused("Ff", "something that ISO 32000-2 does not know");
        if (Demands(Filter, "Filter") && document.Name(seed["Filter"]) != SignatureDictionary.Handler)
            throw Refused("Filter", $"the handler {document.Name(seed["Filter"])}");
        if (Demands(SubFilter, "SubFilter") && !Names("SubFilter").Contains(SignatureDictionary.Form, StringComparer.Ordinal))
            throw Refused("SubFilter", $"a signature of another form than {SignatureDictionary.Form}");
        if (Demands(Version, "V") && document.Resolve(seed["V"]).ToDouble() is > PdfVersion2)
            throw Refused("V", "a later version of the format");
        if (Demands(AppearanceFilter, "AppearanceFilter"))
            throw Refused("AppearanceFilter", "an appearance that only its author has");

        request = Mdp(Reason(Digest(request)), signed);
        var certifies = request.Certify is not null && !signed;
        if (certifies && Demands(LegalAttestation, "LegalAttestation"))
            throw Refused("LegalAttestation", "an attestation of what the document holds, which a person must make");
        if (Demands(RevocationInformation, "AddRevInfo") && document.Resolve(seed["AddRevInfo"]) is PdfBoolean { Value: true } && request.Level < PadesLevel.BLT)
            throw Refused("AddRevInfo", "revocation data with the signature: sign at level B-LT");
        if (Demands(LockDocument, "LockDocument"))
            Lock(certifies && request.Certify == 1);
        if (document.Dictionary(seed["TimeStamp"]) is { } stamp && document.Resolve(stamp["Ff"]) is PdfInteger { Value: 1 } && request.Level == PadesLevel.BB)
            throw Refused("TimeStamp", "a timestamp: sign at level B-T");
        if (document.Dictionary(seed["Cert"]) is { } certificate && new CertificateSeed(document, certificate).Problem(request.Identity) is { } problem)
            throw Refused("Cert", problem);
        return request;
    }

    private PdfSignatureRequest Digest(PdfSignatureRequest request)
    {
        if (!Demands(DigestMethod, "DigestMethod"))
            return request;

        var methods = Names("DigestMethod");
        if (methods.Contains(request.Identity.Hash.Name, StringComparer.Ordinal))
            return request;
        var other = methods.FirstOrDefault(method => method is "SHA256" or "SHA384" or "SHA512")
            ?? throw Refused("DigestMethod", $"{string.Join(" or ", methods)}, which proves nothing today");
        return request with { Identity = request.Identity with { Hash = new(other) } };
    }

    // Required but empty, or a single full stop: a reason must not be given.
    private PdfSignatureRequest Reason(PdfSignatureRequest request)
    {
        if ((_required & Reasons) == 0)
            return request;

        var reasons = document.Resolve(seed["Reasons"]) is PdfArray array
            ? array.Items.Select(document.Resolve).OfType<PdfString>().Select(PdfText.ToText).ToList()
            : [];
        if (reasons is [] or ["."])
            return request with { Reason = null };
        if (string.IsNullOrEmpty(request.Reason))
            return request with { Reason = reasons[0] };
        return reasons.Contains(request.Reason, StringComparer.Ordinal)
            ? request
            : throw Refused("Reasons", $"one of {reasons.Count} reasons, and the one given is none of them");
    }

    // Not a matter of /Ff: what stands there is demanded.
    private PdfSignatureRequest Mdp(PdfSignatureRequest request, bool signed)
    {
        if (document.Resolve(document.Dictionary(seed["MDP"])?["P"]) is not PdfInteger { Value: var permission })
            return request;
        if (permission == 0)
            return request with { Certify = null };
        if (permission is < 0 or > 3)
            throw Refused("MDP", "a permission that ISO 32000-2 does not know");
        return signed
            ? throw Refused("MDP", "a certification, which only the first signature of a document can be")
            : request with { Certify = (int)permission };
    }

    private void Lock(bool locks)
    {
        var wanted = document.Name(seed["LockDocument"]);
        if (wanted == "true" && !locks)
            throw Refused("LockDocument", "that nothing changes after it: certify the document with P 1");
        if (wanted == "false" && locks)
            throw Refused("LockDocument", "that the document can be changed after it: do not certify it with P 1");
    }

    private bool Demands(long flag, string key) => (_required & flag) != 0 && document.Resolve(seed[key]) is not null;

    private List<string> Names(string key) => document.Resolve(seed[key]) is PdfArray array
        ? [.. array.Items.Select(document.Resolve).Select(Text).OfType<string>()]
        : [];

    // Digests are strings, forms are names; writers mix both.
    private static string? Text(PdfObject? value) => value switch
    {
        PdfName name => name.Value,
        PdfString text => PdfText.ToText(text),
        _ => null,
    };

    private StatementFailedException Refused(string constraint, string what) =>
        SigningPermission.NotAllowed($"the field {field} demands (seed value /{constraint}) {what}");
}
