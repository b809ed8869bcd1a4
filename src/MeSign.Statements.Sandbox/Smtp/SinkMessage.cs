namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>A message that the sink has stored.</summary>
internal sealed record SinkMessage
{
    /// <summary>1 for the first message in the folder.</summary>
    public required int Number { get; init; }

    /// <summary>The <c>.eml</c> file: the message as sent, byte for byte, without the stuffed dots.</summary>
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Return path of the envelope; empty for <c>&lt;&gt;</c>.</summary>
    public required string Sender { get; init; }

    /// <summary>Parameters of MAIL as sent, such as <c>SIZE=1234</c>.</summary>
    public required IReadOnlyList<string> SenderParameters { get; init; }

    public required IReadOnlyList<SinkRecipient> Recipients { get; init; }

    public required bool Tls { get; init; }

    /// <summary>Thumbprint (SHA-1, hex) of the certificate that the client showed.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>Whether it came with BDAT.</summary>
    public bool Chunked { get; init; }

    /// <summary>False where the sink was told to drop the connection instead of answering 250.</summary>
    public required bool Acknowledged { get; init; }

    public Task<byte[]> ReadAsync(CancellationToken cancellationToken) => File.ReadAllBytesAsync(Path, cancellationToken);
}

/// <param name="Address">Forward path of the envelope.</param>
/// <param name="Parameters">Parameters of RCPT as sent, such as <c>NOTIFY=FAILURE</c>.</param>
internal sealed record SinkRecipient(string Address, IReadOnlyList<string> Parameters)
{
    /// <summary>Whether RCPT was sent before MAIL was answered (RFC 2920).</summary>
    public bool Pipelined { get; init; }
}
