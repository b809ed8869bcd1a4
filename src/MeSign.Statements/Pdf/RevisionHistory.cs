using MeSign.Statements.Pdf.Syntax;

namespace MeSign.Statements.Pdf;

/// <summary>
/// What was changed after each signed revision. Every later state counts, not only the last: what was shown between two signatures was
/// shown to the second signer. Where that would be too many comparisons, each revision is compared with the one before, once for all
/// signatures: stricter, as it sees what was added and taken away again.
/// </summary>
internal sealed class RevisionHistory(PdfDocument pdf)
{
    // Each costs a walk through the document.
    private const int MaxComparisons = 500;

    private readonly Dictionary<int, PdfDocument> _covered = [];
    private readonly Dictionary<int, IReadOnlyList<(PdfChangeKind Kind, string Description)>> _steps = [];

    /// <summary>A revision that a signature covers: it ends where the signature says, whatever was appended.</summary>
    public void Add(PdfDocument revision) => _covered.TryAdd(revision.Sections.Count, revision);

    /// <summary>What was changed after a revision, by the first revision that changed it.</summary>
    /// <param name="problems">Gets a sentence where there are more revisions than are compared.</param>
    public IEnumerable<(PdfChangeKind Kind, string Description)> Since(PdfDocument revision, List<string> problems)
    {
        var (from, to) = (revision.Sections.Count, pdf.Sections.Count);
        // Bytes after the last section change what is read where they were waited for.
        if (from == to)
            return new RevisionComparison(revision, pdf).Find();
        if (_covered.Keys.Sum(count => (long)(to - count)) <= MaxComparisons)
            return Enumerable.Range(from + 1, to - from).SelectMany(later => new RevisionComparison(revision, At(later)).Find()).Distinct();

        if (to - from > MaxComparisons)
            problems.Add($"{to - from} revisions follow it; only the first {MaxComparisons} were compared.");
        return Enumerable.Range(from, Math.Min(to - from, MaxComparisons)).SelectMany(Step).Distinct();
    }

    private IReadOnlyList<(PdfChangeKind Kind, string Description)> Step(int sections)
    {
        if (!_steps.TryGetValue(sections, out var changes))
            _steps[sections] = changes = new RevisionComparison(_covered.GetValueOrDefault(sections) ?? At(sections), At(sections + 1)).Find();
        return changes;
    }

    private PdfDocument At(int sections) => sections == pdf.Sections.Count ? pdf : pdf.Without(pdf.Sections.Count - sections);
}
