using System.Globalization;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>What signatures that are in a document already leave to the next one.</summary>
internal sealed class SigningPermission
{
    private const int DefaultDocMdp = 2;
    private const int NoChanges = 1;
    private const int CommentsAllowed = 3;

    private readonly List<FieldLock> _locks = [];

    private SigningPermission()
    {
    }

    /// <summary>The document carries a signature: another one can only approve, not certify.</summary>
    public bool HasSignatures { get; private set; }

    /// <summary>What a certification lets be changed, 2 or 3; null where there is none.</summary>
    public int? Certification { get; private set; }

    /// <exception cref="StatementFailedException">DocumentSigningNotAllowed: nothing may be signed here any more.</exception>
    public static SigningPermission Read(PdfDocument document, IReadOnlyList<FormField> fields)
    {
        var permission = new SigningPermission();
        var permissions = document.Dictionary(document.Catalog.Dictionary["Perms"]);
        if (document.Dictionary(permissions?["DocMDP"]) is { } certification)
        {
            permission.HasSignatures = true;
            permission.Certification = DocMdp(document, certification) ?? DefaultDocMdp;
            if (permission.Certification == NoChanges)
                throw NotAllowed("it is certified, and the certification (DocMDP, P 1) allows no change");
        }

        foreach (var field in fields.Where(field => field.IsSignature))
        {
            if (document.Dictionary(field.Dictionary["V"]) is { } signature)
                permission.Respect(document, field, signature);
        }

        return permission;
    }

    /// <exception cref="StatementFailedException">DocumentSigningNotAllowed: an earlier signature locks a field of this name.</exception>
    public void Demand(string fieldName)
    {
        if (_locks.Exists(fieldLock => fieldLock.Covers(fieldName)))
            throw NotAllowed($"an earlier signature locks the field {fieldName} (FieldMDP)");
    }

    /// <exception cref="StatementFailedException">DocumentSigningNotAllowed: what a new field shows might hide what was certified.</exception>
    public void DemandVisible()
    {
        if (Certification is < CommentsAllowed)
            throw NotAllowed("it is certified (DocMDP), which allows another signature but no new visible one: sign it without the seal");
    }

    public static StatementFailedException NotAllowed(string why) => new(
        FailureCode.DocumentSigningNotAllowed,
        string.Create(CultureInfo.InvariantCulture, $"The document may not be signed: {why}"));

    /// <summary>The DocMDP permission that a signature grants; null where it does not certify.</summary>
    public static int? DocMdp(PdfDocument document, PdfDictionary signature) =>
        Transform(document, signature, "DocMDP") is { } parameters
            ? document.Resolve(parameters["P"]) is PdfInteger { Value: >= 1 and <= 3 } level ? (int)level.Value : DefaultDocMdp
            : null;

    /// <summary>The fields that a signature locks, if it does.</summary>
    public static FieldLock? FieldLock(PdfDocument document, PdfDictionary signature) =>
        Pdf.FieldLock.Read(document, Transform(document, signature, "FieldMDP"));

    /// <summary>What a field's lock lets be changed in the whole document once it is signed, 1 to 3 (ISO 32000-2 table 236); null where it says nothing.</summary>
    public static int? LockPermission(PdfDocument document, FormField field) =>
        document.Resolve(document.Dictionary(field.Dictionary["Lock"])?["P"]) is PdfInteger { Value: >= 1 and <= 3 } level ? (int)level.Value : null;

    private void Respect(PdfDocument document, FormField field, PdfDictionary signature)
    {
        HasSignatures = true;
        if (FieldLock(document, signature) is { } fieldLock)
            _locks.Add(fieldLock);
        if (LockPermission(document, field) == NoChanges)
        {
            throw NotAllowed("an earlier signature's lock (P 1) allows no change");
        }
    }

    private static PdfDictionary? Transform(PdfDocument document, PdfDictionary signature, string method)
    {
        if (document.Resolve(signature["Reference"]) is not PdfArray references)
            return null;

        foreach (var item in references.Items)
        {
            if (document.Dictionary(item) is { } reference
                && document.Name(reference["TransformMethod"]) == method)
            {
                return document.Dictionary(reference["TransformParams"]) ?? new PdfDictionary();
            }
        }

        return null;
    }
}
