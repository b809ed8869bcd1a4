namespace MeSign.Statements.Delivery.Bounces;

/// <summary>From words and codes to a class. The words of a reply are heard before its codes: many servers say 5.7.1 or 550 to everything.</summary>
internal static class BounceClassifier
{
    private const int LongestDiagnostic = 500;

    /// <param name="texts">What is said, the nearest to the recipient first.</param>
    public static BouncedRecipient Explain(string? address, BounceKind kind, string? status, string diagnostic, IReadOnlyList<string> texts)
    {
        texts = [.. texts.Where(text => !string.IsNullOrWhiteSpace(text)).Distinct(StringComparer.Ordinal)];
        var code = texts.Select(ReplyText.Code).FirstOrDefault(found => found is not null);
        var quoted = texts.Select(text => ReplyText.Status(text, kind == BounceKind.Success ? "2" : "45")).FirstOrDefault(found => found is not null);
        if (status is null || (quoted is not null && ReplyText.Detail(status) < ReplyText.Detail(quoted)))
            status = quoted ?? status;

        var reason = kind == BounceKind.Success ? BounceClass.Uncategorized : AtPhase(texts, Classify(kind, code, status, texts));
        status ??= kind switch
        {
            BounceKind.Success => "2.0.0",
            BounceKind.Delayed => "4" + Default(reason)[1..],
            _ => code is >= 400 and < 500 ? "4" + Default(reason)[1..] : Default(reason),
        };
        return new BouncedRecipient(address, kind, reason, status, code, OneLine(diagnostic));
    }

    private static BounceClass Classify(BounceKind kind, int? code, string? status, IReadOnlyList<string> texts)
    {
        var forGood = kind == BounceKind.Failure && (code is null ? status is ['5', ..] : code >= 500);
        return Said(kind, status, texts, forGood, out var courtesy)
            ?? (status is not null && OfStatus(status) is { } registered && Fits(kind, registered) ? registered : (BounceClass?)null)
            ?? (code is 521 or 556 ? BounceClass.BadDomain : (BounceClass?)null)
            ?? courtesy
            ?? OfCode(code, texts)
            ?? (kind == BounceKind.Delayed ? BounceClass.TransientFailure : BounceClass.Uncategorized);
    }

    /// <param name="courtesy">What was said that means nothing beside a code that says for good, where nothing better was said.</param>
    /// <returns>What the words say, or a code that says more; null where neither says anything.</returns>
    private static BounceClass? Said(BounceKind kind, string? status, IReadOnlyList<string> texts, bool forGood, out BounceClass? courtesy)
    {
        courtesy = null;

        // X.1.10 is a null MX (RFC 7505 §4.2), and with Exchange Online an unknown recipient.
        var exact = status is not null && ReplyText.Detail(status) == 2 && !status.EndsWith(".1.10", StringComparison.Ordinal) ? OfStatus(status) : null;
        var replies = texts.Select(ReplyText.Find).OfType<string>().Distinct(StringComparer.Ordinal).Take(3);
        foreach (var text in replies.Concat(texts).Select(ReplyText.Bare))
        {
            if (BouncePhrases.Find(text, forGood) is { } sure && Fits(kind, sure))
                return sure;
            if (courtesy is null && BounceWords.Find(text, forGood) is { } said && Fits(kind, said) && !Outweighs(exact, said))
                return said;

            // A code that is exact says more than words that stand further off. 5.7.1 is said to everything.
            if (exact is { } reason and not BounceClass.PolicyRelated)
                return reason;
            if (forGood)
                courtesy ??= BouncePhrases.Find(text) ?? BounceWords.Find(text);
        }

        return null;
    }

    /// <summary>A message that is tried again has not expired, however often the notice speaks of hours and days.</summary>
    private static bool Fits(BounceKind kind, BounceClass said) => kind != BounceKind.Delayed || said != BounceClass.MessageExpired;

    /// <summary>Who refuses before it heard of a recipient speaks of the client or the sender, whatever its words and codes.</summary>
    private static BounceClass AtPhase(IReadOnlyList<string> texts, BounceClass reason) =>
        reason is not (BounceClass.InvalidRecipient or BounceClass.BadDomain or BounceClass.PolicyRelated or BounceClass.Uncategorized) ? reason
        : PhaseOf(texts) switch
        {
            ReplyPhase.Connect => BounceClass.SpamBlock,
            ReplyPhase.MailFrom => BounceClass.InvalidSender,
            _ => reason,
        };

    private static ReplyPhase PhaseOf(IReadOnlyList<string> texts) =>
        texts.Select(ReplyText.PhaseOf).FirstOrDefault(phase => phase != ReplyPhase.Unknown);

    /// <summary>
    /// Servers that say 5.1.1 or 5.2.2 mean it, unless their words speak of something that those codes are misused for.
    /// </summary>
    private static bool Outweighs(BounceClass? exact, BounceClass said) => exact switch
    {
        BounceClass.InvalidRecipient => said is not (BounceClass.InactiveMailbox or BounceClass.QuotaIssues or BounceClass.SpamBlock or BounceClass.SpamContent
            or BounceClass.VirusRelated or BounceClass.AuthenticationFailed or BounceClass.InvalidSender or BounceClass.RelayDenied or BounceClass.PolicyRelated),
        BounceClass.QuotaIssues or BounceClass.BadDomain => said is not (BounceClass.InvalidRecipient or BounceClass.InactiveMailbox or BounceClass.MessageTooLarge),
        BounceClass.BadConnection => said is BounceClass.NoAnswerFromHost,
        BounceClass.MessageTooLarge => true,
        _ => false,
    };

