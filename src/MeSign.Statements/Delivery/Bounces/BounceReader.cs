namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// Tells what a message that came to the return path is about: delivery status notifications (RFC 3464), feedback reports
/// (RFC 5965), disposition notifications (RFC 8098), automatic answers (RFC 3834), and the notices in free text that many
/// systems send instead. Any bytes may be given: the work is bounded, and what cannot be read is no bounce.
/// </summary>
public static class BounceReader
{
    /// <summary>What is read of a message at the most; all that reports have to say stands before it.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MostOriginalTo = 10;

    /// <param name="message">RFC 5322 message, as received or as a mailbox file keeps it; read up to 1 MiB.</param>
    public static BounceReport Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            return Parse(message);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A fault of ours that some message brings out must not stop the messages behind it: it is kept for a person, as what is no report.
            return BounceReport.Nothing;
        }
    }

    /// <summary>As <see cref="Read"/>, with the faults.</summary>
    internal static BounceReport Parse(ReadOnlyMemory<byte> message)
    {
        message = message[..Math.Min(message.Length, MaxBytes)];
        if (message.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return SesNotification.Read(MailCharset.Decode(message.Span, null)) is { } blob ? Report(blob, []) : BounceReport.Nothing;

        var parts = BounceMessage.Read(message);
        if (SesNotification.Read(parts.Notice) is { } notification)
            return Report(notification, BounceAddresses.References(parts, null, null));

        var (kind, recipients) = Judge(parts);
        if (kind == BounceKind.NotABounce)
            return BounceReport.Nothing;

        var status = StatusReport.Read(parts.DeliveryStatus ?? "");
        var original = BounceAddresses.MessageId(parts.Original?["Message-ID"]) ?? BounceAddresses.MessageId(StatusReport.Field(parts, "Original-Message-ID"));
        var envelope = status.EnvelopeId is { } id ? BounceAddresses.DecodeXtext(id) : null;
        return new BounceReport
        {
            Kind = kind,
            Recipients = recipients,
            FeedbackType = kind == BounceKind.Complaint ? StatusReport.Field(parts, "Feedback-Type") ?? "abuse" : null,
            ReportingSystem = status.ReportingSystem ?? StatusReport.Field(parts, "User-Agent") ?? parts.Header["From"],
            OriginalMessageId = original,
            EnvelopeId = envelope,
            OriginalTo = BounceAddresses.In(parts.Original?["To"] ?? "").Select(found => found.Address).Take(MostOriginalTo).ToArray(),
            References = BounceAddresses.References(parts, original, envelope),
        };
    }

    private static BounceReport Report(SesNotification notification, IReadOnlyList<string> references) => new()
    {
        Kind = notification.Kind,
        Recipients = notification.Recipients,
        FeedbackType = notification.FeedbackType,
        ReportingSystem = "Amazon SES",
        OriginalMessageId = notification.MessageId,
        References = notification.MessageId is { } id ? [id, .. references] : references,
    };

    private static (BounceKind Kind, IReadOnlyList<BouncedRecipient> Recipients) Judge(BounceMessage parts)
    {
        if (parts.FeedbackReport is not null || BounceSigns.IsPlainComplaint(parts))
            return (BounceKind.Complaint, ComplaintReport.Recipients(parts));

        if (parts.DeliveryStatus is { } text && StatusReport.Read(text) is { Recipients: [_, ..] } report)
        {
            var recipients = report.Recipients.Select(recipient => StatusReport.Explain(recipient, parts)).ToArray();
            return (Overall(recipients), recipients);
        }

        if ((parts.DispositionNotification is not null || parts.ReportType == "disposition-notification") && !BounceSigns.SaysRejected(parts))
            return (BounceKind.ReadReceipt, BounceAddresses.Recipients(parts, BounceKind.ReadReceipt));

        var sign = parts.DispositionNotification is null ? BounceSigns.Weigh(parts) : BounceKind.Failure;
        if (sign == BounceKind.AutoReply)
            return (sign, BounceAddresses.Recipients(parts, sign));
        if (sign == BounceKind.NotABounce)
            return (sign, []);

        var named = NoticeReader.Read(parts);
        return (Overall(named), named);
    }

    /// <summary>The worst that is said of any recipient: a report is about one statement, which had one.</summary>
    private static BounceKind Overall(IReadOnlyList<BouncedRecipient> recipients) =>
        recipients.Any(recipient => recipient.Kind == BounceKind.Failure) ? BounceKind.Failure
        : recipients.Any(recipient => recipient.Kind == BounceKind.Delayed) ? BounceKind.Delayed
        : recipients.Count > 0 ? recipients[0].Kind : BounceKind.Failure;
}
