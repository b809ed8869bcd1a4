using System.Formats.Asn1;
using MeSign.Statements.Pdf.LongTerm;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Pdf;

/// <summary>Judges every signature of a PDF: coverage, cryptography, trust, timestamp, and what was changed after it.</summary>
public sealed class PdfSignatureValidator(CmsVerifier verifier)
{
    private const int MaxSignatures = 100;
    private const int MaxRevisions = 50;

    /// <param name="document">Seekable.</param>
    /// <param name="password">Opens an encrypted document that the empty password does not open.</param>
    /// <exception cref="StatementFailedException">DocumentNotPdf, DocumentDamaged, DocumentEncrypted, DocumentNotSupported.</exception>
    public PdfVerdict Validate(Stream document, string? password = null)
    {
        var pdf = PdfDocument.Open(document, password);
        var problems = new List<string>();
        var fields = FormField.ReadAll(pdf);
        var signed = fields.Where(field => field.IsSignature && pdf.Dictionary(field.Dictionary["V"]) is not null).ToList();
        if (signed.Count == 0)
            problems.Add("The document is not signed.");
        if (signed.Count > MaxSignatures)
            problems.Add($"It has {signed.Count} signatures; only the first {MaxSignatures} were judged.");

        var permission = CertifiedPermission(pdf, signed);
        var material = SecurityStore.Read(pdf);
        var informed = verifier.With(CrlSet.Of(material.Crls, material.Ocsps), CertificatePool.Of(material.Certificates));
        var verdicts = signed.Take(MaxSignatures).Select(field => Judge(document, pdf, field, permission, informed)).ToList();
        var level = new LongTermLevel(pdf);
        verdicts = [.. verdicts.Select(verdict => verdict with { Level = level.Of(verdict, verdicts) })];
        return new PdfVerdict([.. verdicts.OrderBy(verdict => verdict.CoveredBytes)], problems);
    }

    private static PdfSignatureVerdict Judge(Stream file, PdfDocument pdf, FormField field, int? permission, CmsVerifier informed)
    {
        var signature = pdf.Dictionary(field.Dictionary["V"])!;
        var problems = new List<string>();
        var verdict = new PdfSignatureVerdict
        {
            FieldName = field.Name,
            SubFilter = pdf.Name(signature["SubFilter"]),
            Coverage = SignatureCoverage.Broken,
            Certification = SigningPermission.DocMdp(pdf, signature),
            Reason = Text(pdf, signature, "Reason"),
            Location = Text(pdf, signature, "Location"),
            Problems = problems,
        };
        var range = SignedRange.Find(pdf, signature, field.Dictionary["V"] as PdfReference ?? field.Reference, out var problem);
        if (range is null)
        {
            problems.Add($"The signature proves nothing: {problem}.");
            return verdict;
        }

        verdict = verdict with { CoveredBytes = range.End };
        verdict = Cover(pdf, field, range, permission, verdict, problems);
        return JudgeCms(file, ((PdfString)signature["Contents"]!).Bytes, range, informed, verdict, problems);
    }

    private static PdfSignatureVerdict Cover(
        PdfDocument pdf, FormField field, SignedRange range, int? permission, PdfSignatureVerdict verdict, List<string> problems)
    {
        if (range.End == pdf.Length)
            return verdict with { Coverage = SignatureCoverage.WholeFile };

        if (pdf.Revision(range.End) is not { } revision || !Holds(revision, field))
        {
            problems.Add("What it covers is no revision of this document: something was put in its place.");
            return verdict;
        }

        var changes = Changes(revision, pdf, problems)
            .Select(change => new PdfChange(change.Kind, change.Description, IsAllowed(change.Kind, permission)))
            .ToList();
        problems.AddRange(changes.Where(change => !change.Allowed).Select(change => $"Changed after it was signed: {change.Description}."));
        return verdict with { Coverage = SignatureCoverage.Revision, LaterChanges = changes };
    }

