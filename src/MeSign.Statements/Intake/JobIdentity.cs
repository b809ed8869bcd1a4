using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Intake;

/// <summary>Under which batch and id an outcome is recorded, also for a job that cannot be read.</summary>
/// <param name="Batch">The job's batch, <see cref="JobReader.DefaultBatch"/> where it names none, <see cref="UnreadableBatch"/> where that cannot be told.</param>
/// <param name="Job">The job's id, or the queue message's where it has no usable one.</param>
/// <param name="Issuer">The issuer that the job names, if that can be read.</param>
public sealed record JobIdentity(string Batch, string Job, string? Issuer)
{
    /// <summary>The batch of jobs whose own batch cannot be told.</summary>
    public const string UnreadableBatch = "unreadable";

    /// <summary>Reads as much of <paramref name="body"/> as is there. Never throws for what it holds.</summary>
    /// <param name="messageId">Id of the queue message, or the place in a manifest: tells one unreadable job from another.</param>
    public static JobIdentity Find(BinaryData body, string messageId)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(messageId);
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        var complete = QueueText.TryDecode(body) is { } json && Scan(json.Span, found);

        if (Usable(found, "id", JobText.IsId) is not { } job)
            return new JobIdentity(UnreadableBatch, UsableMessageId(messageId), Usable(found, "issuer", JobText.IsIssuer));

        // Only a message read to its end can be said to name no batch.
        var batch = Usable(found, "batch", JobText.IsId) ?? (complete && !found.ContainsKey("batch") ? JobReader.DefaultBatch : UnreadableBatch);
        return new JobIdentity(batch, job, Usable(found, "issuer", JobText.IsIssuer));
    }

    /// <summary>Collects the texts of the outermost object until its end or the first fault.</summary>
    /// <returns>False where a fault ended it.</returns>
    private static bool Scan(ReadOnlySpan<byte> json, Dictionary<string, string?> found)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                var value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                reader.Skip();
                // Given twice: which one is meant cannot be told.
                if (!found.TryAdd(name, value))
                    found[name] = null;
            }

            return !reader.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is not UTF-8, or half of a surrogate pair.
            return false;
        }
    }

    private static string? Usable(Dictionary<string, string?> found, string name, Func<ReadOnlySpan<char>, bool> isUsable) =>
        found.GetValueOrDefault(name) is { } value && isUsable(value) ? value : null;

    private static string UsableMessageId(string messageId) => JobText.IsId(messageId)
        ? messageId
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(..16));
}
