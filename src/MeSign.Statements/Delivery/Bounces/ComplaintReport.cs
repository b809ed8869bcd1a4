namespace MeSign.Statements.Delivery.Bounces;

/// <summary>Whom a feedback report (RFC 5965 §3.2) is about; many providers strike the address out.</summary>
internal static class ComplaintReport
{
    public static IReadOnlyList<BouncedRecipient> Recipients(BounceMessage parts)
    {
        var groups = MailFields.ReadGroups(parts.FeedbackReport ?? "", most: 10);
        var named = groups.SelectMany(group => group.All("Original-Rcpt-To").Concat(group.All("Removal-Recipient")).Concat(group.All("X-HmXmrOriginalRecipient")))
            .Append(parts.Header["X-HmXmrOriginalRecipient"])
            .Append(parts.Original?["X-HmXmrOriginalRecipient"])
            .Select(BounceAddresses.Of).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Take(100).ToArray();
        if (named.Length == 0 && BounceAddresses.Of(parts.Original?["To"]) is { } to)
            named = [to];
        return [.. named.Select(address => new BouncedRecipient(address, BounceKind.Complaint, BounceClass.Uncategorized, null, null, null))];
    }
}
