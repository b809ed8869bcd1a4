namespace MeSign.Statements.Sealing;

/// <summary>A message as its recipient should see it, before any MIME or cryptography.</summary>
internal sealed record ComposedMessage
{
    /// <summary>Without angle brackets; a function of issuer, batch and job.</summary>
    public required string MessageId { get; init; }

    /// <summary>When it was composed: the Date field, within seconds of the signature's signing-time.</summary>
    public required DateTimeOffset Date { get; init; }

    public required MailParty From { get; init; }

    public required MailParty To { get; init; }

    public MailParty? ReplyTo { get; init; }

    /// <summary>One line, as the recipient sees it; an encrypted message shows another to those on the way.</summary>
    public required string Subject { get; init; }

    /// <summary>BCP 47 tag of the texts.</summary>
    public required string Language { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    public required IReadOnlyList<MailAttachment> Attachments { get; init; }

    /// <summary>Images that the HTML shows by their Content-ID.</summary>
    public IReadOnlyList<MailImage> Images { get; init; } = [];

    /// <summary>Further header fields: name and plain ASCII value.</summary>
    public required IReadOnlyList<MailField> Fields { get; init; }

    /// <summary>The same message with the signed document in place of the one that it was composed with.</summary>
    public ComposedMessage WithDocument(ReadOnlyMemory<byte> signed) => this with { Attachments = [Attachments.Single() with { Content = signed }] };
}

/// <param name="Address">addr-spec.</param>
/// <param name="Name">Display name, if any.</param>
internal sealed record MailParty(string Address, string? Name);

/// <param name="FileName">As the recipient sees it.</param>
/// <param name="MediaType"><c>application/pdf</c>.</param>
internal sealed record MailAttachment(string FileName, string MediaType, ReadOnlyMemory<byte> Content);

/// <param name="ContentId">Without angle brackets.</param>
/// <param name="FileName">A plain ASCII name.</param>
internal sealed record MailImage(string ContentId, string MediaType, string FileName, ReadOnlyMemory<byte> Content);

internal sealed record MailField(string Name, string Value);
