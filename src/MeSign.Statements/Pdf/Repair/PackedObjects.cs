using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf.Repair;

/// <summary>The objects inside of object streams (ISO 32000-2 §7.5.7).</summary>
internal static class PackedObjects
{
    /// <param name="document">Its objects outside of object streams.</param>
    /// <param name="entries">Those; completed with what the object streams hold.</param>
    /// <exception cref="StatementFailedException">DocumentDamaged: an object stream cannot be read, so that nobody knows what is missing.</exception>
    public static void Add(PdfDocument document, Survey survey, SortedDictionary<int, XrefEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var (container, found) in survey.Objects.Where(pair => pair.Value.HoldsObjects).OrderBy(pair => pair.Value.Found))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reference = new PdfReference(container, found.Generation);
            if (document.Load(reference) is not PdfStream stream)
                throw PdfDamage.In(reference, "it is no object stream");

            var objects = ObjectStream.Open(stream, document);
            foreach (var (position, number) in objects.Numbers.Index())
            {
                // Of an object that is also outside, the later definition wins.
                if (number == 0 || (survey.Objects.TryGetValue(number, out var outside) && outside.Found > found.Found))
                    continue;
                if (entries.Count > Landmarks.Most)
                    throw PdfDamage.Of($"it has more than {Landmarks.Most} objects");

                entries[number] = new(number, XrefKind.Compressed, container, position);
                survey.Lost.Remove(number);
                var packed = new PdfReference(number, 0);
                var value = objects.Read(packed, position);
                survey.Refer(value);
                if (value is PdfDictionary dictionary && dictionary.IsType("Catalog") && !(survey.Catalog?.Offset > found.Found))
                    survey.Catalog = (packed, found.Found);
            }
        }
    }
}
