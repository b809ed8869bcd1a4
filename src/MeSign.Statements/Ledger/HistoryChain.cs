using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MeSign.Statements.Ledger;

/// <summary>
/// The hashes that make a ledger tamper-evident. They are keyed, so that whoever can write to the table but lacks the key
/// cannot write a chain that holds.
/// </summary>
/// <remarks>
/// A chain a statement, in its row: a change costs no request of its own, and statements do not wait for each other. A chain
/// of the whole batch would make its million statements take turns; so that none can vanish with its row, what matters (that
/// it was received, how it ended, what came after) is also linked into one of the batch's lanes, see <see cref="BatchLanes"/>.
/// </remarks>
internal sealed class HistoryChain
{
    /// <summary>What comes before the first.</summary>
    public const string Root = "";

    /// <summary>Entries after which the newest attempt takes the place of the one before: some 300 kB of the 1 MiB of an entity.</summary>
    public const int MostAttempts = 1000;

    private readonly byte[] _key;

    /// <param name="ledgerKey">The ledger's key; the chain's is derived from it (RFC 5869), so that neither proves the other.</param>
    public HistoryChain(ReadOnlySpan<byte> ledgerKey) =>
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, ledgerKey.ToArray(), 32, info: "MeSign ledger history"u8.ToArray());

    public static HistoryChain Of(LedgerOptions options) => new(Convert.FromBase64String(options.RecipientKey));

    /// <summary>The row with its present content on record.</summary>
    public LedgerRow Append(LedgerRow row, LanePosition? place, string? note)
    {
        // A statement that is tried every hour for months would outgrow its row, and then could not even end. What is linked into
        // a lane, and so every end and every decision, stays.
        var kept = row.History.Count >= MostAttempts && place is null && row.History[^1].Place is null ? [.. row.History.SkipLast(1)] : row.History;
        var entry = new HistoryEntry
        {
            Number = kept.Count + 1,
            At = row.Updated,
            State = row.State,
            Place = place,
            Content = ContentOf(row),
            Hash = "",
            Note = HistoryText.Shorten(note),
        };
        var before = kept is [.., var last] ? last.Hash : Root;
        return row with { History = [.. kept, entry with { Hash = Link(before, row, entry) }] };
    }

    /// <summary>The head of a lane once an entry is on it.</summary>
    public string Head(string before, string entryHash) => Mac($"lane {before} {entryHash}");

    /// <summary>The first thing in a row's own chain that does not hold; null where it does.</summary>
    public string? FindFault(LedgerRow row)
    {
        if (row.History.Count == 0)
            return "has no history";

        var before = Root;
        for (var index = 0; index < row.History.Count; index++)
        {
            var entry = row.History[index];
            if (entry.Number != index + 1)
                return string.Create(CultureInfo.InvariantCulture, $"entry {index + 1} is missing, {entry.Number} stands in its place");
            if (entry.Hash != Link(before, row, entry))
                return string.Create(CultureInfo.InvariantCulture, $"entry {entry.Number} ({entry.State}) is not what was written after the one before it");
            before = entry.Hash;
        }

        var last = row.History[^1];
        return last.State == row.State && last.Content == ContentOf(row)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"says something else than its last entry, {last.Number} ({last.State})");
    }

    /// <summary>Binds a recipient to a row without naming him: without the salt, which erasure drops, nobody can tell whom.</summary>
    public static string PersonOf(string? salt, string? recipientHash) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($"{salt} {recipientHash}")));

    private string Link(string before, LedgerRow row, HistoryEntry entry) => Mac($"entry {before} {row.Batch}/{row.Job} {HistoryText.Covered(entry)}");

    private string Mac(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    /// <summary>Everything that only a move changes. The recipient stands in it as <see cref="LedgerRow.Person"/>.</summary>
    private static string ContentOf(LedgerRow row)
    {
        string?[] fields =
        [
            row.Batch, row.Job, row.Issuer, row.Kind?.ToString(), Person(row), row.State.ToString(), row.Code?.ToString(), LedgerRowEntity.Shorten(row.Detail),
            row.JobSha256, row.DocumentSha256, row.SealedSha256, row.Encrypted?.ToString(), string.Join(' ', row.EncryptedTo), row.MessageId,
            row.RejectedCertificates, row.Attempts.ToString(CultureInfo.InvariantCulture), Time(row.Received), Time(row.Updated), Time(row.Expires),
            Time(row.Timestamp), row.RelayReply,
            // Only where there is one: rows from before there were such fields say what they said.
            .. row.Repaired is { } repaired ? [repaired] : Array.Empty<string>(),
            .. row.Complaint is { } complaint ? [$"complaint {complaint}"] : Array.Empty<string>(),
        ];
        // Each with its length before it, so that no two rows are written alike.
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(fields.Select(field => $"{field?.Length ?? -1}:{field}")))));
    }

    /// <summary>What is on record for the recipient; where the row still has anything of him, made from that, so that another name shows, and one without its salt.</summary>
    private static string? Person(LedgerRow row) =>
        row is { PersonSalt: null, RecipientHash: null } ? row.Person : PersonOf(row.PersonSalt, row.RecipientHash);

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
