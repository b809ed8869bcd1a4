using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Pdf.LongTerm;

/// <summary>Whether a signature that has its timestamp reaches B-LT or B-LTA (ETSI EN 319 142-1 §6.3) by what the document holds.</summary>
internal sealed class LongTermLevel(PdfDocument document, IEnumerable<PdfSignatureVerdict> signatures)
{
    private readonly CrlSet _store = Store(document);

    // What each document timestamp covers, the last first: most often it is the one that archives.
    private readonly IReadOnlyList<(long End, Lazy<CrlSet> Store)> _archives = [.. signatures
        .Where(signature => signature is { IsValid: true, SubFilter: "ETSI.RFC3161" })
        .Select(signature => signature.CoveredBytes)
        .Distinct()
        .OrderDescending()
        .Select(end => (end, new Lazy<CrlSet>(() => Store(end == document.Length ? document : document.Revision(end)))))];

    public PadesLevel? Of(PdfSignatureVerdict signature)
    {
        if (signature is not { IsValid: true, Level: PadesLevel.BT, Cms.Signer: { Path: { } path, Timestamp: { } timestamp } signer })
            return signature.Level;

        bool IsProven(CrlSet store) => LongTermLevel.IsProven(store, path.Path, signer.SignedAt) && LongTermLevel.IsProven(store, timestamp.Path, signer.SignedAt);
        if (!IsProven(_store))
            return PadesLevel.BT;

        // The timestamp must cover the material: what was added after it is not archived.
        return _archives.Any(archive => archive.End > signature.CoveredBytes && IsProven(archive.Store.Value)) ? PadesLevel.BLTA : PadesLevel.BLT;
    }

    private static CrlSet Store(PdfDocument? revision)
    {
        if (revision is null)
            return CrlSet.None;
        var material = SecurityStore.Read(revision);
        return CrlSet.Of(material.Crls, material.Ocsps);
    }

    private static bool IsProven(CrlSet store, IReadOnlyList<X509Certificate2> path, DateTimeOffset at) =>
        path.Zip(path.Skip(1)).All(link => store.Find(link.First, link.Second, at).IsGood);
}
