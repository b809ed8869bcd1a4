using System.Security.Cryptography;
using Azure.Data.Tables;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Ledger;

/// <summary>How rows, index entries and conflicts look as table entities.</summary>
/// <remarks>
/// Row: PartitionKey batch, RowKey job. Conflict: the same partition, RowKey <c>job|SHA-256</c> (no id has a bar).
/// Index entry: PartitionKey recipient hash or message name, RowKey <c>batch|job</c>. Lane: RowKey <c>|lane|07</c>.
/// </remarks>
internal static class LedgerRowEntity
{
    private const char Bar = '|';
    private const int MaxDetail = 1000;
    private const string Stamp = "Stamp";

    /// <summary>Whether the row has a body: the service cannot ask for what is absent.</summary>
    internal const string Alone = "Alone";

    /// <param name="row">The row to write.</param>
    /// <param name="stamp">A random mark by which the writer knows its own write again.</param>
    public static TableEntity Write(LedgerRow row, out string stamp)
    {
        stamp = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var entity = new TableEntity(row.Batch, row.Job)
        {
            [Stamp] = stamp,
            [nameof(row.State)] = row.State.ToString(),
            [nameof(row.Issuer)] = row.Issuer,
            [nameof(row.Kind)] = row.Kind?.ToString(),
            [nameof(row.RecipientHash)] = row.RecipientHash,
            [nameof(row.RecipientAddress)] = row.RecipientAddress,
            [nameof(row.Code)] = row.Code?.ToString(),
            [nameof(row.Detail)] = Shorten(row.Detail),
            [nameof(row.JobSha256)] = row.JobSha256,
            [nameof(row.DocumentSha256)] = row.DocumentSha256,
            [nameof(row.SealedSha256)] = row.SealedSha256,
            [nameof(row.Encrypted)] = row.Encrypted,
            [nameof(row.EncryptedTo)] = row.EncryptedTo is [] ? null : string.Join(' ', row.EncryptedTo),
            [nameof(row.MessageId)] = row.MessageId,
            [nameof(row.Repaired)] = row.Repaired,
            [nameof(row.RejectedCertificates)] = row.RejectedCertificates,
            [nameof(row.Attempts)] = row.Attempts,
            [nameof(row.Received)] = row.Received,
            [nameof(row.Updated)] = row.Updated,
            [nameof(row.NextAttempt)] = row.NextAttempt,
            [nameof(row.LeaseUntil)] = row.LeaseUntil,
            [nameof(row.Expires)] = row.Expires,
            ["SignedAt"] = row.Timestamp,
            [nameof(row.RelayReply)] = row.RelayReply,
            [nameof(row.Complaint)] = row.Complaint,
            [nameof(row.Reported)] = row.Reported,
            [nameof(row.DocumentBlob)] = row.DocumentBlob,
            [nameof(row.HasMessage)] = row.HasMessage,
            [nameof(row.Body)] = row.Body?.ToArray(),
            [Alone] = row.Body is not null,
            [nameof(row.Person)] = row.Person,
            [nameof(row.PersonSalt)] = row.PersonSalt,
        };
        HistoryText.Write(entity, row.History);
        return entity;
    }

