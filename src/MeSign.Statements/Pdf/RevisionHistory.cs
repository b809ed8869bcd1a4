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

    // Sections and length of what signatures cover. Opened where it is compared: each keeps the objects that it has read.
    private readonly Dictionary<int, long> _covered = [];
    private readonly Dictionary<int, IReadOnlyList<(PdfChangeKind Kind, string Description)>> _steps = [];

    /// <summary>A revision that a signature covers: it ends where the signature says, whatever was appended.</summary>
    public void Add(PdfDocument revision) => _covered.TryAdd(revision.Sections.Count, revision.Length);

    /// <summary>What was changed after a covered revision, by the first revision that changed it.</summary>
    /// <param name="from">How many sections it has.</param>
    /// <param name="problems">Gets a sentence where there are more revisions than are compared.</param>
    public IEnumerable<(PdfChangeKind Kind, string Description)> Since(int from, List<string> problems)
    {
        var to = pdf.Sections.Count;
        if (_covered.Keys.Sum(count => (long)(to - count)) <= MaxComparisons)
        {
            var revision = At(from);
            // Where no section follows, bytes do: they change what is read where they were waited for.
            return Enumerable.Range(Math.Min(from + 1, to), Math.Max(to - from, 1))
                .SelectMany(later => new RevisionComparison(revision, later == to ? pdf : At(later, whole: true)).Find())
                .Distinct();
        }

        if (to - from > MaxComparisons)
            problems.Add($"{to - from} revisions follow it; only the first {MaxComparisons} were compared.");
        return Enumerable.Range(from, Math.Min(to - from, MaxComparisons)).SelectMany(Step).Distinct();
    }

    private IReadOnlyList<(PdfChangeKind Kind, string Description)> Step(int sections)
    {
        if (!_steps.TryGetValue(sections, out var changes))
            _steps[sections] = changes = new RevisionComparison(At(sections), At(sections + 1, whole: true)).Find();
        return changes;
    }

    // A later revision is read with all that follows it: where that matters, it is compared in its turn.
    private PdfDocument At(int sections, bool whole = false) => !whole && _covered.TryGetValue(sections, out var length) && pdf.Revision(length) is { } covered
        ? covered
        : sections == pdf.Sections.Count ? pdf : pdf.Without(pdf.Sections.Count - sections);
}
