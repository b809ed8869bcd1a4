using System.Security.Cryptography;
using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>The trailer out of those that are left, the last one first; the document catalog by its type where none names it.</summary>
internal static class RebuiltTrailer
{
    private static readonly string[] Needed = ["Root", "Encrypt", "ID", "Info"];

    /// <summary>Everything but a catalog that no trailer names.</summary>
    public static PdfDictionary Of(Survey survey)
    {
        var trailer = new PdfDictionary();
        foreach (var (_, earlier) in survey.Trailers.AsEnumerable().Reverse())
        {
            var isNewest = trailer["Root"] is null && earlier["Root"] is PdfReference;
            foreach (var (key, value) in earlier.Entries)
            {
                if (trailer[key] is null && (isNewest ? !IncrementalUpdate.OwnKeys.Contains(key) : Needed.Contains(key)))
                    trailer[key] = value;
            }
        }

        if (trailer["Encrypt"] is null && survey.Encryption is { } encryption)
        {
            // Up to revision 4 the key is made of the /ID too (ISO 32000-2 §7.6.4.3.2).
            if (encryption.Revision < 5 && trailer["ID"] is null)
                throw PdfDamage.Of("it is encrypted, and the trailer is gone with the /ID that its key is made of");
            trailer["Encrypt"] = encryption.Reference;
            // ISO 32000-2 table 15 asks for one with encryption.
            var id = new PdfString(RandomNumberGenerator.GetBytes(16), Hex: true);
            trailer["ID"] ??= PdfArray.Of(id, id);
        }

        return trailer;
    }

    /// <exception cref="StatementFailedException">DocumentDamaged: there is no catalog.</exception>
    public static void Complete(PdfDictionary trailer, Survey survey, SortedDictionary<int, XrefEntry> entries)
    {
        if (trailer["Root"] is not PdfReference root || !entries.ContainsKey(root.Number))
        {
            if (survey.Lost.TryGetValue((trailer["Root"] as PdfReference)?.Number ?? 0, out var damage))
                throw damage;
            trailer["Root"] = survey.Catalog?.Reference ?? throw PdfDamage.Of("there is no document catalog in it");
        }

        foreach (var key in Needed)
            survey.Refer(trailer[key]);
    }
}