    // Every state after the signature counts, not only the last: what was shown between two signatures was shown to the second signer.
    private static IEnumerable<(PdfChangeKind Kind, string Description)> Changes(PdfDocument revision, PdfDocument pdf, List<string> problems)
    {
        var later = pdf.Sections.Count - revision.Sections.Count;
        if (later > MaxRevisions)
            problems.Add($"More than {MaxRevisions} revisions follow it; only the last was compared.");
        var missing = new MissingObjects(revision);
        return Enumerable.Range(0, Math.Clamp(later, 1, MaxRevisions))
            .TakeWhile(newer => newer == 0 || later <= MaxRevisions)
            .Reverse()
            .SelectMany(newer => new RevisionComparison(revision, newer == 0 ? pdf : pdf.Without(newer), missing).Find())
            .Distinct();
    }

    private static PdfSignatureVerdict JudgeCms(
        Stream file, ReadOnlyMemory<byte> contents, SignedRange range, CmsVerifier verifier, PdfSignatureVerdict verdict, List<string> problems)
    {
        if (!AsnDecoder.TryReadEncodedValue(contents.Span, AsnEncodingRules.BER, out _, out _, out _, out var length))
        {
            problems.Add("Its /Contents is no CMS signature.");
            return verdict;
        }

        if (contents.Span[length..].ContainsAnyExcept((byte)0))
            problems.Add("Its /Contents holds something after the CMS signature.");

        using var content = new SignedBytes(file, range);
        switch (verdict.SubFilter)
        {
            case "ETSI.RFC3161":
                var stamp = verifier.VerifyTimestamp(contents[..length], content);
                problems.AddRange(stamp.Problems);
                return verdict with { Timestamp = stamp };
            case "ETSI.CAdES.detached" or "adbe.pkcs7.detached":
                var cms = verifier.VerifyDetached(contents[..length], content, CmsProfile.Pades);
                problems.AddRange(cms.AllProblems);
                verdict = verdict with { Cms = cms, Timestamp = cms.Signer?.Timestamp };
                return verdict with { Level = Level(verdict, cms, problems) };
            default:
                problems.Add("Its /SubFilter is none of ETSI.CAdES.detached, adbe.pkcs7.detached and ETSI.RFC3161.");
                return verdict;
        }
    }

    // ETSI EN 319 142-1 §6.3, the requirements on level B.
    private static PadesLevel? Level(PdfSignatureVerdict verdict, SignedDataVerdict cms, List<string> problems)
    {
        if (verdict.SubFilter != "ETSI.CAdES.detached" || cms.Signer is not { } signer)
            return null;

        if (cms.Signers.Count != 1)
            problems.Add("PAdES asks for exactly one signer.");
        if (!signer.IsBoundToCertificate)
            problems.Add("PAdES asks for the signing-certificate attribute.");
        if (signer.SigningTime is not null)
            problems.Add("PAdES forbids the signing-time attribute: /M has the time.");
        if (problems.Count > 0)
            return null;
        return verdict.Timestamp is { IsValid: true } ? PadesLevel.BT : PadesLevel.BB;
    }

    private static bool IsAllowed(PdfChangeKind kind, int? permission) => kind switch
    {
        PdfChangeKind.ValidationData or PdfChangeKind.Metadata => true,
        PdfChangeKind.Signing or PdfChangeKind.FormFilling => permission is null or >= 2,
        PdfChangeKind.VisibleSignature => permission is null or 3,
        PdfChangeKind.Annotation => permission is 3,
        _ => false,
    };

    // The field must have been signed, with this very value, in the revision that the signature covers.
    private static bool Holds(PdfDocument revision, FormField field) => field.Reference is { } reference
        && revision.Load(reference) is PdfDictionary was
        && PdfObjects.Same(revision, was["V"], revision, field.Dictionary["V"]);

    private static int? CertifiedPermission(PdfDocument pdf, List<FormField> signed)
    {
        var certification = pdf.Dictionary(pdf.Dictionary(pdf.Catalog.Dictionary["Perms"])?["DocMDP"]);
        return certification is not null && signed.Exists(field => pdf.Dictionary(field.Dictionary["V"]) == certification)
            ? SigningPermission.DocMdp(pdf, certification)
            : null;
    }

    private static string? Text(PdfDocument pdf, PdfDictionary dictionary, string key) =>
        pdf.Resolve(dictionary[key]) is PdfString text ? PdfText.ToText(text) : null;
}
