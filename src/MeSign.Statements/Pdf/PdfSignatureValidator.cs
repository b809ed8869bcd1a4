using System.Formats.Asn1;
using MeSign.Statements.Pdf.LongTerm;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Pdf;

/// <summary>Judges every signature of a PDF: coverage, cryptography, trust, timestamp, and what was changed after it.</summary>
public sealed class PdfSignatureValidator(CmsVerifier verifier)
{
    // Each costs a hash of what it covers, a certificate path and a comparison.
    private const int MaxSignatures = 1000;

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

        var history = new RevisionHistory(pdf);
        var permission = CertifiedPermission(pdf, signed);
        var material = SecurityStore.Read(pdf);
        var informed = verifier.With(CrlSet.Of(material.Crls, material.Ocsps), CertificatePool.Of(material.Certificates));
        var covered = signed.Take(MaxSignatures).Select(field => Cover(pdf, field, history)).ToList();
        // Every revision that a signature covers is known before the first comparison.
        var verdicts = covered.Select(one => Judge(document, pdf, one, permission, history, informed)).ToList();
        var level = new LongTermLevel(pdf, verdicts);
        verdicts = [.. verdicts.Select(verdict => verdict with { Level = level.Of(verdict) })];
        return new PdfVerdict([.. verdicts.OrderBy(verdict => verdict.CoveredBytes)], problems);
    }

    private static Covered Cover(PdfDocument pdf, FormField field, RevisionHistory history)
    {
        var signature = pdf.Dictionary(field.Dictionary["V"])!;
        var range = SignedRange.Find(pdf, signature, field.Dictionary["V"] as PdfReference ?? field.Reference, out var problem);
        var revision = range is null || range.End == pdf.Length ? null : pdf.Revision(range.End);
        if (revision is null || !Holds(revision, field))
            return new(field, signature, range, null, problem);

        history.Add(revision);
        return new(field, signature, range, revision.Sections.Count, problem);
    }

    private static PdfSignatureVerdict Judge(
        Stream file, PdfDocument pdf, Covered covered, int? permission, RevisionHistory history, CmsVerifier informed)
    {
        var signature = covered.Signature;
        var problems = new List<string>();
        var verdict = new PdfSignatureVerdict
        {
            FieldName = covered.Field.Name,
            SubFilter = pdf.Name(signature["SubFilter"]),
            Coverage = SignatureCoverage.Broken,
            Certification = SigningPermission.DocMdp(pdf, signature),
            Reason = Text(pdf, signature, "Reason"),
            Location = Text(pdf, signature, "Location"),
            Problems = problems,
        };
        if (covered.Range is not { } range)
        {
            problems.Add($"The signature proves nothing: {covered.Problem}.");
            return verdict;
        }

        verdict = Compare(pdf, covered, permission, history, verdict with { CoveredBytes = range.End }, problems);
        return JudgeCms(file, ((PdfString)signature["Contents"]!).Bytes, range, informed, verdict, problems);
    }

    private static PdfSignatureVerdict Compare(
        PdfDocument pdf, Covered covered, int? permission, RevisionHistory history, PdfSignatureVerdict verdict, List<string> problems)
    {
        if (covered.Range!.End == pdf.Length)
            return verdict with { Coverage = SignatureCoverage.WholeFile };

        if (covered.Sections is not { } sections)
        {
            problems.Add("What it covers is no revision of this document: something was put in its place.");
            return verdict;
        }

        var permissions = new ChangePermissions(
            permission, SigningPermission.DocMdp(pdf, covered.Signature), SigningPermission.LockPermission(pdf, covered.Field));
        List<PdfChange> changes;
        try
        {
            changes = [.. history.Since(sections, problems)
                .Select(change => new PdfChange(change.Kind, change.Description, permissions.Allow(change.Kind)))];
        }
        catch (StatementFailedException unreadable) when (unreadable.Code is FailureCode.DocumentDamaged or FailureCode.DocumentNotSupported)
        {
            // An object that this comparison needs speaks against this signature, not against those that need none.
            problems.Add($"What was changed after it was signed cannot be told: {unreadable.Detail}.");
            return verdict with { Coverage = SignatureCoverage.Revision };
        }

        problems.AddRange(changes.Where(change => !change.Allowed).Select(change => $"Changed after it was signed: {change.Description}."));
        return verdict with { Coverage = SignatureCoverage.Revision, LaterChanges = changes };
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
                verdict = verdict with { Cms = cms, Timestamp = cms.Signer?.Timestamp, Remarks = Remarks(verdict, cms, problems) };
                return verdict with { Level = Level(verdict, problems) };
            case "adbe.pkcs7.sha1" or "adbe.x509.rsa_sha1":
                problems.Add($"It is of the form {verdict.SubFilter}, which signs a SHA-1 digest: SHA-1 is broken.");
                return verdict;
            default:
                problems.Add("Its /SubFilter is none of ETSI.CAdES.detached, adbe.pkcs7.detached and ETSI.RFC3161.");
                return verdict;
        }
    }

    // ETSI EN 319 142-1 §6.3, the requirements on level B. A signature that misses one is no worse than one of adbe.pkcs7.detached.
    private static List<string> Remarks(PdfSignatureVerdict verdict, SignedDataVerdict cms, List<string> problems)
    {
        var remarks = new List<string>();
        if (verdict.SubFilter != "ETSI.CAdES.detached" || cms.Signer is not { } signer)
            return remarks;

        // A reader that shows the first signer only would hide the others.
        if (cms.Signers.Count != 1)
            problems.Add("PAdES asks for exactly one signer.");
        if (!signer.IsBoundToCertificate)
            remarks.Add("No PAdES baseline level: the signing-certificate attribute is missing.");
        if (signer.SigningTime is not null)
            remarks.Add("No PAdES baseline level: the signing-time attribute is forbidden, /M has the time.");
        return remarks;
    }

    private static PadesLevel? Level(PdfSignatureVerdict verdict, List<string> problems) =>
        verdict.SubFilter != "ETSI.CAdES.detached" || verdict.Cms?.Signer is null || problems.Count > 0 || verdict.Remarks.Count > 0
            ? null
            : verdict.Timestamp is { IsValid: true } ? PadesLevel.BT : PadesLevel.BB;

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

    /// <param name="Range">Null where its byte range proves nothing; <paramref name="Problem"/> says why.</param>
    /// <param name="Sections">How many cross-reference sections it covers; null for all, or where what it covers is no revision of the file.</param>
    private sealed record Covered(FormField Field, PdfDictionary Signature, SignedRange? Range, int? Sections, string? Problem);
}
