using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using MeSign.Statements.Delivery.Bounces;

namespace MeSign.Statements.Tests.Delivery.Bounces;

/// <summary>
/// Mutations of messages of every kind, read within their time and memory. A moment of it runs with the other tests;
/// <c>MESIGN_FUZZ_MINUTES=10 dotnet run --project tests/MeSign.Statements.Tests -- -explicit only -class "*.BounceFuzzTests"</c> runs for as
/// long as it is told.
/// </summary>
public class BounceFuzzTests
{
    // What the parsers of the format branch on.
    private static readonly string[] Tokens =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", "\0", " ", "\t", ":", ";", "<", ">", "<>", "@", "@example.test", "<a@example.test>", "<a@example.test>:\r\n", "--b\r\n", "--b--\r\n", "From ", "\u001b$B",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "Content-Type: message/rfc822\r\n\r\n", "Content-Type: message/delivery-status\r\n\r\n", "Content-Type: text/html\r\n\r\n",
        "Content-Type: text/plain; charset=no-such\r\n\r\n", "Content-Type: text/plain; charset=utf-7\r\n\r\n", "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", "Content-Type: text/plain; charset=utf-16\r\n\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "Content-Transfer-Encoding: x-uuencode\r\n", "=?utf-8?B?", "=?utf-8?Q?=", "?=", "Final-Recipient: rfc822;", "Action: failed\r\n",
        "Status: 5.1.1\r\n", "Diagnostic-Code: smtp; 550 ", "550-5.1.1 ", "421 ", "5.7.1", "9.9.999", "{", "}", "{\"notificationType\":\"Bounce\",\"bounce\":", "[", "\"", "<html>", "<style>", "</", "&#x10FFFF;", "&#55296;", "quota", "user unknown", "...", "((((",
    ];

    // Twenty times what the worst of them takes on a quiet machine.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(40);
    private const long MostBytes = 256L << 20;

    private static readonly byte[][] Seeds =
    [
        .. BounceSamples.Notices.Select(row => Encoding.UTF8.GetBytes(row.Data.Item2)),
        .. new[]
        {
            BounceSamples.Notification("failed", "5.1.1", "smtp; 550 5.1.1 User unknown"),
            BounceSamples.Complaint,
            BounceSamples.ReadReceipt,
            BounceSamples.Refusal,
            BounceSamples.Wrapped,
            BounceSamples.SesNotification,
            BounceSamples.SesObject,
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly Gen<(int Kind, double Place, int Length, int Value)> Mutation =
        Gen.Select(Gen.Int[0, 9], Gen.Double.Unit, Gen.Int[0, 255], Gen.Int[0, 255]);

    /// <summary>The same ones each time, so that the tests say the same of the same code; new ones are for the minutes.</summary>
    [Fact]
    public void A_moment_of_mutations()
    {
        var random = new PCG(1, 20261129);
        for (var count = 0; count < 5000; count++)
            Try(Mutated.Generate(random, null, out _));
    }

    [Fact(Explicit = true)]
    public void Minutes_of_mutations()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("MESIGN_FUZZ_MINUTES") ?? "10", CultureInfo.InvariantCulture);
        Mutated.Sample(Try, time: Math.Max(1, (int)(minutes * 60)), threads: 1, print: Convert.ToBase64String);
    }

    [Theory]
    [MemberData(nameof(Monsters))]
    public void A_monster_is_read_within_its_time_and_memory(string name, Func<byte[]> make)
    {
        name.ShouldNotBeEmpty();

        Try(make());
    }

    public static TheoryData<string, Func<byte[]>> Monsters => new()
    {
        { "multiparts in multiparts, 5,000 deep", () => Bytes(Head + string.Concat(Enumerable.Range(0, 5000).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n"))) },
        { "messages in messages, 5,000 deep", () => Bytes(Head + string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\r\n\r\n", 5000))) },
        { "reports in reports", () => Bytes(Head + string.Concat(Enumerable.Range(0, 2000).Select(i => $"Content-Type: multipart/report; report-type=delivery-status; boundary=b{i}\r\n\r\n--b{i}\r\nContent-Type: message/rfc822\r\n\r\n"))) },
        { "100,000 parts", () => Bytes(Head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + Repeat("--b\r\n\r\nuser unknown\r\n", 100_000)) },
        { "100,000 fields", () => Bytes(Repeat("X-A: b\r\n", 100_000) + Head + "\r\nuser unknown\r\n") },
        { "a field of 10 MB", () => Bytes(Head + "X-A: " + new string('a', 10 << 20) + "\r\n\r\nuser unknown\r\n") },
        { "a subject of encoded words", () => Bytes(Head + "Subject: " + Repeat("=?utf-8?B?4oKs4oKs?= ", 90_000) + "\r\n\r\nuser unknown\r\n") },
        { "an address field of a million characters", () => Bytes("From: " + Repeat("<a@", 300_000) + "\r\nTo: " + Repeat("((\"", 300_000) + "\r\n\r\nuser unknown\r\n") },
        { "a line of 10 MB", () => Bytes(Head + "\r\n" + new string('a', 10 << 20)) },
        { "a line of 10 MB that may be an address anywhere", () => Bytes(Head + "\r\n" + Repeat("a.b-c@", 10 << 18)) },
        { "dashes", () => Bytes(Head + "\r\n" + new string('-', 2 << 20)) },
        { "announcements of a copy", () => Bytes(Head + "\r\n" + Repeat("--- Below this line is\r\n", 80_000)) },
        { "fields that begin no copy", () => Bytes(Head + "\r\n" + Repeat("From: x\r\n y\r\n\r\n", 100_000)) },
        { "tags without an end", () => Bytes(Head + "Content-Type: text/html\r\n\r\n" + Repeat("<a <b ", 300_000)) },
        { "entities", () => Bytes(Head + "Content-Type: text/html\r\n\r\n" + Repeat("&amp;&#1114111;&#xD800;", 90_000)) },
        { "1,000 recipients, each with much to say", () => Bytes(Report(string.Concat(Enumerable.Range(0, 1000).Select(i => $"Final-Recipient: rfc822; a{i}@example.test\r\nAction: failed\r\nDiagnostic-Code: smtp; {Repeat("550-mailbox of the host was not ", 60)}\r\n\r\n")))) },
        { "a JSON object, deep", () => Bytes("{\"notificationType\":\"Bounce\",\"bounce\":" + new string('[', 1 << 20)) },
        { "zeros", () => new byte[10 << 20] },
        { "noise", Noise },
    };

    private const string Head = "From: MAILER-DAEMON@mx.example.test\r\nSubject: Undelivered Mail Returned to Sender\r\n";

    private static string Report(string fields) =>
        Head + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.test\r\n\r\n" + fields + "\r\n--b--\r\n";

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Noise()
    {
        var noise = new byte[10 << 20];
        new Random(20261124).NextBytes(noise);
        return noise;
    }

    private static Gen<byte[]> Mutated =>
        Gen.Select(Gen.Int[0, Seeds.Length - 1].Select(index => Seeds[index]), Mutation.List[1, 8]).Select(input => input.Item2.Aggregate(input.Item1, Apply));

    // The first message pays for the tables of the regular expressions.
    static BounceFuzzTests() => Array.ForEach(Seeds, seed => BounceReader.Read(seed));

    private static void Try(byte[] message)
    {
        var watch = Stopwatch.StartNew();
        var allocated = GC.GetAllocatedBytesForCurrentThread();

        var report = BounceReader.Parse(message);

        watch.Elapsed.ShouldBeLessThan(MostTime);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(MostBytes);
        report.Recipients.Count.ShouldBeLessThanOrEqualTo(100);
        report.Recipients.ShouldAllBe(one => one.Diagnostic == null || one.Diagnostic.Length <= 500);
        report.References.Count.ShouldBeLessThanOrEqualTo(21);
    }

    private static byte[] Apply(byte[] message, (int Kind, double Place, int Length, int Value) mutation)
    {
        if (message.Length == 0)
            return message;

        var at = (int)(mutation.Place * (message.Length - 1));
        var length = Math.Min(mutation.Length, message.Length - at);
        var token = Encoding.Latin1.GetBytes(Tokens[mutation.Value % Tokens.Length]);
        var other = Seeds[mutation.Value % Seeds.Length];
        return mutation.Kind switch
        {
            0 => [.. message[..at], (byte)mutation.Value, .. message[(at + 1)..]],
            1 => [.. message[..at], .. message[(at + length)..]],
            2 => [.. message[..at], .. token, .. message[at..]],
            3 => [.. message[..at], .. token, .. message[Math.Min(message.Length, at + token.Length)..]],
            4 => message[..at],
            5 => [.. message[..at], .. other[(int)(mutation.Place * (other.Length - 1))..]],
            6 => [.. message[..at], .. Enumerable.Repeat(token, 1 + (mutation.Length * 4)).SelectMany(copy => copy), .. message[at..]],
            7 => [.. message[..(at + length)], .. message[at..]],
            8 => [.. message[..at], .. Encoding.ASCII.GetBytes(Convert.ToBase64String(message.AsSpan(at))), .. message[at..]],
            _ => Encoding.Unicode.GetBytes(Encoding.Latin1.GetString(message, at, length)),
        };
    }
}