    public static LedgerRow Read(TableEntity entity) => new()
    {
        Batch = entity.PartitionKey,
        Job = entity.RowKey,
        State = StateOf(entity),
        Issuer = entity.GetString(nameof(LedgerRow.Issuer)),
        Kind = entity.GetString(nameof(LedgerRow.Kind)) is { } kind ? Enum.Parse<JobKind>(kind) : null,
        RecipientHash = entity.GetString(nameof(LedgerRow.RecipientHash)),
        RecipientAddress = entity.GetString(nameof(LedgerRow.RecipientAddress)),
        Code = entity.GetString(nameof(LedgerRow.Code)) is { } code ? Enum.Parse<FailureCode>(code) : null,
        Detail = entity.GetString(nameof(LedgerRow.Detail)),
        JobSha256 = entity.GetString(nameof(LedgerRow.JobSha256)),
        DocumentSha256 = entity.GetString(nameof(LedgerRow.DocumentSha256)),
        SealedSha256 = entity.GetString(nameof(LedgerRow.SealedSha256)),
        Encrypted = entity.GetBoolean(nameof(LedgerRow.Encrypted)),
        EncryptedTo = entity.GetString(nameof(LedgerRow.EncryptedTo))?.Split(' ') ?? [],
        MessageId = entity.GetString(nameof(LedgerRow.MessageId)),
        Repaired = entity.GetString(nameof(LedgerRow.Repaired)),
        RejectedCertificates = entity.GetString(nameof(LedgerRow.RejectedCertificates)),
        Attempts = entity.GetInt32(nameof(LedgerRow.Attempts)) ?? 0,
        Received = entity.GetDateTimeOffset(nameof(LedgerRow.Received)) ?? default,
        Updated = entity.GetDateTimeOffset(nameof(LedgerRow.Updated)) ?? default,
        NextAttempt = entity.GetDateTimeOffset(nameof(LedgerRow.NextAttempt)),
        LeaseUntil = entity.GetDateTimeOffset(nameof(LedgerRow.LeaseUntil)),
        Expires = entity.GetDateTimeOffset(nameof(LedgerRow.Expires)),
        Timestamp = entity.GetDateTimeOffset("SignedAt"),
        RelayReply = entity.GetString(nameof(LedgerRow.RelayReply)),
        Complaint = entity.GetString(nameof(LedgerRow.Complaint)),
        Reported = entity.GetBoolean(nameof(LedgerRow.Reported)) ?? false,
        DocumentBlob = entity.GetString(nameof(LedgerRow.DocumentBlob)),
        HasMessage = entity.GetBoolean(nameof(LedgerRow.HasMessage)) ?? false,
        Body = entity.GetBinary(nameof(LedgerRow.Body)) is { } body ? body.AsMemory() : (ReadOnlyMemory<byte>?)null,
        Person = entity.GetString(nameof(LedgerRow.Person)),
        PersonSalt = entity.GetString(nameof(LedgerRow.PersonSalt)),
        History = HistoryText.Read(entity) ?? [],
        ETag = entity.ETag,
    };

    /// <returns>Null for what was altered, or written by a version that knows more states and codes.</returns>
    public static LedgerRow? TryRead(TableEntity entity)
    {
        try
        {
            return Read(entity);
        }
        // Of unknown names, of properties of another type, and of text that is no time or number.
        catch (Exception strange) when (strange is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>A detail as it is kept.</summary>
    public static string? Shorten(string? detail) => detail is { Length: > MaxDetail } ? detail[..MaxDetail] : detail;

    public static bool IsRow(TableEntity entity) => !entity.RowKey.Contains(Bar, StringComparison.Ordinal);

    /// <summary>Whether it is a row or a conflict: what has a history.</summary>
    public static bool IsOnRecord(TableEntity entity) => !entity.RowKey.StartsWith(Bar);

    public static StatementState StateOf(TableEntity entity) => Enum.Parse<StatementState>(entity.GetString(nameof(LedgerRow.State)));

    public static string StampOf(TableEntity entity) => entity.GetString(Stamp);

    /// <param name="key">The row to find.</param>
    /// <param name="name">What it is to be found by.</param>
    public static TableEntity IndexOf(StatementKey key, string name) => new(name, $"{key.Batch}{Bar}{key.Job}");

    public static StatementKey KeyOf(TableEntity index)
    {
        var bar = index.RowKey.IndexOf(Bar, StringComparison.Ordinal);
        return new StatementKey(index.RowKey[..bar], index.RowKey[(bar + 1)..]);
    }

    /// <summary>What is kept of a job whose id is taken: not whom it is for, since nobody is written to.</summary>
    public static LedgerRow ConflictOf(LedgerRow row) => new()
    {
        Batch = row.Batch,
        Job = $"{row.Job}{Bar}{row.JobSha256}",
        Issuer = row.Issuer,
        State = StatementState.Failed,
        Code = FailureCode.JobIdReused,
        JobSha256 = row.JobSha256,
        Received = row.Received,
        Updated = row.Updated,
        // Whoever it came from is told with every arrival, and by no sweep.
        Reported = true,
    };

    public static JobConflict ReadConflict(TableEntity entity)
    {
        var bar = entity.RowKey.IndexOf(Bar, StringComparison.Ordinal);
        return new JobConflict(
            new StatementKey(entity.PartitionKey, entity.RowKey[..bar]),
            entity.RowKey[(bar + 1)..],
            entity.GetDateTimeOffset(nameof(LedgerRow.Received)) ?? default);
    }

    public static (string From, string Before) ConflictRange(StatementKey key) => ($"{key.Job}{Bar}", $"{key.Job}{(char)(Bar + 1)}");
}