    /// <summary>RFC 3463 §3, RFC 5248's registry.</summary>
    private static BounceClass? OfStatus(string status) => status[2..] switch
    {
        "1.1" or "1.3" or "1.4" or "1.6" or "1.0" => BounceClass.InvalidRecipient,
        "1.2" or "1.10" => BounceClass.BadDomain,
        "1.7" or "1.8" or "1.9" => BounceClass.InvalidSender,
        "2.1" or "7.13" => BounceClass.InactiveMailbox,
        "2.2" or "3.1" => BounceClass.QuotaIssues,
        "2.3" or "3.4" => BounceClass.MessageTooLarge,
        "2.0" or "2.4" => BounceClass.InvalidRecipient,
        "3.2" when status[0] == '4' => BounceClass.TransientFailure,
        "3.0" or "3.3" or "3.5" => BounceClass.BadConfiguration,
        "4.1" => BounceClass.NoAnswerFromHost,
        "4.2" => BounceClass.BadConnection,
        "4.3" => BounceClass.DNSFailure,
        "4.4" or "4.6" => BounceClass.RoutingErrors,
        "4.5" => BounceClass.TransientFailure,
        "4.7" or "4.0" => BounceClass.MessageExpired,
        "6.7" or "5.0" or "5.1" or "5.2" or "5.4" or "5.5" or "5.6" => BounceClass.ProtocolErrors,
        "5.3" => BounceClass.TooManyRecipients,
        "7.17" => BounceClass.InvalidRecipient,
        "7.18" => BounceClass.BadDomain,
        "7.27" => BounceClass.InvalidSender,
        "7.0" or "7.1" or "7.2" => BounceClass.PolicyRelated,
        var rest when rest.StartsWith("6.", StringComparison.Ordinal) => BounceClass.ContentRelated,
        "7.3" or "7.4" or "7.5" or "7.6" or "7.7" or "7.8" or "7.9" or "7.10" or "7.11" or "7.12" or "7.14" or "7.15"
            or "7.20" or "7.21" or "7.22" or "7.23" or "7.24" or "7.25" or "7.26" or "7.29" or "7.30" or "7.509" or "7.515" => BounceClass.AuthenticationFailed,
        var rest when rest.StartsWith("7.6", StringComparison.Ordinal) || rest.StartsWith("7.5", StringComparison.Ordinal) => BounceClass.SpamBlock,
        var rest when rest.StartsWith("7.", StringComparison.Ordinal) => BounceClass.PolicyRelated,
        _ => null,
    };

    private static BounceClass? OfCode(int? code, IReadOnlyList<string> texts) => code switch
    {
        // Who took the recipient and refuses what came then (RFC 5321 §4.2.2: "for policy reasons") has such a mailbox.
        550 or 551 or 553 when PhaseOf(texts) == ReplyPhase.Data => BounceClass.PolicyRelated,
        421 or 450 or 451 => BounceClass.TransientFailure,
        452 => BounceClass.QuotaIssues,
        500 or 501 or 502 or 503 or 504 => BounceClass.ProtocolErrors,
        530 or 535 => BounceClass.AuthenticationFailed,
        550 or 551 or 553 => BounceClass.InvalidRecipient,
        552 => BounceClass.QuotaIssues,
        554 => BounceClass.PolicyRelated,
        _ => null,
    };

    private static string Default(BounceClass reason) => reason switch
    {
        BounceClass.InvalidRecipient => "5.1.1",
        BounceClass.InactiveMailbox => "5.2.1",
        BounceClass.BadDomain => "5.1.2",
        BounceClass.QuotaIssues => "5.2.2",
        BounceClass.MessageTooLarge => "5.3.4",
        BounceClass.SpamBlock or BounceClass.SpamContent or BounceClass.PolicyRelated or BounceClass.RelayDenied => "5.7.1",
        BounceClass.VirusRelated or BounceClass.ProhibitedAttachment or BounceClass.ContentRelated => "5.6.0",
        BounceClass.AuthenticationFailed => "5.7.0",
        BounceClass.InvalidSender => "5.1.8",
        BounceClass.RoutingErrors => "5.4.4",
        BounceClass.DNSFailure => "5.4.3",
        BounceClass.NoAnswerFromHost => "5.4.1",
        BounceClass.BadConnection => "5.4.2",
        BounceClass.MessageExpired => "5.4.7",
        BounceClass.TransientFailure => "5.4.5",
        BounceClass.TooManyRecipients => "5.5.3",
        BounceClass.ProtocolErrors => "5.5.0",
        BounceClass.BadConfiguration => "5.3.5",
        _ => "5.0.0",
    };

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text[..Math.Min(text.Length, 4 * LongestDiagnostic)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LongestDiagnostic ? line[..LongestDiagnostic] : line;
    }
}
