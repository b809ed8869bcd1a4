using System.Globalization;
using System.Text.Json;
using MeSign.Statements.Cli.Submit;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;

namespace MeSign.Statements.Cli.Seal;

/// <param name="EncryptedTo">SHA-256 thumbprints of the certificates that open it.</param>
/// <param name="Timestamp">The signature timestamp's time; null for a message without.</param>
internal sealed record Sealed(
    string File, string Job, string MessageId, string From, string To, bool Encrypted, IReadOnlyList<string> EncryptedTo, DateTimeOffset? Timestamp, long Bytes);

/// <summary>Says what was made, and how to check it.</summary>
internal static class SealReport
{
    public static void Write(TextWriter output, bool json, string file, StatementJob job, Issuer issuer, SealedMessage made)
    {
        var isStamped = issuer.TimestampServers.Count > 0;
        var report = new Sealed(
            file, job.Id, made.MessageId, issuer.FromAddress, job.Recipient.Address, made.Encrypted, made.EncryptedTo, isStamped ? made.Timestamp : null, made.Eml.Length);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, SubmitReport.Json));
            return;
        }

        output.WriteLine(PlainText.Of(string.Create(CultureInfo.InvariantCulture, $"{file}: {made.Eml.Length} bytes from {issuer.FromAddress} to {job.Recipient.Address}")));
        output.WriteLine(made.Encrypted ? $"  encrypted to {string.Join(", ", made.EncryptedTo)} (SHA-256)" : "  signed only: everyone on the way can read it");
        output.WriteLine(isStamped ? $"  timestamp {made.Timestamp.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}" : "  no timestamp");
        output.WriteLine($"Check it: mesign verify {PlainText.Of(file)} --trust ROOT.pem{(made.Encrypted ? " --key RECIPIENT.p12" : "")}");
    }
}
