using System.CommandLine;
using MeSign.Statements.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Cli.Verify;

/// <summary>What a verdict rests on: the roots and lists that a person relies on, and the keys that open messages.</summary>
internal sealed class VerifierOptions
{
    private readonly Option<string[]> _trust = Many("--trust", "Roots that you rely on: PEM or DER, or a folder. The system's own list is never used.");
    private readonly Option<string[]> _timestampTrust = Many("--tsa-trust", "Roots of timestamp authorities; those of --trust where none is given.");
    private readonly Option<string[]> _crls = Many("--crl", "Certificate revocation lists: PEM or DER, or a folder.");
    private readonly Option<bool> _revocation = new("--require-revocation") { Description = "A certificate that no --crl covers is a problem." };
    private readonly Option<DateTimeOffset?> _at = new("--at") { Description = "Judge as of this time, for example 2027-03-31T12:00Z, and not as of now.", HelpName = "TIME" };
    private readonly Option<string[]> _keys = Many("--key", "Private key with certificate that opens messages: .p12, PEM with both, x.pem beside x.key, or a folder.");
    private readonly Option<string[]> _archiveKeys = Many("--archive-key", "The same, for copies of what was sent to others.");
    private readonly Option<FileInfo?> _password = new("--password-file") { Description = "Holds the password of the keys.", HelpName = "FILE" };
    private readonly Option<FileInfo?> _pdfPassword = new("--pdf-password-file") { Description = "Holds the password of encrypted PDFs.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _trust, _timestampTrust, _crls, _revocation, _at, _keys, _archiveKeys, _password, _pdfPassword })
            command.Options.Add(option);
    }

    /// <summary>Whether lists were given that revocation is checked against.</summary>
    public bool ChecksRevocation(ParseResult parsed) => parsed.GetValue(_crls) is { Length: > 0 };

    /// <exception cref="CommandException">No root is named, or a file is not what it should be.</exception>
    /// <exception cref="InvalidDataException">A file of certificates or lists cannot be used.</exception>
    public FileVerifier Verifier(ParseResult parsed)
    {
        if (parsed.GetValue(_trust) is not { Length: > 0 } roots)
            throw CommandException.Usage("--trust ROOT.pem is missing: name the roots that you rely on; the system's own list is never used.");

        var anchors = TrustAnchors.Load(roots);
        var timestampAnchors = parsed.GetValue(_timestampTrust) is { Length: > 0 } others ? TrustAnchors.Load(others) : anchors;
        var secret = PasswordFile.Read(parsed.GetValue(_password));
        return new FileVerifier(
            new CmsVerifier(anchors, timestampAnchors, CrlSet.Load(parsed.GetValue(_crls) ?? []), Clock(parsed.GetValue(_at)), parsed.GetValue(_revocation)),
            KeyFiles.Load(parsed.GetValue(_keys) ?? [], secret),
            KeyFiles.Load(parsed.GetValue(_archiveKeys) ?? [], secret),
            PasswordFile.Read(parsed.GetValue(_pdfPassword)));
    }

    private static TimeProvider Clock(DateTimeOffset? at) => at is { } time ? new StoppedClock(time) : TimeProvider.System;

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };

    private sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }
}
