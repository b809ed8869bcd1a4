using System.Globalization;
using Azure.Data.Tables;

namespace MeSign.Statements.Ledger;

/// <summary>
/// A statement's history as text properties of its row, one line an entry:
/// <c>number time state lane:position content hash note</c>. In the row itself a change and its record are one write.
/// </summary>
internal static class HistoryText
{
    /// <summary>A property holds 32,768 characters, an entity 1 MiB: some 2,500 entries in fifteen properties.</summary>
    private const int LinesPerProperty = 120;

    /// <summary>Longest note: what keeps the lines above within their property.</summary>
    private const int MaxNote = 100;

    private const string None = "-";

    public static void Write(TableEntity entity, IReadOnlyList<HistoryEntry> history)
    {
        foreach (var (index, lines) in history.Select(Line).Chunk(LinesPerProperty).Index())
            entity[Property(index)] = string.Join('\n', lines);
    }

    /// <returns>Null where the text is not what was written.</returns>
    public static IReadOnlyList<HistoryEntry>? Read(TableEntity entity)
    {
        var history = new List<HistoryEntry>();
        for (var index = 0; entity.TryGetValue(Property(index), out var text); index++)
        {
            foreach (var line in ((text as string) ?? "").Split('\n'))
            {
                if (Entry(line) is not { } entry)
                    return null;
                history.Add(entry);
            }
        }

        return history;
    }

    /// <summary>A note as it is kept: one line, of bounded length.</summary>
    public static string? Shorten(string? note)
    {
        if (note is null)
            return null;

        var line = new string([.. note.Take(MaxNote).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return line.Trim() is { Length: > 0 } trimmed ? trimmed : null;
    }

    /// <summary>The part of the line that the entry's hash covers.</summary>
    public static string Covered(HistoryEntry entry)
    {
        var place = entry.Place is { } lane ? string.Create(CultureInfo.InvariantCulture, $"{lane.Lane}:{lane.Position}") : None;
        return string.Create(CultureInfo.InvariantCulture, $"{entry.Number} {entry.At.UtcDateTime:O} {entry.State} {place} {entry.Content} {entry.Note}");
    }

    private static string Line(HistoryEntry entry)
    {
        var parts = Covered(entry).Split(' ', 6);
        return string.Join(' ', [.. parts[..5], entry.Hash, parts[5]]);
    }

    private static HistoryEntry? Entry(string line)
    {
        if (line.Split(' ', 7) is not [var number, var at, var state, var place, var content, var hash, var note]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            || !DateTimeOffset.TryParseExact(at, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || !Enum.TryParse<StatementState>(state, out var reached)
            || !TryPlace(place, out var lane))
            return null;

        return new HistoryEntry
        {
            Number = n,
            At = time,
            State = reached,
            Place = lane,
            Content = content,
            Hash = hash,
            Note = note.Length > 0 ? note : null,
        };
    }

    private static bool TryPlace(string text, out LanePosition? place)
    {
        place = null;
        if (text == None)
            return true;
        if (text.Split(':') is not [var lane, var position]
            || !int.TryParse(lane, NumberStyles.None, CultureInfo.InvariantCulture, out var l)
            || !long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var p))
            return false;

        place = new LanePosition(l, p);
        return true;
    }

    private static string Property(int index) => index == 0 ? "History" : string.Create(CultureInfo.InvariantCulture, $"History{index}");
}
