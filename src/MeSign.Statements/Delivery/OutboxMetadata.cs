using System.Globalization;
using MeSign.Statements.Ledger;

namespace MeSign.Statements.Delivery;

/// <summary>An outbox entry as blob metadata: names are C# identifiers, values ASCII, 8 KiB together (room for 100 certificates).</summary>
internal static class OutboxMetadata
{
    // Beside 100 certificates.
    private const int MaxRepaired = 500;

    public static Dictionary<string, string> Write(OutboxEntry entry)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["issuer"] = entry.Issuer,
            ["messageid"] = entry.MessageId,
            ["encrypted"] = entry.Encrypted ? "true" : "false",
            ["encryptedto"] = entry.EncryptedTo is [] ? "none" : string.Join(' ', entry.EncryptedTo),
            ["timestamp"] = entry.Timestamp.ToString("O", CultureInfo.InvariantCulture),
            ["sha256"] = entry.Sha256,
        };
        if (entry.Repaired is { } damage)
            values["repaired"] = new([.. damage.Take(MaxRepaired).Select(c => c is >= ' ' and <= '~' ? c : '?')]);
        return values;
    }

    /// <exception cref="InvalidDataException">The blob was not written by an outbox.</exception>
    public static OutboxEntry Read(StatementKey key, IDictionary<string, string> metadata, long bytes)
    {
        var values = new Dictionary<string, string>(metadata, StringComparer.OrdinalIgnoreCase);
        return new OutboxEntry
        {
            Key = key,
            Issuer = Value("issuer"),
            MessageId = Value("messageid"),
            Encrypted = Value("encrypted") == "true",
            EncryptedTo = Value("encryptedto") is var to && to == "none" ? [] : to.Split(' '),
            Timestamp = DateTimeOffset.Parse(Value("timestamp"), CultureInfo.InvariantCulture),
            Repaired = values.GetValueOrDefault("repaired"),
            Sha256 = Value("sha256"),
            Bytes = bytes,
        };

        string Value(string name) => values.TryGetValue(name, out var value)
            ? value
            : throw new InvalidDataException($"sealed/{key}.eml has no metadata \"{name}\": it was not written by this system");
    }
}
