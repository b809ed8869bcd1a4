using System.Globalization;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements;

/// <summary>
/// From what came to the return path to the statement that it is about. A report counts when it names a statement's message
/// (128 random bits that only its recipient and the way to it have seen) and, where it names anybody, the statement's recipient.
/// </summary>
internal sealed partial class RecordBounce(
    StatementLedger ledger,
    RecipientHasher hasher,
    SuppressionList suppressions,
    Outcomes outcomes,
    BounceMetrics metrics,
    IOptions<SuppressionOptions> options,
    TimeProvider time,
    ILogger<RecordBounce> logger)
{
    private const int LongestFeedbackType = 32;

    public async Task<RecordedBounce> RunAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var report = BounceReader.Read(message);
        var row = report.Kind == BounceKind.NotABounce ? null : await ledger.FindByMessageAsync(report.References, cancellationToken);
        var own = row is null ? null : report.Recipients.FirstOrDefault(one => IsTo(row, one.Address));
        var kind = own?.Kind ?? report.Kind;
        var recipient = own ?? report.Recipients.FirstOrDefault(one => one.Kind == kind);
        var effect = (kind, row) switch
        {
            (BounceKind.NotABounce, _) => BounceEffect.Unreadable,
            (_, null) => BounceEffect.Unmatched,
            _ when own is null && !IsAbout(report, row) => BounceEffect.OtherRecipient,
            (BounceKind.Failure, _) => await FailAsync(row, recipient, cancellationToken),
            (BounceKind.Success, _) => await EndAsync(row with { Detail = null }, StatementState.Delivered, cancellationToken),
            (BounceKind.Complaint, _) => await ComplainAsync(row, report, cancellationToken),
            // Nothing has ended: it is tried again, was read, or was answered by a machine.
            _ => BounceEffect.Noted,
        };

        metrics.Read(kind, recipient?.Class, effect);
        Log.Read(logger, row?.Batch, row?.Job, kind, recipient?.Class, recipient?.Status, effect);
        return new RecordedBounce(effect, row is null ? null : await ledger.FindAsync(row.Key, cancellationToken));
    }

    private async Task<BounceEffect> FailAsync(LedgerRow row, BouncedRecipient? recipient, CancellationToken cancellationToken)
    {
        // Class and codes only: what the report says in words names the recipient.
        var effect = await EndAsync(row with { Detail = Describe(recipient) }, StatementState.Bounced, cancellationToken);
        if (effect != BounceEffect.TooEarly && recipient is { Class: BounceClass.InvalidRecipient or BounceClass.InactiveMailbox or BounceClass.BadDomain, Status: ['5', ..] })
            await SuppressAsync(row, SuppressionCause.HardBounce, $"{recipient.Class} {recipient.Status}", options.Value.HardBounce, cancellationToken);
        return effect;
    }

    private async Task<BounceEffect> ComplainAsync(LedgerRow row, BounceReport report, CancellationToken cancellationToken)
    {
        var type = report.FeedbackType is { Length: <= LongestFeedbackType } text && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text.ToLowerInvariant() : "other";
        if (row.State == StatementState.Submitting)
            return BounceEffect.TooEarly;

        // RFC 5965 §7.3: the others are the provider's own findings, or take a complaint back.
        if (type == "abuse")
            await SuppressAsync(row, SuppressionCause.Complaint, type, options.Value.Complaint, cancellationToken);
        if (row.Complaint is not null)
            return BounceEffect.Noted;

        await ledger.AnnotateAsync(row with { Complaint = type }, $"complaint: {type}", cancellationToken);
        return BounceEffect.Complained;
    }

    private async Task<BounceEffect> EndAsync(LedgerRow row, StatementState end, CancellationToken cancellationToken)
    {
        if (row.State == StatementState.Submitting)
            return BounceEffect.TooEarly;

        if (!StateTransitions.IsLegal(row.State, end))
        {
            await outcomes.ReportAsync(row, cancellationToken);
            return BounceEffect.Noted;
        }

        await outcomes.EndAsync(row, end, cancellationToken);
        return end == StatementState.Bounced ? BounceEffect.Bounced : BounceEffect.Delivered;
    }

    private async Task SuppressAsync(LedgerRow row, SuppressionCause cause, string detail, TimeSpan lasting, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (row.RecipientHash is { } recipient && lasting > TimeSpan.Zero)
            await suppressions.AddAsync(new Suppression(recipient, cause, detail, row.Key.ToString(), now, now + lasting), cancellationToken);
    }

    // Behind a forwarding, the report names where it was forwarded to; the copy that it returns still says whom we wrote to.
    private bool IsAbout(BounceReport report, LedgerRow row)
    {
        var named = report.Recipients.Select(recipient => recipient.Address).Concat(report.OriginalTo).OfType<string>().ToArray();
        return named.Length == 0 || Array.Exists(named, address => IsTo(row, address));
    }

    private bool IsTo(LedgerRow row, string? address) => address is not null && hasher.Hash(address) == row.RecipientHash;

    private static string Describe(BouncedRecipient? recipient) => recipient is null
        ? "returned without a reason"
        : string.Join(' ', new[] { $"returned as {recipient.Class}:", recipient.ReplyCode?.ToString(CultureInfo.InvariantCulture), recipient.Status }.OfType<string>());

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A message to the return path, about {Batch}/{Job}: {Kind} {Class} {Status}, {Effect}")]
        public static partial void Read(ILogger logger, string? batch, string? job, BounceKind kind, BounceClass? @class, string? status, BounceEffect effect);
    }
}
