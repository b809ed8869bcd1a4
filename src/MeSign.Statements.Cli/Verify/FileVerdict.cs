namespace MeSign.Statements.Cli.Verify;

/// <summary>What <c>mesign verify</c> found of one file, or of a PDF in a message; printed as JSON as it stands.</summary>
internal sealed record FileVerdict
{
    public required string File { get; init; }

    /// <summary><c>pdf</c>, <c>message</c>, or null for what could not be read.</summary>
    public string? Kind { get; init; }

    /// <summary>Signed, and nothing speaks against it or against a PDF inside it.</summary>
    public required bool Valid { get; init; }

    public MessageView? Message { get; init; }

    /// <summary>In the order in which they were made; of a message, from the outside in.</summary>
    public IReadOnlyList<SignatureView> Signatures { get; init; } = [];

    /// <summary>The PDFs inside a message.</summary>
    public IReadOnlyList<FileVerdict> Attachments { get; init; } = [];

    /// <summary>The files that its parts were written to.</summary>
    public IReadOnlyList<string>? Written { get; init; }

    /// <summary>What speaks against it, in plain words; those of attachments stand there.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public static FileVerdict Unreadable(string file, string? kind, string problem) =>
        new() { File = file, Kind = kind, Valid = false, Problems = [problem] };
}

/// <param name="Encryption">From the outside in; empty for a message that everybody can read.</param>
/// <param name="HeaderProtection"><c>cipher</c>, <c>clear</c>, or null where no header field is protected (RFC 9788).</param>
/// <param name="OtherAttachments">Names of what is attached beside PDFs; covered by the message's signature.</param>
internal sealed record MessageView(
    string? From,
    string? To,
    string? Subject,
    DateTimeOffset? Date,
    string? MessageId,
    IReadOnlyList<EncryptionView> Encryption,
    string? HeaderProtection,
    IReadOnlyList<HeaderView> HeaderDifferences,
    IReadOnlyList<string> OtherAttachments);

/// <param name="OpenedBy">Subject of the given certificate that opened it; null where it stayed closed.</param>
internal sealed record EncryptionView(string Algorithm, bool Authenticated, IReadOnlyList<ReaderView> Readers, string? OpenedBy);

/// <param name="Certificate">Issuer and serial number, or key identifier.</param>
internal sealed record ReaderView(string Certificate, string KeyEncryption);

/// <param name="MadeBySender">False where somebody changed it on the way.</param>
internal sealed record HeaderView(string Name, string? Protected, string? Outside, bool MadeBySender);
