namespace MeSign.Statements.Delivery.Bounces;

/// <summary>The fields of a message/delivery-status part (RFC 3464 §2), as they are there rather than as they should be.</summary>
/// <param name="ReportingSystem">Reporting-MTA without its type.</param>
/// <param name="EnvelopeId">Original-Envelope-Id, as xtext.</param>
internal sealed record StatusReport(string? ReportingSystem, string? EnvelopeId, IReadOnlyList<StatusReport.Entry> Recipients)
{
    private const int MostRecipients = 100;

    /// <summary>The fields of one recipient (RFC 3464 §2.3).</summary>
    public sealed record Entry(string? Address, string? Action, string? Status, string? Diagnostic);

    public static StatusReport Read(string text)
    {
        var groups = MailFields.ReadGroups(text, MostRecipients + 1);
        // Some write Action beside Reporting-MTA, and again or not with the recipient.
        var named = groups.Any(group => group.Has("Final-Recipient"));
        var recipients = groups
            .Where(group => group.Has("Final-Recipient") || group.Has("Original-Recipient") || (!named && group.Has("Action")) || (!named && group.Has("Status") && group.Has("Diagnostic-Code")))
            .Select(Entries)
            .Take(MostRecipients)
            .ToArray();
        return new StatusReport(
            groups.Select(group => group["Reporting-MTA"]).FirstOrDefault(value => value is not null) is { } system ? BounceAddresses.WithoutType(system) : null,
            groups.Select(group => group["Original-Envelope-Id"]).FirstOrDefault(value => value is not null),
            recipients);
    }

    /// <summary>A field of the report, whichever kind it is of.</summary>
    public static string? Field(BounceMessage parts, string name) =>
        new[] { parts.FeedbackReport, parts.DispositionNotification, parts.DeliveryStatus }
            .Where(text => text is not null)
            .SelectMany(text => MailFields.ReadGroups(text!, MostRecipients))
            .Select(group => group[name])
            .FirstOrDefault(value => value is not null);

    /// <summary>Adds what the fields leave open from the words that go with them.</summary>
    public static BouncedRecipient Explain(Entry entry, BounceMessage parts)
    {
        var words = NoticeReader.About(parts, entry.Address);
        var diagnostic = string.IsNullOrWhiteSpace(entry.Diagnostic) ? words : entry.Diagnostic;
        var status = ReplyText.Status(entry.Status);
        var kind = entry.Action?.Split(' ', ';', '(')[0].ToLowerInvariant() switch
        {
            "failed" or "failure" => BounceKind.Failure,
            "delayed" or "delay" => BounceKind.Delayed,
            "delivered" or "relayed" or "expanded" or "deliverable" => BounceKind.Success,
            _ => status?[0] switch
            {
                '2' => BounceKind.Success,
                '4' when BounceSigns.SaysDelayed(parts) => BounceKind.Delayed,
                _ => BounceKind.Failure,
            },
        };
        return BounceClassifier.Explain(entry.Address, kind, status, diagnostic, [entry.Diagnostic ?? "", Comment(entry.Status), words, parts.Notice, NoticeReader.Subject(parts)]);
    }

    /// <summary>Some put their words behind the code: <c>4.0.0 (host name lookup failure)</c>, as RFC 3464 §2.3.4 allows.</summary>
    private static string Comment(string? status) => status?.IndexOf('(', StringComparison.Ordinal) is >= 0 and var at ? status[at..] : "";

    private static Entry Entries(MailFields group)
    {
        var final = BounceAddresses.Of(group["Final-Recipient"]);
        var original = BounceAddresses.Of(group["Original-Recipient"]);
        return new Entry(
            // The one that we wrote to, where the last server knows it by another name.
            original ?? final ?? BounceAddresses.Of(group["X-Actual-Recipient"]),
            group["Action"],
            group["Status"],
            string.Join(' ', group.All("Diagnostic-Code").Select(BounceAddresses.WithoutType)) is { Length: > 0 } diagnostic ? diagnostic : null);
    }
}
