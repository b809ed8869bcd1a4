namespace MeSign.Statements.Pdf;

/// <summary>What may be changed after a signature: everybody who had a say must have allowed it.</summary>
/// <param name="certification">DocMDP of the document's certification (ISO 32000-2 §12.8.2.2), 1 to 3; null where there is none.</param>
/// <param name="own">DocMDP that the signature states itself.</param>
/// <param name="fieldLock">The access permissions of its field's lock (ISO 32000-2 table 236).</param>
internal sealed class ChangePermissions(int? certification, int? own, int? fieldLock)
{
    private readonly IReadOnlyList<int> _levels = [.. new[] { certification, own, fieldLock }.OfType<int>()];

    public bool Allow(PdfChangeKind kind) => kind switch
    {
        PdfChangeKind.ValidationData or PdfChangeKind.Metadata => true,
        PdfChangeKind.Signing or PdfChangeKind.FormFilling => _levels.All(level => level >= 2),
        // What a new field shows may hide what was certified; nobody certified what was only approved.
        PdfChangeKind.VisibleSignature => _levels.All(level => level == 3),
        // An approval says nothing of comments: only a certification that names them does.
        PdfChangeKind.Annotation => (certification ?? own) == 3 && _levels.All(level => level == 3),
        _ => false,
    };
}
