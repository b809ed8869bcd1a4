using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Pdf.Syntax;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Pdf.LongTerm;

/// <summary>Whether a signature that has its timestamp reaches B-LT or B-LTA (ETSI EN 319 142-1 §6.3) by what the document holds.</summary>
internal sealed class LongTermLevel(PdfDocument document)
{
    private readonly Dictionary<long, CrlSet> _stores = [];

    public PadesLevel? Of(PdfSignatureVerdict signature, IEnumerable<PdfSignatureVerdict> all)
    {
        if (signature is not { IsValid: true, Level: PadesLevel.BT, Cms.Signer: { Path: { } path, Timestamp: { } timestamp } signer })
            return signature.Level;
        if (!IsProven(document, path.Path, timestamp.Path, signer.SignedAt))
            return PadesLevel.BT;

        // The timestamp must cover the material: what was added after it is not archived.
        var archived = all.Any(other => other is { IsValid: true, SubFilter: "ETSI.RFC3161" }
            && other.CoveredBytes > signature.CoveredBytes
            && At(other.CoveredBytes) is { } revision && IsProven(revision, path.Path, timestamp.Path, signer.SignedAt));
        return archived ? PadesLevel.BLTA : PadesLevel.BLT;
    }

    private PdfDocument? At(long end) => end == document.Length ? document : document.Revision(end);

    private bool IsProven(PdfDocument revision, IReadOnlyList<X509Certificate2> signer, IReadOnlyList<X509Certificate2> authority, DateTimeOffset at)
    {
        if (!_stores.TryGetValue(revision.Length, out var store))
        {
            var material = SecurityStore.Read(revision);
            _stores[revision.Length] = store = CrlSet.Of(material.Crls, material.Ocsps);
        }

        return IsProven(store, signer, at) && IsProven(store, authority, at);
    }

    private static bool IsProven(CrlSet store, IReadOnlyList<X509Certificate2> path, DateTimeOffset at) =>
        path.Zip(path.Skip(1)).All(link => store.Find(link.First, link.Second, at).IsGood);
}
