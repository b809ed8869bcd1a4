using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>
/// Rebuilds what says where the objects of a damaged file are, as readers do in memory when they open one, but once and on record: a
/// cross-reference section over everything that <see cref="Survey"/> found is appended, and before it the objects that stand in the
/// file in another form than they should (a wrong <c>/Length</c>, a missing <c>endobj</c>). The damaged bytes stay as they are in
/// front of it: the repaired document, and so what is signed, begins with the input.
/// </summary>
/// <remarks>
/// Nothing is invented. Where an object that others refer to is cut off or missing, a page is not there, or the file ends within an
/// update, the document is refused: what would be signed might not be what was written.
/// </remarks>
internal static class PdfRepair
{
    /// <param name="file">Seekable; read, never written.</param>
    /// <param name="damage">Why it could not be read.</param>
    /// <param name="password">Opens an encrypted document.</param>
    /// <returns>The file with what repairs it.</returns>
    /// <exception cref="StatementFailedException">DocumentDamaged: beyond repair, with the damage and the reason; DocumentEncrypted.</exception>
    public static AppendedFile Run(Stream file, StatementFailedException damage, string? password, CancellationToken cancellationToken)
    {
        try
        {
            return Run(file, password, cancellationToken);
        }
        catch (StatementFailedException reason) when (reason.Code == FailureCode.DocumentDamaged)
        {
            throw new StatementFailedException(FailureCode.DocumentDamaged, $"{damage.Detail}. It cannot be repaired: {reason.Detail}");
        }
    }

    private static AppendedFile Run(Stream file, string? password, CancellationToken cancellationToken)
    {
        var source = new PdfSource(file);
        var origin = PdfDocument.Header(source);
        var survey = Survey.Of(source, origin, cancellationToken);
        if (survey.Objects.Count == 0)
            throw PdfDamage.Of("there is no object in it");

        var trailer = RebuiltTrailer.Of(survey);
        var start = source.Length - origin;
        var entries = new SortedDictionary<int, XrefEntry>();
        foreach (var (number, found) in survey.Objects)
            entries.Add(number, new(number, XrefKind.InUse, found.Offset, found.Generation));

        var plain = new AppendedFile(file);
        plain.Append(Append(survey, trailer, entries, start));
        if (survey.Objects.Values.Any(found => found.HoldsObjects))
        {
            // What object streams hold can only be read once the objects are found, since they may be encrypted.
            PackedObjects.Add(PdfDocument.Open(plain, password), survey, entries, cancellationToken);
        }

        RebuiltTrailer.Complete(trailer, survey, entries);
        Losses.Check(survey, entries);
        var repaired = new AppendedFile(file);
        repaired.Append(Append(survey, trailer, entries, start));
        Losses.CheckPages(PdfDocument.Open(repaired, password));
        return repaired;
    }

    private static ReadOnlyMemory<byte> Append(Survey survey, PdfDictionary trailer, SortedDictionary<int, XrefEntry> entries, long start)
    {
        var writer = new PdfWriter();
        writer.Write(survey.Rewritten.Written.Span);
        new RebuiltSection(trailer, entries).Write(writer, start);
        return writer.Written;
    }
}
